export { type AttributePath, describePath, type PathStep, ValueError } from './attribute-path.ts';
export { parseCtyJson } from './cty-json.ts';
export { decodeMsgpack, encodeMsgpack } from './cty-msgpack.ts';
export { Decimal } from './cty-number.ts';
export { type CtyType, type ObjectAttributes, parseCtyType, type ScalarType } from './cty-type.ts';
export {
  type CtyObject,
  type CtyValue,
  equalValues,
  isCtyArray,
  isCtyObject,
  isWhollyKnown,
  TypedValue,
  Unknown,
  unknownValue,
} from './cty-value.ts';
export { type Diagnostic, Diagnostics, ProviderError } from './diagnostic.ts';
export { planComputed } from './plan.ts';
export type { PluginProcess } from './plugin-process.ts';
export type {
  ApplyRequest,
  DataSource,
  EphemeralResource,
  EphemeralResult,
  MoveSource,
  Plan,
  PlanRequest,
  Provider,
  ProviderFunction,
  Resource,
  ResourceState,
} from './provider.ts';
export { type EncodedCall, providerService } from './provider-service.ts';
export type {
  Attribute,
  Attributes,
  Block,
  BlockType,
  Described,
  FunctionSignature,
  NestedType,
  NestingMode,
  Parameter,
  Schema,
} from './schema.ts';
export { serveProvider } from './serve.ts';
export { type StubOptions, stubProvider } from './stub-provider.ts';
export type { ValueSource, WantedValue } from './stub-value.ts';

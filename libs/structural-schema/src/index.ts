export { type CheckOptions, checkStructural } from './check-structural.ts';
export { type CompiledSchema, type CompileOptions, compileSchema } from './compile-schema.ts';
export {
  duplicateValue,
  type FieldError,
  type FieldErrorType,
  forbiddenValue,
  formatFieldError,
  formatFieldErrorBody,
  invalidValue,
  notSupported,
  requiredValue,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts';
export type { JSONSchemaProps, ValidationRule } from './json-schema-props.ts';
export type {
  MergeAtom,
  MergeField,
  MergeList,
  MergeMap,
  MergeSchema,
  MergeTypeDef,
  MergeTypeRef,
} from './merge-schema.ts';
export { objectMetaRef } from './openapi.ts';
export { type ParsedSchema, parseSchema, unknownSchemaFields } from './schema-shape.ts';
export { hasValidationRules } from './validation-rules.ts';

export {
  type CelType,
  celTypes,
  formatType,
  listOf,
  mapOf,
  type ObjectField,
  objectType,
  opaque,
  optionalOf,
} from './checking/cel-type.ts';
export type { CelLibrary } from './checking/declaration.ts';
export { escapeProperty } from './checking/property-name.ts';
export { typeOfSchema } from './checking/schema-type.ts';
export { CostBudget, type Spend } from './cost/cost-budget.ts';
export type { Range } from './cost/cost-estimate.ts';
export {
  CelEnvironment,
  type CelEnvironmentOptions,
  type CelProgram,
  type CompileOptions,
} from './environment.ts';
export {
  authorizerType,
  authorizerValue,
  type CelAuthorizationAttributes,
  type CelAuthorizationDecision,
  type CelAuthorizer,
  type CelServiceAccount,
  resourceCheckType,
  resourceCheckValue,
} from './libraries/authorizer-value.ts';
export { extensionLibraries } from './libraries/extensions.ts';
export { kubernetesLibraries } from './libraries/kubernetes.ts';
export { perCallLimit, runtimeCostBudget } from './limits.ts';
export {
  CelCompileError,
  CelCostExceeded,
  CelEvaluationError,
  type CelProblem,
  CelUnknown,
} from './problem.ts';
export { LazyObject } from './values/lazy-object.ts';
export { OptionalValue } from './values/optional-value.ts';
export { UnknownValue } from './values/unknown-value.ts';

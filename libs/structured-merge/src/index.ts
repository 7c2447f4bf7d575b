export { type Comparison, compare } from './compare.ts';
export { type Conflict, conflictsFromManagers, conflictsToSet, conflictsToString } from './conflict.ts';
export { type Converter, identityConverter } from './converter.ts';
export { errorsToString, type FieldError, type Outcome } from './field-error.ts';
export { excludeFilter, type FieldFilter } from './field-filter.ts';
export { FieldSet, type FieldSetEntry } from './field-set.ts';
export { fieldsV1ToSet, setToFieldsV1 } from './fields-v1.ts';
export { isJsonValue, type JsonObject, type JsonValue, parseJson } from './json-value.ts';
export type { ManagedSet, Managers } from './managers.ts';
export { merge } from './merge.ts';
export {
  elementToString,
  fieldElement,
  indexElement,
  type KeyField,
  keyElement,
  type Path,
  type PathElement,
  pathsEqual,
  pathToString,
  valueElement,
} from './path-element.ts';
export { reconcileFieldSetWithSchema } from './reconcile.ts';
export { extractItems, removeItems } from './remove.ts';
export { deducedType, type ResolvedType, resolveType } from './resolved-type.ts';
export {
  type Atom,
  deducedSchema,
  type ElementRelationship,
  type ListType,
  type MapType,
  type Scalar,
  type Schema,
  type StructField,
  schemaFromTypes,
  type TypeDef,
  type TypeRef,
} from './schema.ts';
export { toFieldSet } from './to-field-set.ts';
export { type TypedValue, typed } from './typed-value.ts';
export {
  type ApplyOutcome,
  type ApplyRequest,
  type InvalidObject,
  type UpdateOutcome,
  type UpdateRequest,
  Updater,
  type UpdaterOptions,
} from './updater.ts';
export { validate } from './validate.ts';
export { compareValues, valuesEqual } from './value-order.ts';

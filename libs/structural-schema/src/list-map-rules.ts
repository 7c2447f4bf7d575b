import { type FieldError, forbiddenValue, invalidValue, notSupported, requiredValue } from './field-error.ts';
import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';

/**
 * Finds wrong uses of `x-kubernetes-list-type`, `x-kubernetes-list-map-keys` and `x-kubernetes-map-type`.
 *
 * Spec: Kubernetes apiextensions-apiserver, apis/apiextensions/validation/validation.go.
 */
export function collectionTypeErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const mapType = schema['x-kubernetes-map-type'];
  const hasKeys = (schema['x-kubernetes-list-map-keys']?.length ?? 0) > 0;
  if (listType === undefined && mapType === undefined && !hasKeys) return [];
  const errors: FieldError[] = [];
  if (mapType !== undefined) {
    needType(schema, 'object', 'x-kubernetes-map-type', path, errors);
    if (!['atomic', 'granular'].includes(mapType)) {
      errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
    }
  }
  if (listType !== undefined) {
    needType(schema, 'array', 'x-kubernetes-list-type', path, errors);
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
    }
  }
  if (hasKeys && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    errors.push(
      listType === undefined ? requiredValue(field, detail) : invalidValue(field, listType, detail),
    );
  }
  const items = isSchema(schema.items) ? schema.items : undefined;
  if (listType === 'set' && schema.type === 'array' && items !== undefined) {
    errors.push(...setItemErrors(items, `${path}.items`));
  }
  if (listType === 'map') errors.push(...mapListErrors(schema, path));
  if ((listType === 'set' || listType === 'map') && items?.nullable === true) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbiddenValue(`${path}.items.nullable`, detail));
  }
  return errors;
}

function needType(
  schema: JSONSchemaProps,
  type: string,
  key: string,
  path: string,
  errors: FieldError[],
): void {
  const actual = schema.type ?? '';
  if (actual === type) return;
  const detail = `must be ${type} if ${key} is specified`;
  const field = `${path}.type`;
  errors.push(actual === '' ? requiredValue(field, detail) : invalidValue(field, actual, detail));
}

function setItemErrors(items: JSONSchemaProps, path: string): readonly FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  const mapType = items['x-kubernetes-map-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalidValue(`${path}.x-kubernetes-list-type`, listType, detail)];
  }
  if (items.type === 'object' && mapType !== 'atomic') {
    return [invalidValue(`${path}.x-kubernetes-map-type`, mapType ?? null, detail)];
  }
  return [];
}

function mapListErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length === 0) {
    const detail = 'must not be empty if x-kubernetes-list-type is map';
    errors.push(requiredValue(`${path}.x-kubernetes-list-map-keys`, detail));
  }
  const { items } = schema;
  if (items === undefined) {
    const detail = 'must have a schema if x-kubernetes-list-type is map';
    return [...errors, requiredValue(`${path}.items`, detail)];
  }
  if (!isSchema(items)) {
    const detail = 'must only have a single schema if x-kubernetes-list-type is map';
    return [...errors, invalidValue(`${path}.items`, items, detail)];
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, items.type ?? '', detail)];
  }
  return [...errors, ...keyErrors(keys, items, path)];
}

function keyErrors(keys: readonly string[], items: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const properties = new Map(Object.entries(items.properties ?? {}));
  const field = `${path}.x-kubernetes-list-map-keys`;
  for (const [index, key] of keys.entries()) {
    const property = properties.get(key);
    if (property === undefined) {
      errors.push(invalidValue(field, keys, 'entries must all be names of item properties'));
    } else {
      const isRequired = items.required?.includes(key) === true;
      errors.push(...keyPropertyErrors(property, isRequired, `${path}.items.properties[${key}]`));
    }
    if (keys.indexOf(key) < index) {
      errors.push(invalidValue(field, keys, 'must not contain duplicate entries'));
    }
  }
  return errors;
}

function keyPropertyErrors(
  property: JSONSchemaProps,
  isRequired: boolean,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (property.type === 'array' || property.type === 'object') {
    const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    errors.push(invalidValue(`${path}.type`, property.type, detail));
  }
  const prefix = 'this property is in x-kubernetes-list-map-keys, so it';
  if (!isRequired && (property.default === undefined || property.default === null)) {
    errors.push(requiredValue(`${path}.default`, `${prefix} must have a default or be a required property`));
  }
  if (property.nullable === true) {
    errors.push(forbiddenValue(`${path}.nullable`, `${prefix} cannot be nullable`));
  }
  return errors;
}

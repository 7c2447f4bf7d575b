import { type FieldError, forbiddenValue, invalidValue, requiredValue } from './field-error.ts';
import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';
import { isIntOrStringPattern } from './openapi.ts';
import { compilePattern } from './pattern.ts';

/** Where in an object a schema applies; decides the wording of a missing type. */
type Level = 'root' | 'item' | 'field';

/**
 * Finds what keeps a schema from being structural: types missing outside junctors, structure inside
 * junctors, restrictions on metadata, and wrong uses of embedded resources and int-or-string.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/validation.go.
 */
export function structuralErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkStructure(schema, 'root', path, errors);
  return errors;
}

function checkStructure(schema: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  if (schema.type === 'array' && schema.items === undefined) {
    errors.push(requiredValue(`${path}.items`, 'must be specified'));
  }
  if (isSchema(schema.items)) checkStructure(schema.items, 'item', `${path}.items`, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    checkStructure(property, 'field', `${path}.properties[${name}]`, errors);
  }
  const additional = schema.additionalProperties;
  if (additional !== undefined && level === 'root') {
    errors.push(forbiddenValue(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (isSchema(additional)) checkStructure(additional, 'field', `${path}.additionalProperties`, errors);
  checkIntOrString(schema, path, errors);
  const skipsAnyOf = isIntOrStringPattern(schema.anyOf);
  const skipsFirstAllOf = isIntOrStringPattern(schema.allOf?.[0]?.anyOf);
  checkValueValidation(schema, skipsAnyOf, skipsFirstAllOf, path, errors);
  checkType(schema, level, path, errors);
  checkResource(schema, level, path, errors);
}

function checkIntOrString(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const key of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[key] !== true) continue;
    errors.push(invalidValue(`${path}.${key}`, true, 'must be false if x-kubernetes-int-or-string is true'));
  }
}

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkType(schema: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  const type = schema.type ?? '';
  const field = `${path}.type`;
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? requiredValue(field, detail) : invalidValue(field, type, detail));
  } else if (
    type === '' &&
    schema['x-kubernetes-int-or-string'] !== true &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  ) {
    errors.push(requiredValue(field, missingType[level]));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalidValue(field, type, 'must be object at the root'));
  }
}

function checkResource(schema: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const isResource = level === 'root' || isEmbedded;
  const properties = schema.properties ?? {};
  if (isEmbedded && schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbiddenValue(`${path}.additionalProperties`, detail));
  }
  if (isResource) {
    for (const name of ['kind', 'apiVersion']) {
      const type = properties[name]?.type ?? '';
      if (!Object.hasOwn(properties, name) || type === 'string') continue;
      errors.push(invalidValue(`${path}.properties[${name}].type`, type, 'must be string'));
    }
  }
  const metadata = properties['metadata'];
  if (metadata !== undefined) {
    checkMetadata(metadata, isResource, level, `${path}.properties[metadata]`, errors);
  }
  const isPreserving = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (isEmbedded && !isPreserving && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(requiredValue(`${path}.properties`, detail));
  }
}

function checkMetadata(
  metadata: JSONSchemaProps,
  isResource: boolean,
  level: Level,
  path: string,
  errors: FieldError[],
): void {
  if (isResource && metadata.type !== 'object') {
    errors.push(invalidValue(`${path}.type`, metadata.type ?? '', 'must be object'));
  }
  if (level !== 'root') return;
  const names = Object.keys(metadata.properties ?? {});
  const others = Object.keys(metadata).filter((key) => !['type', 'default', 'properties'].includes(key));
  if (
    names.every((name) => name === 'name' || name === 'generateName') &&
    others.every((key) => isEmpty(metadata, key))
  ) {
    return;
  }
  const detail =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(forbiddenValue(path, detail));
}

/** Values that are the same as leaving the key out. */
function isEmpty(schema: JSONSchemaProps, key: string): boolean {
  const value: unknown = Object.entries(schema).find(([name]) => name === key)?.[1];
  return value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

function checkValueValidation(
  schema: JSONSchemaProps,
  skipsAnyOf: boolean,
  skipsFirstAllOf: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (!skipsAnyOf) {
    for (const [index, branch] of (schema.anyOf ?? []).entries()) {
      checkBranch(branch, false, `${path}.anyOf[${index}]`, errors);
    }
  }
  for (const [index, branch] of (schema.allOf ?? []).entries()) {
    checkBranch(branch, skipsFirstAllOf && index === 0, `${path}.allOf[${index}]`, errors);
  }
  for (const [index, branch] of (schema.oneOf ?? []).entries()) {
    checkBranch(branch, false, `${path}.oneOf[${index}]`, errors);
  }
  if (schema.not !== undefined) checkBranch(schema.not, false, `${path}.not`, errors);
  if (schema.pattern !== undefined && schema.pattern !== '') {
    const pattern = compilePattern(schema.pattern);
    if (!pattern.ok) {
      const detail = `must be a valid regular expression, but isn't: ${pattern.reason}`;
      errors.push(invalidValue(`${path}.pattern`, schema.pattern, detail));
    }
  }
}

const forbiddenInBranches: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** Checks a branch of a junctor: it may restrict values, but not add to the structure. */
function checkBranch(branch: JSONSchemaProps, skipsAnyOf: boolean, path: string, errors: FieldError[]): void {
  checkValueValidation(branch, skipsAnyOf, false, path, errors);
  if (isSchema(branch.items)) checkBranch(branch.items, false, `${path}.items`, errors);
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    checkBranch(property, false, `${path}.properties[${name}]`, errors);
  }
  for (const [key, detail] of forbiddenInBranches) {
    if (branch[key] === undefined || isEmpty(branch, key)) continue;
    errors.push(forbiddenValue(`${path}.${key}`, detail));
  }
  if (Object.hasOwn(branch.properties ?? {}, 'metadata')) {
    errors.push(forbiddenValue(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
}

import { type FieldError, forbiddenValue, invalidValue, notSupported } from './field-error.ts';
import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';
import { collectionTypeErrors } from './list-map-rules.ts';
import { validationRuleErrors } from './validation-rule-syntax.ts';

/** What the place of a schema forbids. */
interface Place {
  readonly isRoot: boolean;
  readonly isInsideMetadata: boolean;
  /** Why defaults are forbidden here, or undefined where they are allowed. */
  readonly noDefaults: string | undefined;
}

/**
 * Finds uses of JSON Schema that Kubernetes does not accept anywhere, structural or not.
 *
 * Spec: Kubernetes apiextensions-apiserver, apis/apiextensions/validation/validation.go.
 */
export function openApiErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.nullable === true) {
    errors.push(forbiddenValue(`${path}.nullable`, 'nullable cannot be true at the root'));
  }
  visit(schema, path, { isRoot: true, isInsideMetadata: false, noDefaults: undefined }, errors);
  return errors;
}

const metaFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

function visit(schema: JSONSchemaProps, path: string, place: Place, errors: FieldError[]): void {
  errors.push(...nodeErrors(schema, path, place));
  const inner: Place = { ...place, isRoot: false };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
    const isMeta = isResource && metaFields.has(name);
    const noDefaults = isMeta && place.isRoot ? `in top-level ${name}` : place.noDefaults;
    const child = isMeta ? { isRoot: false, isInsideMetadata: true, noDefaults } : inner;
    visit(property, `${path}.properties[${name}]`, child, errors);
  }
  const additional = schema.additionalProperties;
  if (isSchema(additional)) {
    const reason = 'inside additionalProperties applying to object metadata';
    const child = place.isInsideMetadata ? { ...inner, noDefaults: reason } : inner;
    visit(additional, `${path}.additionalProperties`, child, errors);
  }
  if (schema.not !== undefined) visit(schema.not, `${path}.not`, inner, errors);
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [index, branch] of (schema[junctor] ?? []).entries()) {
      visit(branch, `${path}.${junctor}[${index}]`, inner, errors);
    }
  }
  if (isSchema(schema.items)) visit(schema.items, `${path}.items`, inner, errors);
}

function nodeErrors(schema: JSONSchemaProps, path: string, place: Place): readonly FieldError[] {
  return [
    ...standardErrors(schema, path, place),
    ...keywordErrors(schema, path),
    ...collectionTypeErrors(schema, path),
    ...validationRuleErrors(schema, path),
  ];
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

const unsupported = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
  '$schema',
] as const;

function standardErrors(schema: JSONSchemaProps, path: string, place: Place): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { type } = schema;
  if (type !== undefined && type !== '' && !types.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, types));
  }
  if (schema.default !== undefined && schema.default !== null && place.noDefaults !== undefined) {
    errors.push(forbiddenValue(`${path}.default`, `must not be set ${place.noDefaults}`));
  }
  for (const key of unsupported) {
    const value = schema[key];
    if (value === undefined || value === '') continue;
    const isEmptyMap = typeof value === 'object' && Object.keys(value).length === 0;
    if (isEmptyMap && (key === 'patternProperties' || key === 'definitions')) continue;
    errors.push(forbiddenValue(`${path}.${key}`, `${key} is not supported`));
  }
  if (type === 'null') {
    const detail = 'type cannot be set to null, use nullable as an alternative';
    errors.push(forbiddenValue(`${path}.type`, detail));
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbiddenValue(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (place.isInsideMetadata && schema['x-kubernetes-embedded-resource'] === true) {
    const detail = 'must not be used inside of resource meta';
    errors.push(forbiddenValue(`${path}.x-kubernetes-embedded-resource`, detail));
  }
  return errors;
}

function keywordErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbiddenValue(`${path}.uniqueItems`, detail));
  }
  const additional = schema.additionalProperties;
  const hasProperties = Object.keys(schema.properties ?? {}).length > 0;
  if (additional !== undefined && additional !== true && hasProperties) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbiddenValue(`${path}.additionalProperties`, detail));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const field = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalidValue(field, false, 'must be true or undefined'));
  }
  return errors;
}

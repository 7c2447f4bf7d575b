import { type FieldError, typeInvalid } from './field-error.ts';
import { formatPath } from './field-path.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { isList, isObject, type JsonObject } from './json-value.ts';

type Shape =
  | 'any'
  | 'string'
  | 'boolean'
  | 'number'
  | 'integer'
  | 'list'
  | 'strings'
  | 'object'
  | 'rules'
  | 'schema'
  | 'schemas'
  | 'schemaOrList'
  | 'schemaOrBoolean'
  | 'schemaMap'
  | 'dependencies';

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...shape('string', 'id', '$schema', '$ref', 'description', 'type', 'format', 'title', 'pattern'),
  ...shape('string', 'x-kubernetes-list-type', 'x-kubernetes-map-type'),
  ...shape('any', 'default', 'example'),
  ...shape('object', 'externalDocs'),
  ...shape('boolean', 'nullable', 'exclusiveMaximum', 'exclusiveMinimum', 'uniqueItems'),
  ...shape('boolean', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'),
  ...shape('boolean', 'x-kubernetes-int-or-string'),
  ...shape('number', 'maximum', 'minimum', 'multipleOf'),
  ...shape('integer', 'maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties'),
  ...shape('list', 'enum'),
  ...shape('strings', 'required', 'x-kubernetes-list-map-keys'),
  ...shape('rules', 'x-kubernetes-validations'),
  ...shape('schema', 'not'),
  ...shape('schemas', 'allOf', 'anyOf', 'oneOf'),
  ...shape('schemaOrList', 'items'),
  ...shape('schemaOrBoolean', 'additionalProperties', 'additionalItems'),
  ...shape('schemaMap', 'properties', 'patternProperties', 'definitions'),
  ...shape('dependencies', 'dependencies'),
]);

function shape(kind: Shape, ...keys: readonly string[]): readonly (readonly [string, Shape])[] {
  return keys.map((key) => [key, kind] as const);
}

/** What reading a schema gave: the schema, or everything that keeps it from being one. */
export type ParsedSchema =
  | { readonly ok: true; readonly schema: JSONSchemaProps }
  | { readonly ok: false; readonly errors: FieldError[] };

/**
 * Reads outside data as a schema: every known key must hold what it is for. Unknown keys are passed over
 * (`unknownSchemaFields` names them). Nesting deeper than 500 levels is refused.
 *
 * @param path where the schema stands in the document, for the errors
 */
export function parseSchema(value: unknown, path: string): ParsedSchema {
  const errors: FieldError[] = [];
  return isShaped(value, path, errors, 0) ? { ok: true, schema: value } : { ok: false, errors };
}

const depthMax = 500;

function isShaped(
  value: unknown,
  path: string,
  errors: FieldError[],
  depth: number,
): value is JSONSchemaProps {
  const before = errors.length;
  if (!isObject(value)) errors.push(wrong(path, value, 'a schema object'));
  else if (depth > depthMax) errors.push(wrong(path, '', `nested at most ${depthMax} levels deep`));
  else {
    for (const key of Object.keys(value)) {
      const kind = shapes.get(key);
      if (kind !== undefined) checkKey(value[key], kind, `${path}.${key}`, errors, depth);
    }
  }
  return errors.length === before;
}

function wrong(path: string, value: unknown, expected: string): FieldError {
  return typeInvalid(path, value ?? null, `must be ${expected}`);
}

function checkKey(value: unknown, kind: Shape, path: string, errors: FieldError[], depth: number): void {
  const child = (item: unknown, itemPath: string) => isShaped(item, itemPath, errors, depth + 1);
  switch (kind) {
    case 'schema':
      child(value, path);
      return;
    case 'schemaOrBoolean':
      if (typeof value !== 'boolean') child(value, path);
      return;
    case 'schemas':
      if (!isList(value)) errors.push(wrong(path, value, 'a list of schemas'));
      else for (const [index, item] of value.entries()) child(item, `${path}[${index}]`);
      return;
    case 'schemaOrList':
      if (!isList(value)) child(value, path);
      else for (const [index, item] of value.entries()) child(item, `${path}[${index}]`);
      return;
    case 'schemaMap':
      if (!isObject(value)) errors.push(wrong(path, value, 'an object of schemas'));
      else for (const key of Object.keys(value)) child(value[key], `${path}[${key}]`);
      return;
    case 'dependencies':
      if (!isObject(value)) errors.push(wrong(path, value, 'an object of schemas or lists of names'));
      else {
        for (const key of Object.keys(value)) {
          if (!isStrings(value[key])) child(value[key], `${path}[${key}]`);
        }
      }
      return;
    default: {
      const expected = plainProblem(value, kind);
      if (expected !== undefined) errors.push(wrong(path, value, expected));
    }
  }
}

function plainProblem(value: unknown, kind: Shape): string | undefined {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? undefined : 'a string';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'number':
      return typeof value === 'number' ? undefined : 'a number';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'an integer';
    case 'list':
      return isList(value) ? undefined : 'a list';
    case 'strings':
      return isStrings(value) ? undefined : 'a list of strings';
    case 'object':
      return isObject(value) ? undefined : 'an object';
    case 'rules':
      return isRules(value) ? undefined : 'a list of rules, each an object with strings';
    default:
      return undefined;
  }
}

function isStrings(value: unknown): boolean {
  return isList(value) && value.every((item) => typeof item === 'string');
}

const ruleTexts = ['rule', 'message', 'messageExpression', 'reason', 'fieldPath'];

function isRules(value: unknown): boolean {
  return (
    isList(value) && value.every((item) => isObject(item) && ruleTexts.every((key) => isText(item, key)))
  );
}

function isText(item: JsonObject, key: string): boolean {
  return item[key] === undefined || typeof item[key] === 'string';
}

/**
 * Names the keys of a schema that JSONSchemaProps does not have, for strict field validation.
 *
 * @param rootPath where the schema stands in the document
 * @returns paths in dots, such as `spec.versions[0].schema.openAPIV3Schema.properties.spec.foo`
 */
export function unknownSchemaFields(
  schema: unknown,
  rootPath = 'spec.versions[0].schema.openAPIV3Schema',
): string[] {
  const found: string[] = [];
  collectUnknown(schema, [rootPath], found, 0);
  return found;
}

function collectUnknown(
  schema: unknown,
  path: readonly (string | number)[],
  found: string[],
  depth: number,
): void {
  if (!isObject(schema) || depth > depthMax) return;
  for (const key of Object.keys(schema)) {
    const kind = shapes.get(key);
    const value = schema[key];
    const here = [...path, key];
    if (kind === undefined) found.push(formatPath(here));
    else if (isList(value) && (kind === 'schemas' || kind === 'schemaOrList')) {
      for (const [index, item] of value.entries()) collectUnknown(item, [...here, index], found, depth + 1);
    } else if (isObject(value) && (kind === 'schemaMap' || kind === 'dependencies')) {
      for (const name of Object.keys(value)) collectUnknown(value[name], [...here, name], found, depth + 1);
    } else if (kind === 'schema' || kind === 'schemaOrList' || kind === 'schemaOrBoolean') {
      collectUnknown(value, here, found, depth + 1);
    }
  }
}

import { type FieldError, invalidValue } from './field-error.ts';
import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';
import { deepCopy, deepEqual } from './json-value.ts';
import { pruneUnknown } from './pruning.ts';
import { SchemaNode } from './schema-node.ts';
import { validateValue } from './validation.ts';

/**
 * Finds defaults that do not validate against their own schema, or have fields it does not know.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/defaulting/validation.go.
 */
export function defaultErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  visit(schema, path, errors);
  return errors;
}

function visit(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (schema.default !== undefined && schema.default !== null) checkDefault(schema, path, errors);
  if (isSchema(schema.items)) visit(schema.items, `${path}.items`, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    visit(property, `${path}.properties[${name}]`, errors);
  }
  if (isSchema(schema.additionalProperties)) {
    visit(schema.additionalProperties, `${path}.additionalProperties`, errors);
  }
}

function checkDefault(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const node = new SchemaNode(schema);
  const field = `${path}.default`;
  const pruned = deepCopy(schema.default);
  pruneUnknown(pruned, node, { remove: true, isResourceRoot: false });
  if (!deepEqual(pruned, schema.default)) {
    errors.push(invalidValue(field, schema.default, 'must not have unknown fields'));
  }
  for (const error of validateValue(schema.default, node)) {
    errors.push({ ...error, field: joinPath(field, error.field) });
  }
}

function joinPath(base: string, rest: string): string {
  if (rest === '') return base;
  return rest.startsWith('[') ? `${base}${rest}` : `${base}.${rest}`;
}

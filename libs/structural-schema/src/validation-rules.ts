import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';

/**
 * Lists the places of a schema that carry CEL rules (`x-kubernetes-validations`).
 *
 * @param rootPath path of the schema itself
 * @returns paths such as `openAPIV3Schema.properties[spec]`; empty when there are no rules
 */
export function hasValidationRules(
  schema: JSONSchemaProps,
  rootPath = 'spec.versions[0].schema.openAPIV3Schema',
): string[] {
  const found: string[] = [];
  visit(schema, rootPath, found);
  return found;
}

function visit(schema: JSONSchemaProps, path: string, found: string[]): void {
  if ((schema['x-kubernetes-validations']?.length ?? 0) > 0) found.push(path);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    visit(child, `${path}.properties[${name}]`, found);
  }
  if (isSchema(schema.items)) visit(schema.items, `${path}.items`, found);
  if (isSchema(schema.additionalProperties)) {
    visit(schema.additionalProperties, `${path}.additionalProperties`, found);
  }
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, branch] of (schema[junctor] ?? []).entries()) {
      visit(branch, `${path}.${junctor}[${index}]`, found);
    }
  }
}

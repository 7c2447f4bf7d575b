import type { JSONSchemaProps } from '@plinth/structural-schema';

/** How deep below a value its schema is looked through. */
const depthMax = 5;

/**
 * The lists, maps and strings that a rule reads and whose size nothing bounds, each with what would bound it, such as
 * `self.names (maxItems)`. A field counts as read when the rule has its name, and what is below such a field, too.
 * @param schema of the value that the rule is about
 * @param rule its expression
 */
export function unboundedFields(schema: JSONSchemaProps, rule: string): string[] {
  const found: string[] = [];
  visit(schema, 'self', rule, depthMax, found);
  return found;
}

/** What would bound the size of values of a schema; undefined when something does, or they have none. */
export function missingBound(schema: JSONSchemaProps): string | undefined {
  const { type, format, maxItems, maxLength, maxProperties, additionalProperties } = schema;
  if (type === 'array') return maxItems === undefined ? 'maxItems' : undefined;
  if (type === 'object' && additionalProperties !== undefined) {
    return maxProperties === undefined ? 'maxProperties' : undefined;
  }
  const isText =
    type === 'string' && schema.enum === undefined && !/^(date|date-time|duration)$/.test(format ?? '');
  return isText && maxLength === undefined ? 'maxLength' : undefined;
}

function visit(schema: JSONSchemaProps, path: string, rule: string, depth: number, found: string[]): void {
  const bound = missingBound(schema);
  if (bound !== undefined) found.push(`${path} (${bound})`);
  if (depth === 0) return;
  const { items, additionalProperties, properties = {} } = schema;
  for (const [name, child] of Object.entries(properties)) {
    if (rule.includes(name)) visit(child, `${path}.${name}`, rule, depth - 1, found);
  }
  if (isSingle(items)) visit(items, `${path}[*]`, rule, depth - 1, found);
  if (isSingle(additionalProperties)) visit(additionalProperties, `${path}[*]`, rule, depth - 1, found);
}

/** Whether a child is one schema. */
export function isSingle(
  child: JSONSchemaProps['items'] | JSONSchemaProps['additionalProperties'],
): child is JSONSchemaProps {
  return typeof child === 'object' && !Array.isArray(child);
}

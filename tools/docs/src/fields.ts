import { type JsonRecord, listOf, recordOf, textOf } from './json.ts';

/** A field of a kind. */
export interface Field {
  /** Such as `spec.ports[].name`; `*` stands for any key of a map. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** JSON text; undefined without a default. */
  readonly defaultText: string | undefined;
  readonly description: string;
  /** Bounds, choices and forms, as words. */
  readonly rules: readonly string[];
}

/** Fields that every object has; they are explained once, on a page of their own. */
const shared: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Keywords that bound a value, in words, with the unit of the bound. */
const bounds: readonly (readonly [keyword: string, words: string, unit: string])[] = [
  ['minimum', 'at least', ''],
  ['maximum', 'at most', ''],
  ['minLength', 'at least', ' characters'],
  ['maxLength', 'at most', ' characters'],
  ['minItems', 'at least', ' items'],
  ['maxItems', 'at most', ' items'],
];

/**
 * All fields of a kind, fields of fields included, in the order of its schema.
 *
 * @param schema OpenAPI v3 schema of the object
 */
export function fieldsOf(schema: JsonRecord): Field[] {
  const fields: Field[] = [];
  for (const [name, member] of members(schema)) {
    if (!shared.has(name)) collect(name, member, isRequired(schema, name), fields);
  }
  return fields;
}

function collect(path: string, schema: JsonRecord, required: boolean, fields: Field[]): void {
  fields.push({
    path,
    type: typeText(schema),
    required,
    defaultText: schema['default'] === undefined ? undefined : JSON.stringify(schema['default']),
    description: textOf(schema['description']),
    rules: rulesOf(schema),
  });
  const { below, suffix } = innermost(schema);
  for (const [name, member] of members(below)) {
    collect(`${path}${suffix}.${name}`, member, isRequired(below, name), fields);
  }
}

/** Steps through lists and maps to what they hold. */
function innermost(schema: JsonRecord): { below: JsonRecord; suffix: string } {
  let below = schema;
  let suffix = '';
  for (;;) {
    const item = recordOf(below['items']);
    const value = recordOf(below['additionalProperties']);
    if (below['type'] === 'array' && Object.keys(item).length > 0) {
      below = item;
      suffix += '[]';
    } else if (Object.keys(value).length > 0) {
      below = value;
      suffix += '.*';
    } else return { below, suffix };
  }
}

function members(schema: JsonRecord): [string, JsonRecord][] {
  return Object.entries(recordOf(schema['properties'])).map(([name, value]) => [name, recordOf(value)]);
}

function isRequired(schema: JsonRecord, name: string): boolean {
  return listOf(schema['required']).includes(name);
}

function typeText(schema: JsonRecord): string {
  const type = textOf(schema['type']);
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (type === 'array') return `list of ${typeText(recordOf(schema['items']))}`;
  const value = recordOf(schema['additionalProperties']);
  if (type === 'object' && Object.keys(value).length > 0) return `map of ${typeText(value)}`;
  const format = textOf(schema['format']);
  if (type === '') return 'any';
  return format === '' ? type : `${type} (${format})`;
}

function rulesOf(schema: JsonRecord): string[] {
  const rules: string[] = [];
  const choices = listOf(schema['enum']);
  if (choices.length > 0) rules.push(`one of ${choices.map((choice) => `\`${String(choice)}\``).join(', ')}`);
  for (const [keyword, words, unit] of bounds) {
    const bound = schema[keyword];
    if (typeof bound === 'number')
      rules.push(`${words} ${bound}${bound === 1 ? unit.replace(/s$/, '') : unit}`);
  }
  const pattern = textOf(schema['pattern']);
  if (pattern !== '') rules.push(`matches \`${pattern}\``);
  const keys = listOf(schema['x-kubernetes-list-map-keys']).map(textOf);
  if (keys.length > 0) rules.push(`entries are told apart by ${keys.map((key) => `\`${key}\``).join(', ')}`);
  if (schema['x-kubernetes-list-type'] === 'set') rules.push('a set: no value twice');
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) rules.push('kept as it is, whatever is in it');
  return rules;
}

import { formatFloatShort } from '@plinth/go-format';

/**
 * What templates work with: nil (undefined), booleans, integers (bigint), floats (number), strings, lists, and what the caller
 * hands in as maps, structs and objects with methods.
 */
export type Value =
  | undefined
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | GoMap
  | GoStruct
  | GoObject;

/** A map with strings as keys. */
export class GoMap {
  readonly entries: ReadonlyMap<string, Value>;
  /** What a key that is not there has: `''` for a map of strings, undefined where anything may be in it. */
  readonly missing: Value;

  constructor(entries: ReadonlyMap<string, Value>, missing?: Value) {
    this.entries = entries;
    this.missing = missing;
  }

  /** A map of strings. */
  static ofTexts(texts: Readonly<Record<string, string>>): GoMap {
    return new GoMap(new Map(Object.entries(texts)), '');
  }

  toString(): string {
    const keys = [...this.entries.keys()].sort();
    return `map[${keys.map((key) => `${key}:${printValue(this.entries.get(key))}`).join(' ')}]`;
  }
}

/** A struct: fields that are known. */
export class GoStruct {
  readonly typeName: string;
  readonly fields: Readonly<Record<string, Value>>;

  constructor(typeName: string, fields: Readonly<Record<string, Value>>) {
    this.typeName = typeName;
    this.fields = fields;
  }

  toString(): string {
    return `{${Object.values(this.fields).map(printValue).join(' ')}}`;
  }
}

/** A value that has methods and prints by `toString()`. */
export interface GoObject {
  readonly typeName: string;
  readonly methods: Readonly<Record<string, (...values: Value[]) => Value>>;
  toString(): string;
}

export function isObject(value: Value): value is GoObject {
  return typeof value === 'object' && 'methods' in value;
}

/** Whether a value is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The name of a type, for messages. */
export function typeName(value: Value): string {
  if (value === undefined) return '<nil>';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    case 'string':
      return 'string';
    default:
  }
  if (isList(value)) return '[]interface {}';
  if (value instanceof GoMap) return value.missing === '' ? 'map[string]string' : 'map[string]interface {}';
  return value.typeName;
}

/** A value as `{{ }}` prints it. Spec: Go, fmt.Fprint. */
export function printValue(value: Value): string {
  if (value === undefined) return '<no value>';
  if (typeof value === 'number') return formatFloatShort(value);
  if (isList(value)) return `[${value.map(printValue).join(' ')}]`;
  return value.toString();
}

/** Whether `if` takes a value for true: what is not zero and not empty. */
export function isTrue(value: Value): boolean {
  if (value === undefined) return false;
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    case 'string':
      return value !== '';
    default:
  }
  if (isList(value)) return value.length > 0;
  return value instanceof GoMap ? value.entries.size > 0 : true;
}

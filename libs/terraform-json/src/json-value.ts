/** A value of a plan or a state. Numbers that a float does not hold are `Exact`. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Exact
  | readonly Value[]
  | { readonly [name: string]: Value };

/** An object. */
export type JsonRecord = Readonly<Record<string, Value>>;

/** A step into a value: the name of an attribute, the key of a map, or an index. */
export type Step = string | number;

/** The way to a value. */
export type Path = readonly Step[];

/** A number as it was written, where a float would be another one. */
export class Exact {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Whether a value is an object. */
export function isRecord(value: Value | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Exact);
}

/** Whether a value is an array. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** What an object or array has at a step; undefined where it has nothing, and for what every object inherits. */
export function childOf(value: Value | undefined, step: Step): Value | undefined {
  if (isList(value)) return typeof step === 'number' ? value[step] : undefined;
  return isRecord(value) && Object.hasOwn(value, step) ? value[String(step)] : undefined;
}

/** The text of a value that has none within: a string as it is, anything else as JSON writes it. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? value : printJson(value);
}

/** JSON in one line, with exact numbers as they were written. Members stand in their order. */
export function printJson(value: Value): string {
  if (value instanceof Exact) return value.text;
  if (isList(value)) return `[${value.map(printJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${printJson(one)}`);
  return `{${members.join(',')}}`;
}

/** JSON in one line that is the same for values that are the same: members stand in the order of their names. */
export function canonicalJson(value: Value): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return printJson(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** A path as Terraform writes it: `tags["a b"].ports[0]`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

/**
 * An object with other values under the same names; those for which `map` gives undefined are left out. Of what is no
 * object nothing is left.
 */
export function mapMembers(
  value: Value | undefined,
  map: (name: string, value: Value) => Value | undefined,
): JsonRecord {
  const members: [string, Value][] = [];
  for (const [name, one] of Object.entries(isRecord(value) ? value : {})) {
    const mapped = map(name, one);
    if (mapped !== undefined) members.push([name, mapped]);
  }
  return Object.fromEntries(members);
}

/** The elements of an array, each as `map` gives it; none of what is no array. */
export function mapList(value: Value | undefined, map: (value: Value) => Value): readonly Value[] {
  return isList(value) ? value.map(map) : [];
}

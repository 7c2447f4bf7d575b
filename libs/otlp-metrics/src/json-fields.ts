import { OtlpError } from './otlp-error.ts';

/** A JSON object whose members are read one by one, each with its path for errors. Members that are null are absent. */
export class JsonFields {
  readonly #members: object;
  readonly path: string;

  private constructor(members: object, path: string) {
    this.#members = members;
    this.path = path;
  }

  /** @throws OtlpError when the value is no object. */
  static of(value: unknown, path: string): JsonFields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(path, 'an object', value);
    return new JsonFields(value, path);
  }

  #member(name: string): unknown {
    const value: unknown = Object.hasOwn(this.#members, name) ? Reflect.get(this.#members, name) : undefined;
    return value === null ? undefined : value;
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.#member(name) !== undefined;
  }

  text(name: string): string {
    const value = this.#member(name) ?? '';
    if (typeof value === 'string') return value;
    throw wrong(this.#pathOf(name), 'a string', value);
  }

  bool(name: string): boolean {
    const value = this.#member(name) ?? false;
    if (typeof value === 'boolean') return value;
    throw wrong(this.#pathOf(name), 'a boolean', value);
  }

  /** A double: a number, or a text of one, `NaN`, `Infinity`, `-Infinity`. */
  double(name: string): number {
    return doubleOf(this.#member(name) ?? 0, this.#pathOf(name));
  }

  /** An integer of 64 bits: a number or a decimal text. */
  bigint(name: string): bigint {
    return bigintOf(this.#member(name) ?? 0, this.#pathOf(name));
  }

  /** The same as the nearest double. */
  integer(name: string): number {
    const value = this.#member(name) ?? 0;
    return typeof value === 'number' && Number.isInteger(value)
      ? value
      : Number(bigintOf(value, this.#pathOf(name)));
  }

  /** Nanoseconds since the epoch as milliseconds, rounded down. */
  timeMs(name: string): number {
    return Number(this.bigint(name) / 1_000_000n);
  }

  /** Bytes that are written in hex: the identifiers of traces and spans. */
  hex(name: string): string {
    const value = this.text(name);
    if (/^(?:[\da-f]{2})*$/i.test(value)) return value.toLowerCase();
    throw wrong(this.#pathOf(name), 'hex digits', value);
  }

  base64(name: string): Uint8Array {
    const value = this.text(name);
    if (/^[\w+/-]*={0,2}$/.test(value)) return new Uint8Array(Buffer.from(value, 'base64'));
    throw wrong(this.#pathOf(name), 'base64', value);
  }

  object(name: string): JsonFields | undefined {
    const value = this.#member(name);
    return value === undefined ? undefined : JsonFields.of(value, this.#pathOf(name));
  }

  objects(name: string): JsonFields[] {
    return this.#list(name, (value, path) => JsonFields.of(value, path));
  }

  doubles(name: string): number[] {
    return this.#list(name, doubleOf);
  }

  integers(name: string): number[] {
    return this.#list(name, (value, path) => Number(bigintOf(value, path)));
  }

  #list<T>(name: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.#member(name) ?? [];
    const path = this.#pathOf(name);
    if (!Array.isArray(value)) throw wrong(path, 'a list', value);
    return value.map((item: unknown, i) => read(item, `${path}[${i}]`));
  }
}

const specialDoubles: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function doubleOf(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const special = specialDoubles.get(value);
    if (special !== undefined) return special;
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
  }
  throw wrong(path, 'a number', value);
}

function bigintOf(value: unknown, path: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return bounded(BigInt(value), path);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return bounded(BigInt(value), path);
  throw wrong(path, 'an integer', value);
}

function bounded(value: bigint, path: string): bigint {
  if (value >= -(2n ** 63n) && value < 2n ** 64n) return value;
  throw new OtlpError('malformed', `${path}: ${value} has more than 64 bits`);
}

function wrong(path: string, expected: string, found: unknown): OtlpError {
  const type = Array.isArray(found) ? 'a list' : found === null ? 'null' : `a ${typeof found}`;
  const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 64)) : type;
  return new OtlpError(
    'malformed',
    `${path === '' ? 'the request' : path}: expected ${expected}, found ${shown}`,
  );
}

import { sprintf } from '@plinth/go-format';
import { TemplateError } from './template-error.ts';
import { GoMap, isList, isTrue, printValue, typeName, type Value } from './value.ts';

/** A function that templates call. What it throws becomes an error of the template. */
export type TemplateFunction = (...values: Value[]) => Value;

/** Functions that every template has. Spec: Go, text/template, Functions. `and` and `or` are part of the language. */
export const builtins: Readonly<Record<string, TemplateFunction>> = {
  not: (value) => !isTrue(value),
  len: (value) => {
    if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
    if (isList(value)) return BigInt(value.length);
    if (value instanceof GoMap) return BigInt(value.entries.size);
    throw new TemplateError(`len of type ${typeName(value)}`);
  },
  index: (value, ...indexes) => indexes.reduce(elementOf, value),
  slice: (value, from = 0n, to) => {
    if (typeof value !== 'string' && !isList(value)) {
      throw new TemplateError(`can't slice item of type ${typeName(value)}`);
    }
    const end = to === undefined ? value.length : Number(to);
    if (Number(from) < 0 || end > value.length || Number(from) > end) {
      throw new TemplateError(`index out of range: ${end}`);
    }
    return value.slice(Number(from), end);
  },
  print: (...values) => joined(values),
  println: (...values) => `${values.map(printValue).join(' ')}\n`,
  printf: (format, ...values) => sprintf(String(format), values, (value) => typeName(value as Value)),
  html: (...values) => escapedHtml(joined(values)),
  js: (...values) =>
    JSON.stringify(joined(values)).slice(1, -1).replaceAll('<', '\\u003C').replaceAll("'", "\\'"),
  urlquery: (...values) => encodeQuery(joined(values)),
  eq: (first, ...others) => {
    if (others.length === 0) throw new TemplateError('missing argument for comparison');
    return others.some((other) => isEqual(first, other));
  },
  ne: (first, second) => !isEqual(first, second),
  lt: (first, second) => compare(first, second) < 0,
  le: (first, second) => compare(first, second) <= 0,
  gt: (first, second) => compare(first, second) > 0,
  ge: (first, second) => compare(first, second) >= 0,
};

/** Escapes what means something else in HTML. */
function escapedHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '"': '&#34;',
    "'": '&#39;',
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '\0': '\ufffd',
  };
  return text.replace(/["'&<>\0]/g, (character) => escapes[character] ?? '');
}

/** As Go's url.QueryEscape. */
export function encodeQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Spec: Go, fmt.Sprint: a space stands between two operands when neither is a string. */
function joined(values: readonly Value[]): string {
  return values
    .map((value, i) => {
      const isApart = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string';
      return `${isApart ? ' ' : ''}${printValue(value)}`;
    })
    .join('');
}

function elementOf(value: Value, index: Value): Value {
  if (value instanceof GoMap) return value.entries.get(String(index)) ?? value.missing;
  if (!isList(value) && typeof value !== 'string')
    throw new TemplateError(`can't index item of type ${typeName(value)}`);
  if (typeof index !== 'bigint')
    throw new TemplateError(`cannot index slice/array with type ${typeName(index)}`);
  if (index < 0n || index >= BigInt(value.length)) throw new TemplateError(`index out of range: ${index}`);
  return typeof value === 'string' ? BigInt(Buffer.from(value)[Number(index)] ?? 0) : value[Number(index)];
}

function isEqual(first: Value, second: Value): boolean {
  if (typeof first === 'object' || typeof second === 'object') {
    throw new TemplateError('non-comparable type for comparison');
  }
  if (first === undefined || second === undefined) return first === second;
  requireComparable(first, second);
  return first === second;
}

function compare(first: Value, second: Value): number {
  requireComparable(first, second);
  if (typeof first === 'string' && typeof second === 'string') {
    return Buffer.compare(Buffer.from(first), Buffer.from(second));
  }
  if (typeof first === 'bigint' && typeof second === 'bigint')
    return first < second ? -1 : first > second ? 1 : 0;
  if (typeof first === 'number' && typeof second === 'number') return first - second;
  throw new TemplateError('invalid type for comparison');
}

function requireComparable(first: Value, second: Value): void {
  if (typeof first !== typeof second) throw new TemplateError('incompatible types for comparison');
}

import { isList, isMap, type JsonValue } from './json-value.ts';
import { compareStrings } from './value-order.ts';

const NEEDS_JSON_ESCAPE = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;
const HTML_UNSAFE = /[<>&\u2028\u2029]/g;
/** An escape sequence as `JSON.stringify` writes it; matched whole so that `\\b` is not taken for `\b`. */
const ESCAPE_SEQUENCE = /\\./g;
const LONG_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\b', '\\u0008'],
  ['\\f', '\\u000c'],
]);

/**
 * A string as JSON the way Kubernetes writes it: `<`, `>`, `&`, U+2028 and U+2029 are escaped, and backspace
 * and form feed have no short form. Two writers must agree, because the text is a map key in `fieldsV1`.
 */
export function quoteJson(text: string): string {
  if (!NEEDS_JSON_ESCAPE.test(text)) return `"${text}"`;
  return JSON.stringify(text)
    .replace(ESCAPE_SEQUENCE, (escape) => LONG_ESCAPES.get(escape) ?? escape)
    .replace(HTML_UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Canonical JSON of a value: object keys sorted, no white space, strings as {@link quoteJson}. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoteJson(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isMap(value)) {
    const keys = Object.keys(value).sort(compareStrings);
    return `{${keys.map((key) => `${quoteJson(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`;
  }
  return String(value);
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** A string in double quotes for a message, as Go's `%q` prints it; Kubernetes clients parse and show these. */
export function quoteForMessage(text: string): string {
  let out = '"';
  for (const char of text) {
    const short = SHORT_ESCAPES.get(char);
    const code = char.codePointAt(0) ?? 0;
    if (short !== undefined) out += short;
    else if (PRINTABLE.test(char)) out += char;
    else if (code < 0x80) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code <= 0xffff) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${out}"`;
}

/** A value inside a printed path, such as `"a"`, `2`, `true` or `[1,2]`. */
export function valueForMessage(value: JsonValue): string {
  if (typeof value === 'string') return quoteForMessage(value);
  if (isList(value)) return `[${value.map(valueForMessage).join(',')}]`;
  if (isMap(value)) {
    return Object.keys(value)
      .sort(compareStrings)
      .map((key) => `${key}=${valueForMessage(value[key] ?? null)}`)
      .join('');
  }
  return String(value);
}

import { CelEvaluationError } from '../problem.ts';
import { checkLength } from '../standard/arithmetic.ts';
import { codePointLength, hasSurrogates } from '../values/text.ts';

/** The text as an array when code points and code units differ in it, so that positions count code points. */
function parts(text: string): string | string[] {
  return hasSurrogates(text) ? Array.from(text) : text;
}

function outOfRange(index: bigint): CelEvaluationError {
  return new CelEvaluationError(`index out of range: ${index}`);
}

/** The character at a position; at the end, the empty text. @throws CelEvaluationError outside. */
export function charAt(text: string, index: bigint): string {
  const characters = parts(text);
  if (index < 0n || index > BigInt(characters.length)) throw outOfRange(index);
  return characters.at(index === BigInt(characters.length) ? Infinity : Number(index)) ?? '';
}

/** Where a part first is from a position on, or -1. @throws CelEvaluationError for a position outside. */
export function indexOf(text: string, part: string, from: bigint): bigint {
  if (from < 0n || from > BigInt(codePointLength(text))) throw outOfRange(from);
  const found = text.indexOf(part, unitAt(text, Number(from)));
  return found === -1 ? -1n : BigInt(codePointLength(text.slice(0, found)));
}

/** Where a part last begins, at a position or before it, or -1. @throws CelEvaluationError for a position outside. */
export function lastIndexOf(text: string, part: string, until?: bigint): bigint {
  if (until !== undefined && (until < 0n || until > BigInt(codePointLength(text)))) throw outOfRange(until);
  const found = text.lastIndexOf(part, until === undefined ? Infinity : unitAt(text, Number(until)));
  return found === -1 ? -1n : BigInt(codePointLength(text.slice(0, found)));
}

/** The text between two positions. @throws CelEvaluationError when they are outside or the wrong way round. */
export function substring(text: string, start: bigint, end: bigint | undefined): string {
  const length = BigInt(codePointLength(text));
  const last = end ?? length;
  if (start < 0n || start > length) throw outOfRange(start);
  if (last < 0n || last > length) throw outOfRange(last);
  if (start > last) {
    throw new CelEvaluationError(`invalid substring range. start: ${start}, end: ${last}`);
  }
  const characters = parts(text).slice(Number(start), Number(last));
  return typeof characters === 'string' ? characters : characters.join('');
}

/** The code unit at which a code point begins. */
function unitAt(text: string, point: number): number {
  return hasSurrogates(text) ? Array.from(text).slice(0, point).join('').length : point;
}

/** The pieces between separators: at most `limit`, all when it is negative. */
export function split(text: string, separator: string, limit: bigint): string[] {
  if (limit === 0n) return [];
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const kept = pieces.slice(0, Number(limit) - 1);
  return [...kept, pieces.slice(kept.length).join(separator)];
}

/** The text with the first `limit` occurrences of a part replaced, all when it is negative. */
export function replace(text: string, from: string, to: string, limit: bigint): string {
  if (limit === 0n || from === to) return text;
  checkLength(replacedLength(text, from, to));
  if (limit < 0n && from !== '') return text.replaceAll(from, () => to);
  if (from !== '') {
    const pieces = split(text, from, limit < 0n ? -1n : limit + 1n);
    return pieces.join(to);
  }
  // An empty part is before each character and at the end.
  const characters = Array.from(text);
  const count = limit < 0n ? characters.length + 1 : Math.min(Number(limit), characters.length + 1);
  const head = characters.slice(0, count).map((character) => to + character);
  return head.join('') + (count > characters.length ? to : '') + characters.slice(count).join('');
}

/** Length of a text after replacement of all occurrences, or a bound of it, without building it. */
export function replacedLength(text: string, from: string, to: string): number {
  if (to.length <= from.length) return text.length;
  const count = from === '' ? text.length + 1 : occurrences(text, from);
  return text.length + count * (to.length - from.length);
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

const quoted: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** The text in quotes, with escapes, so that it can be printed. */
export function quote(text: string): string {
  return `"${text.toWellFormed().replace(/[\u0007-\r"\\]/g, (character) => quoted[character] ?? character)}"`;
}

import { SyntaxFault } from './syntax-fault.ts';

/** How a string or bytes literal begins. */
export interface TextStart {
  readonly bytes: boolean;
  readonly raw: boolean;
  readonly quote: string;
  /** Code units before the content. */
  readonly length: number;
}

const start = /([bB]?)([rR]?)("""|'''|"|')/y;
const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '?': 63,
  '"': 34,
  "'": 39,
  '`': 96,
};
const codeDigits: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };
const encoder = new TextEncoder();

/** Whether a string or bytes literal begins here, and of which form. */
export function textStart(source: string, offset: number): TextStart | undefined {
  start.lastIndex = offset;
  const found = start.exec(source);
  if (found === null) return undefined;
  const [whole, bytes, raw, quote = ''] = found;
  return { bytes: bytes !== '', raw: raw !== '', quote, length: whole.length };
}

/**
 * Reads the literal that begins at `offset`.
 *
 * @throws SyntaxFault when it does not end or an escape is not valid. Spec: CEL language definition, "String and
 * Bytes Values".
 */
export function readText(
  source: string,
  offset: number,
  { bytes, raw, quote, length }: TextStart,
): { value: string | Uint8Array; end: number } {
  const parts: (string | number)[] = [];
  let at = offset + length;
  let from = at;
  while (!source.startsWith(quote, at)) {
    const character = source[at];
    if (character === undefined || (quote.length === 1 && (character === '\n' || character === '\r'))) {
      throw new SyntaxFault('Syntax error: the literal has no closing quote', offset);
    }
    if (character !== '\\') {
      at++;
    } else if (raw) {
      at += source[at + 1] === undefined ? 1 : 2;
    } else {
      if (at > from) parts.push(source.slice(from, at));
      const [code, end] = readEscape(source, at, bytes);
      parts.push(code);
      at = end;
      from = at;
    }
  }
  if (at > from) parts.push(source.slice(from, at));
  return { value: bytes ? toBytes(parts) : toText(parts), end: at + quote.length };
}

function readEscape(source: string, at: number, bytes: boolean): [number, number] {
  const letter = source[at + 1] ?? '';
  const simple = simpleEscapes[letter];
  if (simple !== undefined) return [simple, at + 2];
  const digits = codeDigits[letter];
  if (digits !== undefined) {
    const text = source.slice(at + 2, at + 2 + digits);
    const code = Number.parseInt(text, 16);
    if (text.length !== digits || !/^[0-9a-fA-F]+$/.test(text) || (bytes && digits !== 2)) {
      throw invalidEscape(source, at);
    }
    if (code > 0x10_ff_ff || (code >= 0xd800 && code <= 0xdfff)) throw invalidEscape(source, at);
    return [code, at + 2 + digits];
  }
  const octal = source.slice(at + 1, at + 4);
  if (/^[0-3][0-7]{2}$/.test(octal)) return [Number.parseInt(octal, 8), at + 4];
  throw invalidEscape(source, at);
}

function invalidEscape(source: string, at: number): SyntaxFault {
  return new SyntaxFault(`Syntax error: invalid escape sequence '${source.slice(at, at + 2)}'`, at);
}

function toText(parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : String.fromCodePoint(part))).join('');
}

function toBytes(parts: readonly (string | number)[]): Uint8Array {
  const chunks = parts.map((part) => (typeof part === 'string' ? [...encoder.encode(part)] : [part]));
  return Uint8Array.from(chunks.flat());
}

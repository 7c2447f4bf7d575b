import { codeAt } from './characters.ts';

const escapeCharacters: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  '\\': 0x5c,
};

/** Where a string ends (after the quote), or what is wrong with it, as Prometheus says it. */
type StringScan = { readonly end: number } | { readonly fault: string };

/**
 * Finds the end of a string. Half surrogate pairs and U+FFFD count as bytes that are no UTF-8, since that is what they are over a wire.
 *
 * @param start - index after the quote.
 * @param delimiter - `"`, `'` or a backquote; in the latter nothing is escaped.
 */
export function scanString(text: string, start: number, delimiter: string): StringScan {
  const end = delimiter.charCodeAt(0);
  const isRaw = delimiter === '`';
  for (let at = start; ; at++) {
    const code = codeAt(text, at);
    if (code === end) return { end: at + 1 };
    if (code === -1) return { fault: isRaw ? 'unterminated raw string' : 'unterminated quoted string' };
    if (code === 0xfffd || (code >= 0xd800 && code < 0xe000)) {
      if (!isPair(text, at)) return { fault: 'invalid UTF-8 rune' };
      at++;
    } else if (!isRaw && code === 0x0a) {
      return { fault: 'unterminated quoted string' };
    } else if (!isRaw && code === 0x5c) {
      const escape = scanEscape(text, at + 1, delimiter);
      if ('fault' in escape) return escape;
      at = escape.end - 1;
    }
  }
}

function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff;
}

/** Digits of an escape, by the character after the backslash. */
const numericEscapes: Readonly<
  Record<string, { readonly digits: number; readonly base: number; readonly max: number }>
> = {
  x: { digits: 2, base: 16, max: 255 },
  u: { digits: 4, base: 16, max: 0x10ffff },
  U: { digits: 8, base: 16, max: 0x10ffff },
};

const octalEscape = { digits: 3, base: 8, max: 255 };

function scanEscape(text: string, start: number, delimiter: string): StringScan {
  if (start >= text.length) return { fault: 'escape sequence not terminated' };
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  if (character in escapeCharacters || character === delimiter) return { end: start + 1 };
  const isOctal = character >= '0' && character <= '7';
  const numeric = isOctal ? octalEscape : numericEscapes[character];
  if (!numeric) return { fault: `unknown escape sequence ${unicodeName(character)}` };
  const first = isOctal ? start : start + 1;
  let value = 0;
  for (let at = first; at < first + numeric.digits; at++) {
    if (at >= text.length) return { fault: 'escape sequence not terminated' };
    const digit = Number.parseInt(text.charAt(at), numeric.base);
    if (Number.isNaN(digit)) {
      const wrong = String.fromCodePoint(text.codePointAt(at) ?? 0);
      return { fault: `illegal character ${unicodeName(wrong)} in escape sequence` };
    }
    value = value * numeric.base + digit;
  }
  if (value > numeric.max || (value >= 0xd800 && value < 0xe000)) {
    return { fault: 'escape sequence is an invalid Unicode code point' };
  }
  return { end: first + numeric.digits };
}

/** As Go's `%#U`. */
function unicodeName(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character) ? `U+${code} '${character}'` : `U+${code}`;
}

const escapeSequence = /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs;

/**
 * The value of a string that `scanString` accepted. Escapes of bytes (`\xff`) that are no UTF-8 become halves of surrogate pairs, U+DC80
 * to U+DCFF: the string is not well-formed then, and `quote` prints the bytes again.
 *
 * @param text - with its quotes.
 */
export function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`') || !inner.includes('\\')) return inner;
  if (/\\(?:x[89a-fA-F]|[23][0-7])/.test(inner)) return unquoteBytes(inner);
  return inner.replace(escapeSequence, (...groups: string[]) => {
    const code = escapedByte(groups) ?? escapedCodePoint(groups);
    return code === undefined ? (groups[5] ?? '') : String.fromCodePoint(code);
  });
}

function escapedByte(groups: readonly (string | undefined)[]): number | undefined {
  if (groups[1] !== undefined) return Number.parseInt(groups[1], 16);
  return groups[2] === undefined ? undefined : Number.parseInt(groups[2], 8);
}

function escapedCodePoint(groups: readonly (string | undefined)[]): number | undefined {
  const digits = groups[3] ?? groups[4];
  return digits === undefined ? escapeCharacters[groups[5] ?? ''] : Number.parseInt(digits, 16);
}

/** Some escapes stand for bytes, which may make up a character together. */
function unquoteBytes(inner: string): string {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const match of inner.matchAll(escapeSequence)) {
    parts.push(encoder.encode(inner.slice(end, match.index)));
    const byte = escapedByte(match);
    const code = escapedCodePoint(match);
    const character = code === undefined ? (match[5] ?? '') : String.fromCodePoint(code);
    parts.push(byte === undefined ? encoder.encode(character) : Uint8Array.of(byte));
    end = match.index + match[0].length;
  }
  parts.push(encoder.encode(inner.slice(end)));
  return decoded(concatenated(parts));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const sequenceLengths = [1, 2, 3, 4] as const;

function decoded(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const characters = sequenceLengths.map((length) => decodedCharacter(bytes.subarray(at, at + length)));
    const length = characters.findIndex((character) => character !== undefined) + 1;
    text += characters[length - 1] ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += Math.max(length, 1);
  }
  return text;
}

/** @returns undefined when the bytes are not UTF-8. */
function decodedCharacter(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

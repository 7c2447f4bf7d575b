import { parseFloatGo } from '@plinth/go-format';
import type { Value } from './value.ts';

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The string that a literal of Go stands for; undefined when it is none. Spec: Go, String literals. */
export function unquote(text: string): string | undefined {
  if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '');
  let isBad = false;
  const escape = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs;
  const read = text
    .slice(1, -1)
    .replace(escape, (_whole: string, ...groups: readonly (string | undefined)[]) => {
      const [simple, x, u, long, octal] = groups;
      if (simple !== undefined) return simpleEscapes[simple] ?? '';
      const code = Number.parseInt(x ?? u ?? long ?? octal ?? '', octal === undefined ? 16 : 8);
      if (Number.isNaN(code) || code > 0x10ffff) {
        isBad = true;
        return '';
      }
      return String.fromCodePoint(code);
    });
  return isBad ? undefined : read;
}

/** The value of a number literal: an integer unless it has a fraction or an exponent. */
export function numberOf(text: string): Value {
  const digits = text.replaceAll('_', '');
  const sign = digits.startsWith('-') ? -1n : 1n;
  const magnitude = digits.replace(/^[+-]/, '');
  if (/^0[xXbBoO][\da-fA-F]+$/.test(magnitude)) return sign * BigInt(magnitude.toLowerCase());
  if (/^0[0-7]+$/.test(magnitude)) return sign * BigInt(`0o${magnitude.slice(1)}`);
  if (/^\d+$/.test(magnitude)) return sign * BigInt(magnitude);
  return parseFloatGo(digits);
}

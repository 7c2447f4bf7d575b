import { quote } from './quote.ts';

/** The text is no number as Go writes them. `message` is Go's. */
export class FloatSyntaxError extends Error {
  override readonly name = 'FloatSyntaxError';
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const hexadecimal = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i;
const misplacedUnderscore = /(?<![\da-f])_|_(?![\da-f])/i;
const misplacedDecimalUnderscore = /(?<!\d)_|_(?!\d)/;

/**
 * Reads a number as Go's `strconv.ParseFloat(text, 64)` does: decimal or hexadecimal with `p`, underscores between digits, `Inf`,
 * `Infinity` with a sign, `NaN` without.
 *
 * @throws FloatSyntaxError with Go's text, also when the number is beyond what a double holds.
 */
export function parseFloatGo(text: string): number {
  const value = numberOf(text);
  if (value === undefined)
    throw new FloatSyntaxError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
  if (!Number.isFinite(value) && /\d/.test(text)) {
    throw new FloatSyntaxError(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  }
  return value;
}

function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const special = specialNumbers.get(text.toLowerCase());
  if (special !== undefined) return special;
  const isHexadecimal = /^[+-]?0x/i.test(text);
  if (text.includes('_')) {
    const digits = text.replace(/^([+-]?0x)_/i, '$1');
    return (isHexadecimal ? misplacedUnderscore : misplacedDecimalUnderscore).test(digits)
      ? undefined
      : numberOf(digits.replaceAll('_', ''));
  }
  return isHexadecimal ? hexadecimalNumber(text) : undefined;
}

const specialNumbers: ReadonlyMap<string, number> = new Map([
  ...['inf', '+inf', 'infinity', '+infinity'].map((text): [string, number] => [
    text,
    Number.POSITIVE_INFINITY,
  ]),
  ...['-inf', '-infinity'].map((text): [string, number] => [text, Number.NEGATIVE_INFINITY]),
  ['nan', Number.NaN],
]);

function hexadecimalNumber(text: string): number | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = hexadecimal.exec(text) ?? [];
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const magnitude = Number(BigInt(`0x${digits}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

import type { Spend } from '../cost/cost-budget.ts';
import { formatPrecisionMax } from '../limits.ts';
import { CelEvaluationError } from '../problem.ts';
import { checkLength } from '../standard/arithmetic.ts';
import { Duration } from '../values/duration.ts';
import { isList, listItems } from '../values/list-value.ts';
import { isMap, mapGet, mapKeys } from '../values/map-value.ts';
import { OpaqueValue } from '../values/opaque-value.ts';
import { Timestamp } from '../values/timestamp.ts';
import { typeNameOf } from '../values/type-name.ts';
import { TypeValue } from '../values/type-value.ts';
import { Uint } from '../values/uint.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const clause = /%(?:%|(?:\.(\d*))?([a-zA-Z]?))/g;

/**
 * Fills in a template: `%s` text, `%d` whole number, `%f` and `%e` decimals, `%b` binary, `%o` octal, `%x` and `%X`
 * hexadecimal. Spec: cel-go, ext.Strings, "Format".
 *
 * @throws CelEvaluationError for unknown letters, values that do not fit one, or too few values.
 */
export function formatText(template: string, values: readonly unknown[], work: Spend): string {
  let used = 0;
  let charged = 0;
  const parts: string[] = [];
  let from = 0;
  const write = (part: string) => {
    parts.push(part);
    charged += part.length;
  };
  for (const found of template.matchAll(clause)) {
    const [whole, precision, letter = ''] = found;
    write(template.slice(from, found.index));
    from = found.index + whole.length;
    if (whole === '%%') {
      write('%');
      continue;
    }
    if (used >= values.length) throw new CelEvaluationError(`index ${used} out of range`);
    const text = formatValue(letter, precision, values[used], work);
    used++;
    work(5 + text.length / 5);
    checkLength(charged + text.length);
    write(text);
  }
  write(template.slice(from));
  return parts.join('');
}

function formatValue(letter: string, precision: string | undefined, value: unknown, work: Spend): string {
  switch (letter) {
    case 's':
      return formatAny(value, work);
    case 'd':
      return formatWhole(value);
    case 'f':
      return decimal(letter, value, (number) => number.toFixed(digits(precision)), fixedLarge(precision));
    case 'e':
      return decimal(letter, value, (number) => exponential(number, digits(precision)));
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : inBase(letter, value, 2);
    case 'o':
      return inBase(letter, value, 8);
    case 'x':
      return hexadecimal(letter, value);
    case 'X':
      return hexadecimal(letter, value).toUpperCase();
    default:
      throw new CelEvaluationError(
        letter === ''
          ? 'could not parse formatting clause: unexpected end of string'
          : `could not parse formatting clause: unrecognized formatting clause "${letter}"`,
      );
  }
}

function digits(precision: string | undefined): number {
  if (precision === undefined) return 6;
  const count = Number(precision === '' ? '0' : precision);
  if (count > formatPrecisionMax) {
    throw new CelEvaluationError(`precision ${precision} exceeds the limit of ${formatPrecisionMax}`);
  }
  return count;
}

function numberIn(value: unknown): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

const specialNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity,
  '-Infinity': -Infinity,
};

function decimal(
  letter: string,
  value: unknown,
  write: (value: number) => string,
  large?: (value: number) => string | undefined,
): string {
  const special =
    typeof value === 'string' && Object.hasOwn(specialNumbers, value) ? specialNumbers[value] : undefined;
  const number = special ?? numberIn(value);
  if (number === undefined) throw misfit(letter, value, 'integers and doubles', 'fixed point and scientific');
  const double = Number(number);
  if (Number.isNaN(double)) return 'NaN';
  if (!Number.isFinite(double)) return double > 0 ? 'Infinity' : '-Infinity';
  return large?.(double) ?? write(double);
}

/** JavaScript rounds halves away from zero where the digits say so, and writes no more than 100 of them. */
function fixedLarge(precision: string | undefined): (value: number) => string {
  return (value) => exactFixed(value, digits(precision));
}

/** A double with so many decimals, from its exact value, halves to even. */
function exactFixed(value: number, decimals: number): string {
  const negative = value < 0 || Object.is(value, -0);
  const [numerator, exponent] = exactBinary(Math.abs(value));
  // value = numerator * 2^exponent; the result is value * 10^decimals as a whole number.
  const scaled = numerator * 10n ** BigInt(decimals);
  const whole = exponent >= 0 ? scaled << BigInt(exponent) : divideToEven(scaled, 1n << BigInt(-exponent));
  const text = whole.toString().padStart(decimals + 1, '0');
  const point = text.length - decimals;
  const unsigned = decimals === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
  return negative ? `-${unsigned}` : unsigned;
}

/** The whole number and power of two of which a positive double is the product. */
function exactBinary(value: number): [bigint, number] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

function divideToEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

function exponential(value: number, decimals: number): string {
  const [mantissa = '', exponent = '+0'] = value.toExponential(Math.min(decimals, 100)).split('e');
  const padded = decimals > 100 ? mantissa + '0'.repeat(decimals - 100) : mantissa;
  const power = exponent.slice(1).padStart(2, '0');
  return `${Object.is(value, -0) ? '-' : ''}${padded}e${exponent[0] ?? '+'}${power}`;
}

function formatWhole(value: unknown): string {
  if (typeof value === 'bigint' || value instanceof Uint) return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return formatDoubleText(value);
  const special = typeof value === 'string' && Object.hasOwn(specialNumbers, value);
  if (special) return value;
  throw misfit('d', value, 'integers', 'decimal');
}

function inBase(letter: string, value: unknown, base: number): string {
  const number = numberIn(value);
  if (typeof number !== 'bigint') throw misfit(letter, value, 'integers', base === 2 ? 'binary' : 'octal');
  return number.toString(base);
}

function hexadecimal(letter: string, value: unknown): string {
  const number = numberIn(value);
  if (typeof number === 'bigint') return number.toString(16);
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  if (!(bytes instanceof Uint8Array))
    throw misfit(letter, value, 'integers, byte buffers and strings', 'hex');
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function misfit(letter: string, value: unknown, takes: string, form: string): CelEvaluationError {
  return new CelEvaluationError(
    `error during formatting: %${letter}: ${form} clause can only be used on ${takes}, was given ${typeNameOf(value)}`,
  );
}

/** A value as `%s` writes it: lists and maps with what is in them, the keys of maps in order. */
function formatAny(value: unknown, work: Spend): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number') return formatDoubleText(value);
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (value instanceof Uint || value instanceof Timestamp || value instanceof Duration)
    return value.toString();
  if (value instanceof TypeValue) return value.name;
  if (isList(value)) {
    const items = listItems(value);
    work(items.length * 5 + 5);
    return `[${items.map((item) => formatAny(item, work)).join(', ')}]`;
  }
  if (isMap(value)) {
    const keys = mapKeys(value);
    work(keys.length * 10 + 10);
    const entries = keys.map((key) => [formatAny(key, work), formatAny(mapGet(value, key), work)] as const);
    const ordered = entries.toSorted(([left], [right]) => (left < right ? -1 : Number(left > right)));
    return `{${ordered.map(([key, content]) => `${key}: ${content}`).join(', ')}}`;
  }
  const known = value instanceof OpaqueValue ? value.typeName : typeNameOf(value);
  throw new CelEvaluationError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${known}`,
  );
}

/** Spelled as `%s` and `%d` do, in full words. */
function formatDoubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return plainDouble(value);
}

/** Shortest digits without exponent. */
function plainDouble(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (!text.includes('e')) return text;
  const [mantissa = '', exponent = '0'] = text.split('e');
  const [sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(mantissa)?.slice(1) ?? [];
  const power = Number(exponent);
  const all = whole + fraction;
  const point = whole.length + power;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  return `${sign}${all.padEnd(point, '0')}`;
}

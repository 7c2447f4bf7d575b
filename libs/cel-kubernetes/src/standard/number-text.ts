import { CelEvaluationError } from '../problem.ts';
import { intMax, intMin, Uint, uintMax } from '../values/uint.ts';

/** Reads a decimal int. @throws CelEvaluationError when it is none or out of range. */
export function parseInteger(text: string): bigint {
  const value = wholeNumber(text, /^[+-]?[0-9]+$/);
  if (value === undefined || value < intMin || value > intMax) throw conversionError(text, 'int');
  return value;
}

/** Reads a decimal uint. @throws CelEvaluationError when it is none or out of range. */
export function parseUnsigned(text: string): Uint {
  const value = wholeNumber(text, /^[0-9]+$/);
  if (value === undefined || value > uintMax) throw conversionError(text, 'uint');
  return new Uint(value);
}

/** Reads a double as Go's strconv.ParseFloat does. @throws CelEvaluationError */
export function parseDouble(text: string): number {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  } else if (/^[+-]?(?:inf|infinity)$/i.test(text)) {
    return text.startsWith('-') ? -Infinity : Infinity;
  } else if (/^nan$/i.test(text)) {
    return Number.NaN;
  }
  throw conversionError(text, 'double');
}

/** Writes a double as Go does with `%g`: the shortest digits, with an exponent below 1e-4 and from 1e6. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return plainDecimal(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A text or value that does not convert. */
export function conversionError(text: string, to: string): CelEvaluationError {
  const shown = JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text);
  return new CelEvaluationError(`type conversion error: ${shown} is not a valid ${to}`);
}

function wholeNumber(text: string, form: RegExp): bigint | undefined {
  // Zeros in front do not count; of other digits no number in range has more than 20.
  if (!form.test(text) || text.replace(/^[+-]?0*/, '').length > 20) return undefined;
  return BigInt(text.replace(/^\+/, ''));
}

/** JavaScript writes an exponent below 1e-6, Go below 1e-4; between them the digits follow the point. */
function plainDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

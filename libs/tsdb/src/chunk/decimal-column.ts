import { columnCountMax, integerMax } from './integer-column.ts';

/** Most decimals that are tried: metrics are rarely written with more than nine. */
const decimalsMax = 12;

const powersOfTen = Float64Array.from({ length: decimalsMax + 1 }, (_, exponent) => 10 ** exponent);

/** What doubles are divided by to get back a column of integers: 10^decimals, an exact double. */
export function decimalDivisor(decimals: number): number {
  return powersOfTen[decimals] ?? 1;
}

/** Doubles seen as integers / 10^decimals, each with exactly the bits it had. */
export interface DecimalColumn {
  readonly decimals: number;
  /** The doubles themselves, or memory of this module that holds until the next call. */
  readonly integers: Float64Array;
  /** Indexes of doubles that are no such decimal; the integer there repeats the one before. */
  readonly oddIndexes: readonly number[];
}

const integers = new Float64Array(columnCountMax);

/** @returns undefined when more than one in sixteen is no decimal. */
export function decimalsOf(values: Float64Array, count: number): DecimalColumn | undefined {
  if (areIntegers(values, count)) return { decimals: 0, integers: values, oddIndexes: [] };
  const oddMax = count >>> 4;
  const decimals = fewestDecimals(values, count, oddMax);
  if (decimals === undefined) return undefined;
  const factor = decimalDivisor(decimals);
  const oddIndexes: number[] = [];
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    const integer = Math.round(value * factor);
    if (isDecimal(value, integer, factor)) {
      before = integer;
    } else {
      if (oddIndexes.length >= oddMax) return undefined;
      oddIndexes.push(i);
    }
    integers[i] = before;
  }
  return { decimals, integers, oddIndexes };
}

function areIntegers(values: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (Math.floor(value) !== value || value > integerMax || value < -integerMax) return false;
    if (value === 0 && Object.is(value, -0)) return false;
  }
  return true;
}

function fewestDecimals(values: Float64Array, count: number, oddMax: number): number | undefined {
  let decimals = 0;
  let odd = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    const needed = decimalsNeeded(value, decimals);
    if (needed !== undefined) decimals = needed;
    else if (++odd > oddMax) return undefined;
  }
  return decimals;
}

function decimalsNeeded(value: number, atLeast: number): number | undefined {
  for (let decimals = atLeast; decimals <= decimalsMax; decimals++) {
    const factor = decimalDivisor(decimals);
    if (isDecimal(value, Math.round(value * factor), factor)) return decimals;
  }
  return undefined;
}

/** Negative zero is none, since an integer has no sign without a magnitude; neither are NaN and the infinities. */
function isDecimal(value: number, integer: number, factor: number): boolean {
  if (integer / factor !== value || integer > integerMax || integer < -integerMax) return false;
  return value !== 0 || !Object.is(value, -0);
}

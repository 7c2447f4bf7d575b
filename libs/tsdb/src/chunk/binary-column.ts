import { columnCountMax, integerMax } from './integer-column.ts';

/** Doubles seen as first + integer / 2^scale, each with exactly the bits it had. */
export interface BinaryColumn {
  readonly first: number;
  /** Between -1000 and 1000, so that powers of it are neither infinite nor subnormal. */
  readonly scale: number;
  /** Belongs to this module; holds until the next call. */
  readonly integers: Float64Array;
}

const scaleMax = 1000;

/** Bits of a double behind the first one. */
const fractionBits = 52;

const integers = new Float64Array(columnCountMax);
const word = new Float64Array(1);
const highWord = new Uint32Array(word.buffer, 4, 1);

/**
 * Sums of fractions (`_sum` of a histogram of seconds) have all of their bits in use, but move little: their last bits count integers.
 * @returns undefined when the doubles lie too far apart, or are no numbers.
 */
export function binaryOf(values: Float64Array, count: number): BinaryColumn | undefined {
  const first = values[0] ?? 0;
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
  const scale = fractionBits - exponentOf(largest);
  if (scale > scaleMax || scale < -scaleMax) return undefined;
  const factor = 2 ** scale;
  const unit = 2 ** -scale;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    const integer = (value - first) * factor;
    if (integer > integerMax || integer < -integerMax || Math.floor(integer) !== integer) return undefined;
    if (!Object.is(first + integer * unit, value)) return undefined;
    // A negative zero is none among integers.
    integers[i] = integer + 0;
  }
  return { first, scale, integers };
}

/** The power of two that a double begins with; that of infinities and NaN is above all others. */
function exponentOf(value: number): number {
  word[0] = value;
  return (((highWord[0] ?? 0) >>> 20) & 0x7ff) - 1023;
}

/** Makes doubles of integers, in place. */
export function fromBinary(
  column: Pick<BinaryColumn, 'first' | 'scale'>,
  values: Float64Array,
  from: number,
  to: number,
): void {
  const { first } = column;
  const unit = 2 ** -column.scale;
  for (let i = from; i < to; i++) values[i] = first + (values[i] ?? 0) * unit;
}

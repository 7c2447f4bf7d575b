import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { pack, packedSize, packedWidthMax, planeWidthMax, unpack } from './packed-integers.ts';

/** Magnitude up to which integers are taken: differences of differences of them are exact, and so are their varints. */
export const integerMax = 2 ** 49;

/** Most integers in a column. */
export const columnCountMax = 8192;

/** What a residual costs that does not fit in the packed width: its distance to the one before, and its varint. */
function exceptionBytes(bits: number): number {
  return 1 + Math.ceil((bits + 1) / 7);
}

/**
 * What the next integer is expected to be. `line`: start + index * step, for regular timestamps and for gauges (step 0).
 * `previous`: the one before + step, for counters and after gaps.
 */
export type Prediction = 'line' | 'previous';

/** How one column is written. */
export interface IntegerPlan {
  readonly prediction: Prediction;
  readonly start: number;
  readonly step: number;
  /** All packed residuals are multiples of it. */
  readonly unit: number;
  readonly width: number;
  /** Residuals to pack: base subtracted, divided by the unit; 0 where there is an exception. Holds until the next plan. */
  readonly packed: Float64Array;
  readonly packedCount: number;
  /** Indexes of residuals that are written one by one, and what they are beyond the step. */
  readonly exceptionIndexes: readonly number[];
  readonly exceptions: readonly number[];
}

/** Integers less what was expected, and how far from their middle the packed ones should reach. */
interface Residuals {
  readonly values: Float64Array;
  readonly count: number;
  readonly step: number;
  readonly pivot: number;
  readonly bits: number;
  readonly sizeBytes: number;
}

const residualsOf: Record<Prediction, Float64Array> = {
  line: new Float64Array(columnCountMax),
  previous: new Float64Array(columnCountMax),
};

const packed = new Float64Array(columnCountMax);

/** Finds the smaller of both predictions. @param integers - 1 to `columnCountMax`, of magnitudes up to `integerMax`. */
export function planIntegers(integers: Float64Array, count: number): IntegerPlan {
  const start = integers[0] ?? 0;
  const previous = residualsToPrevious(integers, count);
  const line = previous.sizeBytes === 0 ? previous : residualsToLine(integers, count);
  return line.sizeBytes < previous.sizeBytes
    ? planResiduals('line', start, line)
    : planResiduals('previous', start, previous);
}

function residualsToPrevious(integers: Float64Array, count: number): Residuals {
  const values = residualsOf.previous;
  let before = integers[0] ?? 0;
  for (let i = 1; i < count; i++) {
    const value = integers[i] ?? 0;
    values[i - 1] = value - before;
    before = value;
  }
  return measured(values, count - 1, 0);
}

function residualsToLine(integers: Float64Array, count: number): Residuals {
  const values = residualsOf.line;
  const start = integers[0] ?? 0;
  // The typical difference, where the line stays within the exact integers.
  const slope = count > 1 ? medianOf(residualsOf.previous, count - 1) : 0;
  const step = Math.abs(slope) * count < integerMax ? slope : 0;
  for (let i = 0, expected = start; i < count; i++, expected += step)
    values[i] = (integers[i] ?? 0) - expected;
  return measured(values, count, step);
}

const sampled = new Float64Array(9);

/** Median of nine values spread over the column: an outlier or two do not move it. */
function medianOf(values: Float64Array, count: number): number {
  for (let i = 0; i < sampled.length; i++) {
    const value = values[Math.floor((i * (count - 1)) / 8)] ?? 0;
    let place = i;
    for (; place > 0 && (sampled[place - 1] ?? 0) > value; place--) sampled[place] = sampled[place - 1] ?? 0;
    sampled[place] = value;
  }
  return sampled[4] ?? 0;
}

const countOfBits = new Int32Array(64);

/** Finds the bits around the middle that make the column smallest, counting what lies outside as exceptions. */
function measured(values: Float64Array, count: number, step: number): Residuals {
  if (count === 0) return { values, count, step, pivot: 0, bits: 0, sizeBytes: 0 };
  const pivot = medianOf(values, count);
  countOfBits.fill(0);
  for (let i = 0; i < count; i++) {
    const distance = (values[i] ?? 0) - pivot;
    const bits = distance === 0 ? 0 : bitLength(distance < 0 ? -distance - 1 : distance) + 1;
    countOfBits[bits] = (countOfBits[bits] ?? 0) + 1;
  }
  let outsideBytes = 0;
  for (let bits = 0; bits < countOfBits.length; bits++) {
    outsideBytes += (countOfBits[bits] ?? 0) * exceptionBytes(bits);
  }
  let best = 0;
  let bestSize = Infinity;
  for (let bits = 0; bits <= packedWidthMax; bits++) {
    outsideBytes -= (countOfBits[bits] ?? 0) * exceptionBytes(bits);
    const size = (bits * count) / 8 + outsideBytes;
    if (size < bestSize) {
      bestSize = size;
      best = bits;
    }
    if (outsideBytes === 0) break;
  }
  return { values, count, step, pivot, bits: best, sizeBytes: bestSize };
}

function planResiduals(prediction: Prediction, start: number, residuals: Residuals): IntegerPlan {
  const { values, count, step, pivot } = residuals;
  // From -2^(bits - 1) to below 2^(bits - 1), as signed integers; without a bit there is only the pivot.
  const below = residuals.bits === 0 ? 0 : 2 ** (residuals.bits - 1);
  const above = Math.max(1, below);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    const residual = values[i] ?? 0;
    if (residual - pivot < -below || residual - pivot >= above) continue;
    if (residual < low) low = residual;
    if (residual > high) high = residual;
  }
  if (count === 0) low = high = 0;
  const unit = high - low < 16 ? 1 : commonUnit(values, count, low, high);
  const exceptionIndexes: number[] = [];
  const exceptions: number[] = [];
  for (let i = 0; i < count; i++) {
    const residual = (values[i] ?? 0) - low;
    if (residual >= 0 && residual <= high - low) {
      packed[i] = unit === 1 ? residual : residual / unit;
    } else {
      packed[i] = 0;
      exceptionIndexes.push(i);
      exceptions.push(residual);
    }
  }
  return {
    prediction,
    // The base goes to the start of a line, and to the step of a chain.
    start: prediction === 'line' ? start + low : start,
    step: prediction === 'line' ? step : low,
    unit,
    width: bitLength((high - low) / unit),
    packed,
    packedCount: count,
    exceptionIndexes,
    exceptions,
  };
}

/** How many bits a non-negative integer takes. */
function bitLength(value: number): number {
  if (value < 0x100000000) return 32 - Math.clz32(value);
  return 64 - Math.clz32(Math.floor(value / 0x100000000));
}

function commonUnit(residuals: Float64Array, count: number, low: number, high: number): number {
  let unit = 0;
  for (let i = 0; i < count && unit !== 1; i++) {
    const residual = residuals[i] ?? 0;
    if (residual >= low && residual <= high) unit = greatestCommonDivisor(unit, residual - low);
  }
  return unit === 0 ? 1 : unit;
}

function greatestCommonDivisor(one: number, other: number): number {
  let [large, small] = [one, other];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}

/** Writes a planned column; the prediction itself is for the caller to write. */
export function writeIntegers(writer: ByteWriter, plan: IntegerPlan): void {
  writer.signedVarint(plan.start);
  writer.signedVarint(plan.step);
  writer.varint(plan.unit);
  writer.byte(plan.width);
  writer.varint(plan.exceptions.length);
  let before = 0;
  for (const [i, index] of plan.exceptionIndexes.entries()) {
    writer.varint(index - before);
    writer.signedVarint(plan.exceptions[i] ?? 0);
    before = index;
  }
  pack(writer, plan.packed, plan.packedCount, plan.width);
}

const exceptionIndexes = new Float64Array(columnCountMax);
const exceptionValues = new Float64Array(columnCountMax);

/**
 * Reads a column of integers.
 * @param count - how many were written.
 * @param into - where they go, from `at` on.
 * @param wanted - how many of them are read.
 * @param divisor - what each is divided by. A product with the inverse would be faster, and wrong in the last bit.
 * @param base - what is added to each before that.
 */
export function readIntegers(
  reader: ByteReader,
  prediction: Prediction,
  count: number,
  into: Float64Array,
  at: number,
  wanted: number,
  divisor: number,
  base: number,
): void {
  const start = reader.signedVarint() + base;
  const step = reader.signedVarint();
  const unit = reader.varint();
  const width = reader.byte();
  const exceptionCount = readExceptions(reader);
  // A chain has one residual less than integers; the first integer is its start.
  const lead = prediction === 'line' ? 0 : 1;
  if (divisor === 1 && unit === 1) {
    // Timestamps at regular intervals, and counters: one pass over memory instead of two or three.
    if (width === 0 && exceptionCount === 0) {
      for (let i = at, value = start; i < at + wanted; i++, value += step) into[i] = value;
      return;
    }
    if (lead === 1 && width > 0 && width <= planeWidthMax) {
      addUpPacked(reader, { start, step, width, exceptionCount }, into, at, at + wanted);
      reader.at += packedSize(count - lead, width);
      return;
    }
  }
  unpack(reader, count - lead, width, into, at + lead, wanted - lead);
  const end = at + wanted;
  if (unit !== 1) for (let i = at + lead; i < end; i++) into[i] = (into[i] ?? 0) * unit;
  for (let i = 0; i < exceptionCount; i++) {
    const index = at + lead + (exceptionIndexes[i] ?? 0);
    if (index < end) into[index] = exceptionValues[i] ?? 0;
  }
  if (prediction === 'line') addLine(into, at, end, start, step, divisor);
  else addUp(into, at, end, start, step, divisor);
}

/** Reads integers that `line` says all of. @returns whether they are such; if not, the reader is somewhere in the column. */
export function readEvenIntegers(reader: ByteReader, line: { first: number; step: number }): boolean {
  line.first = reader.signedVarint();
  line.step = reader.signedVarint();
  const unit = reader.varint();
  const width = reader.byte();
  return line.step > 0 && unit === 1 && width === 0 && reader.varint() === 0;
}

/** Reads a chain whose residuals lie in one plane; its exceptions have been read already. */
function addUpPacked(
  { view, at: from }: ByteReader,
  {
    start,
    step,
    width,
    exceptionCount,
  }: {
    readonly start: number;
    readonly step: number;
    readonly width: number;
    readonly exceptionCount: number;
  },
  into: Float64Array,
  at: number,
  end: number,
): void {
  const mask = (1 << width) - 1;
  // Where sums of 32 bits do, they are four times as fast.
  const isNarrow = Number.isInteger(step) && (end - at) * (mask + Math.abs(step)) < 2 ** 31;
  let value = start;
  into[at] = value;
  let i = at + 1;
  let bit = 0;
  for (let next = 0; next <= exceptionCount; next++) {
    const exceptionAt = next < exceptionCount ? at + 1 + (exceptionIndexes[next] ?? 0) : end;
    const until = Math.min(exceptionAt, end);
    if (isNarrow) {
      const growth = step | 0;
      let sum = 0;
      for (; i < until; i++, bit += width) {
        sum = (sum + growth + ((view.getInt32(from + (bit >>> 3), true) >>> (bit & 7)) & mask)) | 0;
        into[i] = value + sum;
      }
      value += sum;
    } else {
      for (; i < until; i++, bit += width) {
        value += step + ((view.getInt32(from + (bit >>> 3), true) >>> (bit & 7)) & mask);
        into[i] = value;
      }
    }
    if (i >= end) return;
    value += step + (exceptionValues[next] ?? 0);
    into[i++] = value;
    bit += width;
  }
}

function addLine(
  into: Float64Array,
  at: number,
  end: number,
  start: number,
  step: number,
  divisor: number,
): void {
  let expected = start;
  if (divisor === 1) {
    for (let i = at; i < end; i++, expected += step) into[i] = (into[i] ?? 0) + expected;
  } else {
    for (let i = at; i < end; i++, expected += step) into[i] = ((into[i] ?? 0) + expected) / divisor;
  }
}

function addUp(
  into: Float64Array,
  at: number,
  end: number,
  start: number,
  step: number,
  divisor: number,
): void {
  let value = start;
  into[at] = value / divisor;
  if (divisor === 1) {
    for (let i = at + 1; i < end; i++) into[i] = value += (into[i] ?? 0) + step;
  } else {
    for (let i = at + 1; i < end; i++) into[i] = (value += (into[i] ?? 0) + step) / divisor;
  }
}

function readExceptions(reader: ByteReader): number {
  const count = reader.varint();
  let index = 0;
  for (let i = 0; i < count; i++) {
    index += reader.varint();
    exceptionIndexes[i] = index;
    exceptionValues[i] = reader.signedVarint();
  }
  return count;
}

import { binaryOf, fromBinary } from './binary-column.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decimalDivisor, decimalsOf } from './decimal-column.ts';
import { planIntegers, readEvenIntegers, readIntegers, writeIntegers } from './integer-column.ts';
import { readXor, writeXor } from './xor-column.ts';

/*
 * A column of doubles begins with a byte. Its lowest two bits are the coding. For integers the next four bits say what they are divided
 * by, 10^0 to 10^12, or 15 for a power of two; bit 6 says whether odd doubles follow, which are kept as they are.
 */
const codings = { constant: 0, line: 1, previous: 2, xor: 3 } as const;

const binaryScale = 15;
const oddFlag = 0x40;
const scaleBits = 0x3c;

/** From this size on, in bytes for each double, bits are tried too. */
const wideInteger = 4;

/**
 * Writes doubles with the cheapest coding. All bits are kept but for those of NaNs.
 * @param values - at least one, at most `columnCountMax`.
 */
export function writeDoubles(writer: ByteWriter, values: Float64Array, count: number): void {
  if (isConstant(values, count)) {
    writer.byte(codings.constant);
    writer.float64(values[0] ?? 0);
    return;
  }
  const from = writer.length;
  if (!writeDecimals(writer, values, count) && !writeBinary(writer, values, count)) {
    writeBits(writer, values, count);
  } else if (writer.length - from > count * wideInteger) {
    replaceByBits(writer, from, values, count);
  }
}

function writeDecimals(writer: ByteWriter, values: Float64Array, count: number): boolean {
  const column = decimalsOf(values, count);
  if (!column) return false;
  const { decimals, oddIndexes } = column;
  const plan = planIntegers(column.integers, count);
  writer.byte(codings[plan.prediction] | (decimals << 2) | (oddIndexes.length > 0 ? oddFlag : 0));
  writeOdd(writer, values, oddIndexes);
  writeIntegers(writer, plan);
  return true;
}

function writeBinary(writer: ByteWriter, values: Float64Array, count: number): boolean {
  const column = binaryOf(values, count);
  if (!column) return false;
  const plan = planIntegers(column.integers, count);
  writer.byte(codings[plan.prediction] | (binaryScale << 2));
  writer.float64(column.first);
  writer.signedVarint(column.scale);
  writeIntegers(writer, plan);
  return true;
}

function writeBits(writer: ByteWriter, values: Float64Array, count: number): void {
  writer.byte(codings.xor);
  writeXor(writer, values, count);
}

/** Writes the column anew by bits, unless that takes more. */
function replaceByBits(writer: ByteWriter, from: number, values: Float64Array, count: number): void {
  const asIntegers = writer.written.slice(from);
  writer.length = from;
  writeBits(writer, values, count);
  if (writer.length - from < asIntegers.length) return;
  writer.length = from;
  writer.append(asIntegers);
}

function isConstant(values: Float64Array, count: number): boolean {
  const first = values[0] ?? 0;
  for (let i = 1; i < count; i++) if (values[i] !== first) return false;
  // Zeros of both signs are equal, and a NaN is not.
  return first !== 0 || hasOneZero(values, count);
}

function hasOneZero(values: Float64Array, count: number): boolean {
  const isNegative = Object.is(values[0], -0);
  for (let i = 1; i < count; i++) if (Object.is(values[i], -0) !== isNegative) return false;
  return true;
}

function writeOdd(writer: ByteWriter, values: Float64Array, indexes: readonly number[]): void {
  if (indexes.length === 0) return;
  writer.varint(indexes.length);
  for (const index of indexes) {
    writer.varint(index);
    writer.float64(values[index] ?? 0);
  }
}

/**
 * Reads the first doubles of a column.
 * @param count - how many were written.
 * @param into - where they go, from `at` on.
 * @param wanted - how many of them are read; unless they are all, the reader is left inside of the column.
 * @param base - an integer that is added to each.
 */
export function readDoubles(
  reader: ByteReader,
  count: number,
  into: Float64Array,
  at: number,
  wanted: number,
  base = 0,
): void {
  const head = reader.byte();
  const coding = head & 3;
  if (coding === codings.constant) {
    into.fill(reader.float64(), at, at + wanted);
    addBase(into, at, at + wanted, base);
  } else if (coding === codings.xor) {
    readXor(reader, into, at, wanted);
    addBase(into, at, at + wanted, base);
  } else if ((head & (oddFlag | scaleBits)) === 0) {
    readIntegers(reader, coding === codings.line ? 'line' : 'previous', count, into, at, wanted, 1, base);
  } else {
    readScaled(reader, head, count, into, at, wanted);
    addBase(into, at, at + wanted, base);
  }
}

const line = { first: 0, step: 1 };

/**
 * Reads a column whose doubles grow by the same integer, above 0, from each to the next.
 * @param count - how many were written.
 * @returns what it is; it holds until the next call. Undefined where it is no such column, and the reader has not moved.
 */
export function readLine(
  reader: ByteReader,
  count: number,
): { readonly first: number; readonly step: number } | undefined {
  const from = reader.at;
  const head = reader.byte();
  const coding = head & 3;
  if (coding === codings.constant && count === 1) {
    line.first = reader.float64();
    line.step = 1;
    return line;
  }
  const isInteger =
    (head & (oddFlag | scaleBits)) === 0 && coding !== codings.constant && coding !== codings.xor;
  if (isInteger && readEvenIntegers(reader, line)) return line;
  reader.at = from;
  return undefined;
}

function addBase(into: Float64Array, from: number, to: number, base: number): void {
  // Adding a zero would take the sign of a negative one.
  if (base !== 0) for (let i = from; i < to; i++) into[i] = (into[i] ?? 0) + base;
}

function readScaled(
  reader: ByteReader,
  head: number,
  count: number,
  into: Float64Array,
  at: number,
  wanted: number,
): void {
  const prediction = (head & 3) === codings.line ? 'line' : 'previous';
  const scale = (head >>> 2) & 15;
  if (scale === binaryScale) {
    const column = { first: reader.float64(), scale: reader.signedVarint() };
    readIntegers(reader, prediction, count, into, at, wanted, 1, 0);
    fromBinary(column, into, at, at + wanted);
    return;
  }
  const odd = (head & oddFlag) === 0 ? [] : readOdd(reader);
  readIntegers(reader, prediction, count, into, at, wanted, decimalDivisor(scale), 0);
  for (const [index, value] of odd) if (index < wanted) into[at + index] = value;
}

function readOdd(reader: ByteReader): [index: number, value: number][] {
  return Array.from({ length: reader.varint() }, () => [reader.varint(), reader.float64()]);
}

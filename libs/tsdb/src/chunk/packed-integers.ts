import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Widest value in bits: a plane of 24 bits and one of 24 above it. */
export const packedWidthMax = 48;

/**
 * Bytes that must follow the last plane: values are read four bytes at a time.
 */
export const planePadding = 3;

/** Widest value in bits that lies in one plane. */
export const planeWidthMax = 24;
const lowBits = planeWidthMax;
const lowRange = 2 ** lowBits;

/** How many bytes `pack` writes. */
export function packedSize(count: number, width: number): number {
  if (width > lowBits) return packedSize(count, lowBits) + packedSize(count, width - lowBits);
  return (count * width + 7) >>> 3;
}

/**
 * Writes integers side by side, each with the same number of bits. Wide ones are cut into a low and a high plane, since
 * the operators on bits hold 32.
 * @param values - integers from 0 to below 2^width.
 */
export function pack(writer: ByteWriter, values: Float64Array, count: number, width: number): void {
  writer.reserve(packedSize(count, width));
  if (width > lowBits) {
    packPlane(writer, values, count, lowBits, 1);
    packPlane(writer, values, count, width - lowBits, lowRange);
  } else if (width > 0) {
    packPlane(writer, values, count, width, 1);
  }
}

function packPlane(
  writer: ByteWriter,
  values: Float64Array,
  count: number,
  width: number,
  unit: number,
): void {
  const { bytes } = writer;
  const range = 2 ** width;
  let at = writer.length;
  let pending = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    const part = value < range && unit === 1 ? value : Math.floor(value / unit) % range;
    pending |= part << held;
    held += width;
    while (held >= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
      held -= 8;
    }
  }
  if (held > 0) bytes[at++] = pending;
  writer.length = at;
}

/**
 * Reads the first of packed integers.
 * @param count - how many were packed.
 * @param wanted - how many of them are read.
 * @param into - where they go, from `at` on.
 */
export function unpack(
  reader: ByteReader,
  count: number,
  width: number,
  into: Float64Array,
  at: number,
  wanted: number,
): void {
  if (width > lowBits) {
    unpackPlane(reader, lowBits, into, at, wanted);
    reader.at += packedSize(count, lowBits);
    addPlane(reader, width - lowBits, into, at, wanted);
    reader.at += packedSize(count, width - lowBits);
  } else if (width > 0) {
    unpackPlane(reader, width, into, at, wanted);
    reader.at += packedSize(count, width);
  } else {
    into.fill(0, at, at + wanted);
  }
}

function unpackPlane(
  reader: ByteReader,
  width: number,
  into: Float64Array,
  at: number,
  wanted: number,
): void {
  const { view } = reader;
  const from = reader.at;
  const mask = 2 ** width - 1;
  const end = at + wanted;
  for (let i = at, bit = 0; i < end; i++, bit += width) {
    into[i] = (view.getInt32(from + (bit >>> 3), true) >>> (bit & 7)) & mask;
  }
}

function addPlane(reader: ByteReader, width: number, into: Float64Array, at: number, wanted: number): void {
  const { view } = reader;
  const from = reader.at;
  const mask = 2 ** width - 1;
  const end = at + wanted;
  for (let i = at, bit = 0; i < end; i++, bit += width) {
    const high = (view.getInt32(from + (bit >>> 3), true) >>> (bit & 7)) & mask;
    into[i] = (into[i] ?? 0) + high * lowRange;
  }
}

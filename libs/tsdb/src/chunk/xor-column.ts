import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const doubles = new Float64Array(2);
const words = new Uint32Array(doubles.buffer);

/** Most bytes for one double: 13 bits before 64. */
const doubleBytesMax = 10;

/** More bits than this are not written at once, since operators on bits hold 32. */
const partBits = 16;

/**
 * Doubles as the difference of their bits to the one before, without the zeros at both ends.
 * Spec: Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 2015, section 4.1.2.
 * Our own layout of bits: the lowest bit of a byte is the first.
 *
 *     0                                     the same double again
 *     1 0 <meaningful bits>                 they lie in the window of the one before
 *     1 1 <5: leading zeros> <6: length - 1> <meaningful bits>
 */
export function writeXor(writer: ByteWriter, values: Float64Array, count: number): void {
  const bits = new BitWriter(writer, count * doubleBytesMax);
  doubles[0] = values[0] ?? 0;
  bits.write(words[0] ?? 0, 32);
  bits.write(words[1] ?? 0, 32);
  let leading = 64;
  let length = 0;
  for (let i = 1; i < count; i++) {
    doubles[1] = doubles[0] ?? 0;
    doubles[0] = values[i] ?? 0;
    const low = ((words[0] ?? 0) ^ (words[2] ?? 0)) >>> 0;
    const high = ((words[1] ?? 0) ^ (words[3] ?? 0)) >>> 0;
    if (low === 0 && high === 0) {
      bits.write(0, 1);
      continue;
    }
    const zeros = Math.min(31, high === 0 ? 32 : Math.clz32(high));
    const trailing = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low);
    const fits = zeros >= leading && trailing >= 64 - leading - length;
    // A window that is much too wide costs more than the eleven bits of a new one.
    if (fits && length - (64 - zeros - trailing) < 11) {
      bits.write(1, 2);
    } else {
      leading = zeros;
      length = 64 - zeros - trailing;
      bits.write(3, 2);
      bits.write(leading, 5);
      bits.write(length - 1, 6);
    }
    writeWindow(bits, low, high, 64 - leading - length, length);
  }
  bits.end();
}

function writeWindow(bits: BitWriter, low: number, high: number, shift: number, length: number): void {
  const isHigh = shift >= 32;
  const lowPart = isHigh
    ? high >>> (shift - 32)
    : shift === 0
      ? low
      : ((low >>> shift) | (high << (32 - shift))) >>> 0;
  const highPart = isHigh ? 0 : high >>> shift;
  bits.write(lowPart, Math.min(32, length));
  if (length > 32) bits.write(highPart, length - 32);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Reads the first doubles of a column; unless they are all, the reader is left inside of it. */
export function readXor(reader: ByteReader, into: Float64Array, at: number, wanted: number): void {
  const bits = new BitReader(reader);
  words[0] = bits.read(32);
  words[1] = bits.read(32);
  into[at] = doubles[0] ?? 0;
  let shift = 0;
  let length = 0;
  for (let i = at + 1; i < at + wanted; i++) {
    if (bits.read(1) === 1) {
      if (bits.read(1) === 1) {
        const leading = bits.read(5);
        length = bits.read(6) + 1;
        shift = 64 - leading - length;
      }
      const lowPart = bits.read(Math.min(32, length));
      const highPart = length > 32 ? bits.read(length - 32) : 0;
      xorWindow(lowPart, highPart, shift);
    }
    into[i] = doubles[0] ?? 0;
  }
  bits.end();
}

function xorWindow(lowPart: number, highPart: number, shift: number): void {
  if (shift >= 32) {
    words[1] = (words[1] ?? 0) ^ (lowPart << (shift - 32));
  } else if (shift === 0) {
    words[0] = (words[0] ?? 0) ^ lowPart;
    words[1] = (words[1] ?? 0) ^ highPart;
  } else {
    words[0] = (words[0] ?? 0) ^ (lowPart << shift);
    words[1] = (words[1] ?? 0) ^ (lowPart >>> (32 - shift)) ^ (highPart << shift);
  }
}

class BitWriter {
  readonly #writer: ByteWriter;
  #pending = 0;
  #held = 0;

  /** @param sizeMax - most bytes that will be written. */
  constructor(writer: ByteWriter, sizeMax: number) {
    writer.reserve(sizeMax);
    this.#writer = writer;
  }

  /** @param count - how many of the lowest bits, up to 32. */
  write(value: number, count: number): void {
    if (count > partBits) {
      this.write(value & 0xffff, partBits);
      this.write(value >>> partBits, count - partBits);
      return;
    }
    const writer = this.#writer;
    let pending = this.#pending | ((value & ((1 << count) - 1)) << this.#held);
    let held = this.#held + count;
    while (held >= 8) {
      writer.bytes[writer.length++] = pending;
      pending >>>= 8;
      held -= 8;
    }
    this.#pending = pending;
    this.#held = held;
  }

  end(): void {
    if (this.#held > 0) this.#writer.byte(this.#pending);
  }
}

class BitReader {
  readonly #reader: ByteReader;
  readonly #view: DataView;
  readonly #from: number;
  /** Bits read so far. */
  #bit = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
    this.#view = reader.view;
    this.#from = reader.at;
  }

  /** @param count - up to 32. */
  read(count: number): number {
    if (count > partBits) {
      const low = this.#part(partBits);
      return (low | (this.#part(count - partBits) << partBits)) >>> 0;
    }
    return this.#part(count);
  }

  #part(count: number): number {
    const bit = this.#bit;
    this.#bit = bit + count;
    return (this.#view.getInt32(this.#from + (bit >>> 3), true) >>> (bit & 7)) & ((1 << count) - 1);
  }

  end(): void {
    this.#reader.at = this.#from + ((this.#bit + 7) >>> 3);
  }
}

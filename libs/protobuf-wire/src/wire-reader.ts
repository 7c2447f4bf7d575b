import { WireError } from './wire-error.ts';
import { wireType } from './wire-type.ts';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Kinds of numbers that lists have. */
export type NumberKind = 'uint64' | 'sint64' | 'fixed64' | 'double';

const wireTypeOf: Readonly<Record<NumberKind, number>> = {
  uint64: wireType.varint,
  sint64: wireType.varint,
  fixed64: wireType.fixed64,
  double: wireType.fixed64,
};

/** Groups within groups; nothing that is in use has any. */
const groupDepthMax = 64;

/**
 * Reads the protobuf wire format. The reader walks over bytes that it does not copy; a nested message is read by narrowing the same
 * reader (`enter`, `leave`), so that reading allocates nothing. 64-bit integers are given as the nearest double.
 *
 * Every method throws WireError when the bytes end too early or are malformed.
 *
 * Spec: protobuf, "Encoding".
 *
 * @example
 * const reader = new WireReader(bytes);
 * while (!reader.atEnd) {
 *   const tag = reader.tag();
 *   if (tag === 0x0a) name = reader.text();
 *   else reader.skip(tag);
 * }
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte to read. */
  position: number;
  /** Offset after the last byte of the message that is read. */
  end: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether the message has been read to its end. */
  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** Number of the field times 8, plus its wire type. */
  tag(): number {
    const start = this.position;
    const tag = this.uint32();
    if (tag < 8) throw new WireError('a field has the number 0', start);
    return tag;
  }

  /** A varint of 32 bits; higher bits are dropped, as all implementations do. */
  uint32(): number {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position] ?? 0;
      if (byte < 0x80) {
        this.position = position + 1;
        return byte;
      }
      if (position + 1 < this.end) {
        const next = this.bytes[position + 1] ?? 0;
        if (next < 0x80) {
          this.position = position + 2;
          return (byte & 0x7f) | (next << 7);
        }
      }
    }
    return this.#longVarint32();
  }

  int32(): number {
    return this.uint32() | 0;
  }

  /** A signed integer in zigzag encoding. */
  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    return this.uint64() !== 0;
  }

  #longVarint32(): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw new WireError('a varint is cut off', start);
      const byte = this.bytes[this.position++] ?? 0;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError('a varint is longer than 10 bytes', start);
  }

  /** Low and high half of the last 64-bit varint. */
  #low = 0;
  #high = 0;

  #varint64(): void {
    const start = this.position;
    const { bytes, end } = this;
    let position = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= end) throw new WireError('a varint is cut off', start);
      const byte = bytes[position++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.position = position;
        this.#low = low >>> 0;
        this.#high = high;
        return;
      }
    }
    throw new WireError('a varint is longer than 10 bytes', start);
  }

  int64(): number {
    this.#varint64();
    return this.#high * 0x1_0000_0000 + this.#low;
  }

  /** The same without loss. */
  bigint64(): bigint {
    this.#varint64();
    return BigInt.asIntN(64, (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low));
  }

  uint64(): number {
    this.#varint64();
    return (this.#high >>> 0) * 0x1_0000_0000 + this.#low;
  }

  /** A signed integer in zigzag encoding. */
  sint64(): number {
    this.#varint64();
    const low = this.#low;
    const high = this.#high;
    // Halved, and turned over where the lowest bit is the sign.
    const halfLow = ((low >>> 1) | (high << 31)) >>> 0;
    const halfHigh = high >>> 1;
    const magnitude = halfHigh * 0x1_0000_0000 + halfLow;
    return (low & 1) === 0 ? magnitude : -magnitude - 1;
  }

  double(): number {
    const start = this.#advance(8, 'a 64-bit value');
    return this.#view.getFloat64(start, true);
  }

  float(): number {
    const start = this.#advance(4, 'a 32-bit value');
    return this.#view.getFloat32(start, true);
  }

  fixed64(): number {
    const start = this.#advance(8, 'a 64-bit value');
    return this.#view.getUint32(start + 4, true) * 0x1_0000_0000 + this.#view.getUint32(start, true);
  }

  sfixed64(): number {
    const start = this.#advance(8, 'a 64-bit value');
    return this.#view.getInt32(start + 4, true) * 0x1_0000_0000 + this.#view.getUint32(start, true);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4, 'a 32-bit value'), true);
  }

  #advance(size: number, what: string): number {
    const start = this.position;
    if (size > this.end - start) throw new WireError(`${what} is cut off`, start);
    this.position = start + size;
    return start;
  }

  /** Length of the text, bytes or message that follows; it lies within the message that is read. */
  length(): number {
    const start = this.position;
    const length = this.uint32();
    if (length > this.end - this.position) {
      throw new WireError(`a length of ${length}, but ${this.end - this.position} bytes are left`, start);
    }
    return length;
  }

  /** Narrows the reader to the nested message that follows. @returns what `leave` needs to go on after it. */
  enter(): number {
    const length = this.length();
    const outerEnd = this.end;
    this.end = this.position + length;
    return outerEnd;
  }

  /** Goes on after a nested message, whether it was read to its end or not. */
  leave(outerEnd: number): void {
    this.position = this.end;
    this.end = outerEnd;
  }

  /**
   * Reads the nested message that follows, field by field.
   * @param read - reads the field of the tag. @returns false when it is not known; nothing may have been read of it.
   * @param knownFields - as for `skip`.
   */
  message(read: (tag: number) => boolean, knownFields = 0): void {
    const outerEnd = this.enter();
    while (this.position < this.end) {
      const tag = this.tag();
      if (!read(tag)) this.skip(tag, knownFields);
    }
    this.leave(outerEnd);
  }

  /** Reads a list of numbers that is packed, as proto3 writes it, or has a tag for each of them. */
  numbers(tag: number, kind: NumberKind, into: number[]): void {
    const type = tag & 7;
    if (type === wireTypeOf[kind]) {
      into.push(this[kind]());
      return;
    }
    if (type !== wireType.delimited)
      throw new WireError(`wire type ${type} for field ${tag >>> 3}`, this.position);
    const outerEnd = this.enter();
    while (this.position < this.end) into.push(this[kind]());
    this.leave(outerEnd);
  }

  /** The bytes of a delimited field; not a copy. */
  delimited(): Uint8Array {
    const length = this.length();
    const start = this.#advance(length, 'a field');
    return this.bytes.subarray(start, start + length);
  }

  /** A text; malformed UTF-8 is replaced by U+FFFD. */
  text(): string {
    return textDecoder.decode(this.delimited());
  }

  /**
   * Passes over the value of a field that is not known.
   * @param knownFields - a bit for each field below 32 that is known: its wire type is wrong when it comes here.
   */
  skip(tag: number, knownFields = 0): void {
    const field = tag >>> 3;
    if (field < 32 && ((knownFields >>> field) & 1) === 1) {
      throw new WireError(`wire type ${tag & 7} for field ${field}`, this.position);
    }
    if ((tag & 7) === wireType.groupStart) this.#skipGroup();
    else this.#skipValue(tag);
  }

  #skipValue(tag: number): void {
    switch (tag & 7) {
      case wireType.varint:
        this.#varint64();
        return;
      case wireType.fixed64:
        this.#advance(8, 'a 64-bit value');
        return;
      case wireType.delimited:
        this.#advance(this.length(), 'a field');
        return;
      case wireType.fixed32:
        this.#advance(4, 'a 32-bit value');
        return;
      default:
        throw new WireError(`field ${tag >>> 3} has the wire type ${tag & 7}`, this.position);
    }
  }

  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      const tag = this.tag();
      if ((tag & 7) === wireType.groupStart) depth++;
      else if ((tag & 7) === wireType.groupEnd) depth--;
      else this.#skipValue(tag);
      if (depth > groupDepthMax) throw new WireError('groups are nested too deeply', this.position);
    }
  }
}

import { wireType } from './wire-type.ts';

const textEncoder = new TextEncoder();

/**
 * Writes the protobuf wire format into a buffer that grows. Fields with their zero value are written too: the caller leaves them out
 * where proto3 would. Spec: protobuf, "Encoding".
 */
export class WireWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #position = 0;

  /** How many bytes have been written. */
  get size(): number {
    return this.#position;
  }

  /** What was written; a copy, so that the writer can be used again. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#position);
  }

  /** Forgets what was written and keeps the buffer. */
  clear(): void {
    this.#position = 0;
  }

  /** @param value - an integer of 32 bits, without sign. */
  uint32(field: number, value: number): this {
    this.#tag(field, wireType.varint);
    this.#varint32(value);
    return this;
  }

  /** @param value - a safe integer. */
  int64(field: number, value: number): this {
    this.#tag(field, wireType.varint);
    this.#varint64(value);
    return this;
  }

  /** In zigzag encoding. @param value - a safe integer. */
  sint64(field: number, value: number): this {
    this.#tag(field, wireType.varint);
    this.#zigzag(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.uint32(field, value ? 1 : 0);
  }

  double(field: number, value: number): this {
    this.#tag(field, wireType.fixed64);
    this.#reserve(8);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
    return this;
  }

  /** 8 bytes as they are: doubles whose bits JavaScript does not keep, and fixed64 integers. */
  fixed64(field: number, value: bigint): this {
    this.#tag(field, wireType.fixed64);
    this.#reserve(8);
    this.#view.setBigUint64(this.#position, value, true);
    this.#position += 8;
    return this;
  }

  text(field: number, value: string): this {
    this.#tag(field, wireType.delimited);
    if (value.length >= 128 || !this.#shortAscii(value)) this.#anyText(value);
    return this;
  }

  /** Writes a text whose length takes one byte, and so does each of its characters. @returns false when it is another one. */
  #shortAscii(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const start = this.#position + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[start + i] = code;
    }
    bytes[start - 1] = length;
    this.#position = start + length;
    return true;
  }

  #anyText(value: string): void {
    this.#reserve(value.length * 3 + 1);
    const start = ++this.#position;
    this.#position += textEncoder.encodeInto(value, this.#bytes.subarray(start)).written;
    this.end(start);
  }

  delimited(field: number, value: Uint8Array): this {
    this.#tag(field, wireType.delimited);
    this.#varint32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
    return this;
  }

  /** A packed list of unsigned integers of 32 bits. */
  packedUint32(field: number, values: Iterable<number>): this {
    const start = this.begin(field);
    for (const value of values) this.#varint32(value);
    this.end(start);
    return this;
  }

  /** A packed list of integers in zigzag encoding. */
  packedSint64(field: number, values: Iterable<number>): this {
    const start = this.begin(field);
    for (const value of values) this.#zigzag(value);
    this.end(start);
    return this;
  }

  packedDoubles(field: number, values: Iterable<number>): this {
    const start = this.begin(field);
    for (const value of values) {
      this.#reserve(8);
      this.#view.setFloat64(this.#position, value, true);
      this.#position += 8;
    }
    this.end(start);
    return this;
  }

  /** Begins a nested message. @returns what `end` needs. */
  begin(field: number): number {
    this.#tag(field, wireType.delimited);
    this.#reserve(1);
    return ++this.#position;
  }

  /** Ends the nested message that began last and writes its length before it. */
  end(start: number): void {
    const length = this.#position - start;
    let extra = 0;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) extra++;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + extra, start, this.#position);
    }
    this.#position = start - 1;
    // There is room for it: the bytes behind it have been written already.
    this.#put(length);
    this.#position += length;
  }

  #tag(field: number, type: number): void {
    this.#varint32(((field << 3) | type) >>> 0);
  }

  #varint32(value: number): void {
    this.#reserve(5);
    this.#put(value);
  }

  #put(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  #varint64(value: number): void {
    if (value < 0) return this.#bits(BigInt.asUintN(64, BigInt(value)));
    if (value <= 0xffff_ffff) return this.#varint32(value);
    // 28 bits that have others after them, then the rest.
    const high = Math.floor(value / 0x1000_0000);
    const low = value - high * 0x1000_0000;
    this.#reserve(4);
    for (let shift = 0; shift < 28; shift += 7)
      this.#bytes[this.#position++] = ((low >>> shift) & 0x7f) | 0x80;
    this.#varint32(high);
  }

  #zigzag(value: number): void {
    const magnitude = value < 0 ? -2 * value - 1 : 2 * value;
    if (magnitude <= 0xffff_ffff) this.#varint32(magnitude);
    else this.#bits(BigInt.asUintN(64, value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value)));
  }

  #bits(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80n) {
      this.#bytes[this.#position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#position++] = Number(rest);
  }

  #reserve(size: number): void {
    const needed = this.#position + size;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

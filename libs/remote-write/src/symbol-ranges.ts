import { WireError, type WireReader, wireType } from '@plinth/protobuf-wire';
import type { LabelRanges } from './label-ranges.ts';

/** The table of symbols of a 2.0 request, as ranges of its bytes. */
export class SymbolRanges {
  /** Start, end, start, end, ...; longer than what is used. */
  ranges = new Int32Array(1024);
  count = 0;

  /** Reads one symbol that follows its tag. */
  read(reader: WireReader): void {
    const length = reader.length();
    const at = this.count * 2;
    if (at + 2 > this.ranges.length) {
      const larger = new Int32Array(this.ranges.length * 2);
      larger.set(this.ranges);
      this.ranges = larger;
    }
    this.ranges[at] = reader.position;
    reader.position += length;
    this.ranges[at + 1] = reader.position;
    this.count++;
  }

  /** Whether a reference is good; that to the empty text, which is the first, always is. */
  has(reference: number): boolean {
    return reference < this.count || reference === 0;
  }

  /** Writes start and end of a symbol into an array. */
  copy(reference: number, into: Int32Array, at: number): void {
    into[at] = this.ranges[reference * 2] ?? 0;
    into[at + 1] = this.ranges[reference * 2 + 1] ?? 0;
  }
}

/** References of one series or exemplar: of a name, of its value, and so on. */
export class SymbolReferences {
  #references = new Uint32Array(64);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** Reads the references that follow their tag; packed, as proto3 writes them, or one alone. */
  read(reader: WireReader, tag: number): void {
    if ((tag & 7) === wireType.varint) {
      this.#push(reader.uint32());
      return;
    }
    if ((tag & 7) !== wireType.delimited) {
      throw new WireError(`wire type ${tag & 7} for labels_refs`, reader.position);
    }
    const length = reader.length();
    // A reference takes a byte at least.
    this.#reserve(length);
    const references = this.#references;
    const { bytes } = reader;
    const end = reader.position + length;
    let count = this.#count;
    let { position } = reader;
    while (position < end) {
      const byte = bytes[position] ?? 0;
      const next = bytes[position + 1] ?? 0;
      if (byte < 0x80) {
        references[count++] = byte;
        position += 1;
      } else if (next < 0x80 && position + 1 < end) {
        references[count++] = (byte & 0x7f) | (next << 7);
        position += 2;
      } else {
        reader.position = position;
        references[count++] = reader.uint32();
        position = reader.position;
      }
    }
    if (position > end) throw new WireError('labels_refs end within a number', position);
    reader.position = end;
    this.#count = count;
  }

  #push(reference: number): void {
    this.#reserve(1);
    this.#references[this.#count++] = reference;
  }

  #reserve(more: number): void {
    const needed = this.#count + more;
    if (needed <= this.#references.length) return;
    const larger = new Uint32Array(Math.max(needed, this.#references.length * 2));
    larger.set(this.#references);
    this.#references = larger;
  }

  /** Looks up the labels. @returns what is wrong with the references, in the words of Prometheus. */
  resolve(symbols: SymbolRanges, labels: LabelRanges): string | undefined {
    labels.clear();
    const count = this.#count;
    if (count % 2 !== 0) return `invalid labelRefs length ${count}`;
    labels.reserve(count / 2);
    const into = labels.ranges;
    const references = this.#references;
    const { ranges, count: size } = symbols;
    for (let i = 0; i < count; i++) {
      const reference = references[i] ?? 0;
      if (reference >= size) return this.#outside(i - (i % 2), size);
      into[i * 2] = ranges[reference * 2] ?? 0;
      into[i * 2 + 1] = ranges[reference * 2 + 1] ?? 0;
    }
    labels.count = count / 2;
    return undefined;
  }

  #outside(at: number, size: number): string {
    const name = this.#references[at] ?? 0;
    const value = this.#references[at + 1] ?? 0;
    return `labelRefs ${name} (name) = ${value} (value) outside of symbols table (size ${size})`;
  }

  /** As Go prints a slice. */
  toString(): string {
    return `[${this.#references.subarray(0, this.#count).join(' ')}]`;
  }
}

import { compareNames, type Labels } from '@plinth/prometheus-model';
import { ByteWriter } from '../chunk/byte-writer.ts';
import { Postings } from '../index/postings.ts';
import { joinSections } from './index-sections.ts';

/** Where a chunk is, and what times it covers. */
export interface ChunkRef {
  /** Place in the content of the file of chunks, in bytes. */
  readonly position: number;
  readonly length: number;
  /** First and last instant, both included, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
}

/** Builds the index of a block from its series in order. */
export class IndexWriter {
  readonly #symbols = new Map<string, number>();
  readonly #postings = new Map<string, Map<string, Postings>>();
  readonly #series = new ByteWriter(65_536);
  readonly #offsets: number[] = [0];

  /** How many series there are. */
  get seriesCount(): number {
    return this.#offsets.length - 1;
  }

  /** @param chunks - in the order in which they are in the file. */
  add(labels: Labels, chunks: readonly ChunkRef[]): void {
    const id = this.seriesCount;
    const writer = this.#series;
    writer.varint(chunks.length);
    let end = 0;
    let instantMs = 0;
    for (const { position, length, minMs, maxMs } of chunks) {
      writer.varint(position - end);
      writer.varint(length);
      writer.signedVarint(minMs - instantMs);
      writer.varint(maxMs - minMs);
      end = position + length;
      instantMs = maxMs;
    }
    writer.varint(labels.size);
    for (const { name, value } of labels) {
      writer.varint(this.#symbolOf(name));
      writer.varint(this.#symbolOf(value));
      this.#postingsOf(name, value).push(id);
    }
    this.#offsets.push(writer.length);
  }

  /** The bytes of the index file. */
  finish(): Uint8Array {
    const { labels, postings } = this.#labelSections();
    return joinSections({
      symbols: this.#symbolSection(),
      seriesOffsets: bytesOf(this.#offsets),
      series: this.#series.written,
      labels,
      postings,
    });
  }

  /** Words: how many symbols, where each ends; then their UTF-8. */
  #symbolSection(): Uint8Array {
    const texts = new ByteWriter(65_536);
    const encoder = new TextEncoder();
    const ends: number[] = [];
    for (const symbol of this.#symbols.keys()) {
      texts.append(encoder.encode(symbol));
      ends.push(texts.length);
    }
    const words = bytesOf([[ends.length], ends].flat());
    const section = new Uint8Array(words.length + texts.length);
    section.set(words);
    section.set(texts.written, words.length);
    return section;
  }

  /**
   * Labels are words: how many names and values; symbol of each name; index of its first value, and one beyond the last; symbol of each
   * value; where its postings end. Names and the values of each name are in order.
   */
  #labelSections(): { labels: Uint8Array; postings: Uint8Array } {
    const blob = new ByteWriter(65_536);
    const names = [...this.#postings.keys()].sort(compareNames);
    const firsts: number[] = [];
    const valueSymbols: number[] = [];
    const ends: number[] = [];
    for (const name of names) {
      firsts.push(valueSymbols.length);
      const values = [...(this.#postings.get(name) ?? [])].sort(([one], [other]) => compareNames(one, other));
      for (const [value, postings] of values) {
        valueSymbols.push(this.#symbolOf(value));
        let before = 0;
        for (const id of postings.view()) {
          blob.varint(id - before);
          before = id;
        }
        ends.push(blob.length);
      }
    }
    const nameSymbols = names.map((name) => this.#symbolOf(name));
    const counts = [names.length, valueSymbols.length];
    const words = [counts, nameSymbols, firsts, [valueSymbols.length], valueSymbols, ends].flat();
    return { labels: bytesOf(words), postings: blob.written };
  }

  #symbolOf(text: string): number {
    const known = this.#symbols.get(text);
    if (known !== undefined) return known;
    const symbol = this.#symbols.size;
    this.#symbols.set(text, symbol);
    return symbol;
  }

  #postingsOf(name: string, value: string): Postings {
    let values = this.#postings.get(name);
    if (!values) {
      values = new Map();
      this.#postings.set(name, values);
    }
    let postings = values.get(value);
    if (!postings) {
      postings = new Postings();
      values.set(value, postings);
    }
    return postings;
  }
}

function bytesOf(words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer);
}

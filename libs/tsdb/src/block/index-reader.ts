import { compareNames, Labels, type Matcher } from '@plinth/prometheus-model';
import { ByteReader } from '../chunk/byte-reader.ts';
import { intersect, subtract, unite } from '../index/postings.ts';
import { splitSections, wordsOf } from './index-sections.ts';

/** A chunk is four numbers: its place, its length and its times. */
const chunkNumbers = 4;

/** A run of values of one label name. */
interface LabelValues {
  /** Index of the first value, and one beyond the last. */
  readonly from: number;
  readonly to: number;
}

const absent: LabelValues = { from: 0, to: 0 };

/**
 * The index of a block as it is in the file; texts and labels are made when they are asked for, once. Series are numbered in the order of
 * their labels.
 */
export class IndexReader {
  readonly seriesCount: number;
  readonly #seriesOffsets: Uint32Array;
  readonly #series: Uint8Array;
  readonly #postings: Uint8Array;
  readonly #symbolEnds: Uint32Array;
  readonly #symbolText: Uint8Array;
  readonly #symbols: (string | undefined)[];
  readonly #valueSymbols: Uint32Array;
  readonly #postingEnds: Uint32Array;
  readonly #names = new Map<string, LabelValues>();
  readonly #labels: (Labels | undefined)[] = [];
  readonly #decoder = new TextDecoder();

  /**
   * @param block - directory of the block, for errors.
   * @param bytes - the file.
   * @throws CorruptBlockError when a section is broken.
   */
  constructor(block: string, bytes: Uint8Array<ArrayBuffer>) {
    const sections = splitSections(block, bytes);
    this.#series = sections.series;
    this.#seriesOffsets = wordsOf(sections.seriesOffsets);
    this.seriesCount = this.#seriesOffsets.length - 1;
    this.#postings = sections.postings;
    const symbolCount = wordsOf(sections.symbols.subarray(0, 4))[0] ?? 0;
    this.#symbolEnds = wordsOf(sections.symbols.subarray(4, 4 + symbolCount * 4));
    this.#symbolText = sections.symbols.subarray(4 + symbolCount * 4);
    this.#symbols = [];
    const words = wordsOf(sections.labels);
    const nameCount = words[0] ?? 0;
    const valueCount = words[1] ?? 0;
    const firsts = words.subarray(2 + nameCount, 3 + nameCount * 2);
    this.#valueSymbols = words.subarray(3 + nameCount * 2, 3 + nameCount * 2 + valueCount);
    this.#postingEnds = words.subarray(3 + nameCount * 2 + valueCount);
    for (let i = 0; i < nameCount; i++) {
      this.#names.set(this.#symbol(words[2 + i] ?? 0), { from: firsts[i] ?? 0, to: firsts[i + 1] ?? 0 });
    }
  }

  /** Names of labels, in order. */
  get names(): string[] {
    return [...this.#names.keys()];
  }

  /** Values of a label, in order. */
  valuesOf(name: string): string[] {
    const { from, to } = this.#names.get(name) ?? absent;
    return Array.from({ length: to - from }, (_, i) => this.#value(from + i));
  }

  /** The labels of a series. */
  labelsOf(id: number): Labels {
    const known = this.#labels[id];
    if (known) return known;
    const reader = this.#readerAt(id);
    for (let left = reader.varint() * chunkNumbers; left > 0; left--) reader.varint();
    const parts: string[] = [];
    for (let left = reader.varint() * 2; left > 0; left--) parts.push(this.#symbol(reader.varint()));
    const labels = Labels.fromSorted(parts);
    this.#labels[id] = labels;
    return labels;
  }

  /** Visits the chunks of a series that touch a range of time, in the order in which they are in the file. */
  eachChunk(
    id: number,
    startMs: number,
    endMs: number,
    visit: (position: number, length: number, minMs: number, maxMs: number) => void,
  ): void {
    const reader = this.#readerAt(id);
    let end = 0;
    let instantMs = 0;
    for (let left = reader.varint(); left > 0; left--) {
      const position = end + reader.varint();
      const length = reader.varint();
      const minMs = instantMs + reader.signedVarint();
      const maxMs = minMs + reader.varint();
      end = position + length;
      instantMs = maxMs;
      if (minMs <= endMs && maxMs >= startMs) visit(position, length, minMs, maxMs);
    }
  }

  /** The series that meet all conditions, in ascending order. A pattern is tried once for each value of its label. */
  select(matchers: readonly Matcher[]): Uint32Array {
    const wanted: Uint32Array[] = [];
    const unwanted: Uint32Array[] = [];
    for (const matcher of matchers) {
      if (matcher.matchesEmpty) unwanted.push(this.#matching(matcher, false));
      else wanted.push(this.#matching(matcher, true));
    }
    if (wanted.length === 0) wanted.push(Uint32Array.from({ length: this.seriesCount }, (_, id) => id));
    wanted.sort((one, other) => one.length - other.length);
    let ids = wanted.reduce((one, other) => intersect(one, other));
    for (const list of unwanted) ids = subtract(ids, list);
    return ids;
  }

  /** Series that have a value which the matcher accepts (or, for `isWanted` false, does not accept). */
  #matching(matcher: Matcher, isWanted: boolean): Uint32Array {
    const { from, to } = this.#names.get(matcher.name) ?? absent;
    const { literals } = matcher;
    const lists: Uint32Array[] = [];
    if (literals && isWanted) {
      for (const literal of new Set(literals)) {
        const index = this.#find(literal, from, to);
        if (index !== undefined) lists.push(this.#postingsOf(index));
      }
    } else {
      for (let index = from; index < to; index++) {
        if (matcher.matches(this.#value(index)) === isWanted) lists.push(this.#postingsOf(index));
      }
    }
    return unite(lists, this.seriesCount);
  }

  #find(value: string, from: number, to: number): number | undefined {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareNames(this.#value(middle), value);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  #postingsOf(index: number): Uint32Array {
    const from = index === 0 ? 0 : (this.#postingEnds[index - 1] ?? 0);
    const to = this.#postingEnds[index] ?? 0;
    // At least a byte for each.
    const ids = new Uint32Array(to - from);
    const reader = new ByteReader(this.#postings, from);
    let count = 0;
    for (let id = 0; reader.at < to; ) {
      id += reader.varint();
      ids[count++] = id;
    }
    return ids.subarray(0, count);
  }

  #readerAt(id: number): ByteReader {
    return new ByteReader(this.#series, this.#seriesOffsets[id] ?? 0);
  }

  #value(index: number): string {
    return this.#symbol(this.#valueSymbols[index] ?? 0);
  }

  #symbol(symbol: number): string {
    const known = this.#symbols[symbol];
    if (known !== undefined) return known;
    const from = symbol === 0 ? 0 : (this.#symbolEnds[symbol - 1] ?? 0);
    const text = this.#decoder.decode(this.#symbolText.subarray(from, this.#symbolEnds[symbol]));
    this.#symbols[symbol] = text;
    return text;
  }
}

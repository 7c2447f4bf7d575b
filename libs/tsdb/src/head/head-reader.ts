import { SampleBuffer } from '@plinth/prometheus-model';
import { appendMerged } from '../block/sample-union.ts';
import { decodeChunk } from '../chunk/chunk.ts';
import {
  baseTimeAt,
  type HeadMemory,
  recordAt,
  recordField,
  type SealedPage,
  sampleAt,
} from './head-memory.ts';
import { append } from './sample-append.ts';
import { type ChunkPlace, FoundChunks, storedChunk } from './sealed-chunks.ts';
import { staleHighWord, staleLowWord } from './write-batch.ts';

/** The pages of sealed chunks as they were when a query began. */
export type SealedPages = ReadonlyMap<number, SealedPage>;

/** Reads samples of the head in any thread. The protocol is that of head-memory.ts. */
export class HeadReader {
  readonly #memory: HeadMemory;
  readonly #catchUp: () => void;
  /** Where the chains of the record that is read begin. */
  readonly #sealed = { page: 0, offset: 0 };
  readonly #histograms = { page: 0, offset: 0 };
  readonly #late = { page: 0, offset: 0 };
  /** The open chunk of the record that is read. */
  readonly #open = { slot: 0, count: 0, base: 0, lastMs: 0 };
  readonly #found = new FoundChunks();
  /** Samples of the open chunk, until it is known that they are whole. */
  readonly #newest = new SampleBuffer();

  /** @param catchUp - takes in the pages that the writer announced since. */
  constructor(memory: HeadMemory, catchUp: () => void) {
    this.#memory = memory;
    this.#catchUp = catchUp;
  }

  /**
   * Adds the samples of a series in a range, both ends included, to a buffer.
   * @param pages - what the query saw when it began; chunks that were sealed since are found too.
   */
  read(ref: number, pages: SealedPages, into: SampleBuffer, startMs: number, endMs: number): void {
    this.#readWhole(ref, startMs, endMs, true);
    if (this.#late.page === 0) {
      this.#readInOrder(pages, into, startMs, endMs);
      return;
    }
    appendMerged(into, { read: (buffer) => this.#readInOrder(pages, buffer, startMs, endMs) });
    this.#readLate(pages, into, startMs, endMs);
  }

  /** Whether a series may have samples in a range: its chunks tell, but for the ends of the range. */
  mayHave(ref: number, pages: SealedPages, startMs: number, endMs: number): boolean {
    this.#readWhole(ref, startMs, endMs, false);
    const { count, base, lastMs } = this.#open;
    return (
      (count > 0 && base <= endMs && lastMs >= startMs) ||
      this.#late.page !== 0 ||
      this.#hasChunk(this.#sealed, pages, startMs, endMs) ||
      this.#hasChunk(this.#histograms, pages, startMs, endMs)
    );
  }

  #readInOrder(pages: SealedPages, into: SampleBuffer, startMs: number, endMs: number): void {
    this.#readChain(this.#sealed, pages, into, startMs, endMs);
    append(into, this.#newest);
    if (this.#histograms.page !== 0) this.#readChain(this.#histograms, pages, into, startMs, endMs);
  }

  /** Reads the record and, where it is wanted, the open chunk as they were at one moment. */
  #readWhole(ref: number, startMs: number, endMs: number, copies: boolean): void {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref) + recordField.version;
    for (;;) {
      const version = evenVersion(records, at);
      this.#readRecord(ref, records);
      if (copies) this.#copyOpen(startMs, endMs);
      // An addition, not a load: no read before it may be made after it.
      if (Atomics.add(records, at, 0) === version) return;
    }
  }

  #readRecord(ref: number, records: Int32Array): void {
    const at = recordAt(ref);
    readPlace(records, at + recordField.sealedPage, this.#sealed);
    readPlace(records, at + recordField.histogramPage, this.#histograms);
    readPlace(records, at + recordField.latePage, this.#late);
    const open = this.#open;
    open.slot = (records[at + recordField.slot] ?? 0) - 1;
    open.count = open.slot < 0 ? 0 : Atomics.load(records, at + recordField.count);
    if (open.count === 0) return;
    open.base = this.#memory.baseTimesOf(ref)[baseTimeAt(ref)] ?? 0;
    if (!this.#memory.hasOpenPageOf(open.slot)) this.#catchUp();
    open.lastMs =
      open.base + (this.#memory.openPageOf(open.slot).deltas[sampleAt(open.slot, open.count - 1)] ?? 0);
  }

  #copyOpen(startMs: number, endMs: number): void {
    const newest = this.#newest;
    newest.clear();
    const { slot, count, base } = this.#open;
    if (count === 0 || base > endMs) return;
    const { deltas, values, valueWords } = this.#memory.openPageOf(slot);
    const { values: target } = newest;
    const timestamps = newest.times.write(0);
    let next = 0;
    for (let i = 0; i < count; i++) {
      const sample = sampleAt(slot, i);
      const timestampMs = base + (deltas[sample] ?? 0);
      if (timestampMs < startMs) continue;
      if (timestampMs > endMs) break;
      const value = values[sample] ?? 0;
      if (
        value !== value &&
        valueWords[sample * 2] === staleLowWord &&
        valueWords[sample * 2 + 1] === staleHighWord
      ) {
        newest.pushStale(timestampMs);
      } else {
        timestamps[next] = timestampMs;
        target[next++] = value;
      }
    }
    newest.count = next;
  }

  /** Chunks in order of time: found from the last one backwards, read forwards. */
  #readChain(last: ChunkPlace, pages: SealedPages, into: SampleBuffer, startMs: number, endMs: number): void {
    const found = this.#found;
    found.find(last, (page) => this.#pageOf(page, pages), { startMs, endMs });
    for (let i = found.pages.length - 1; i >= 0; i--) {
      const page = found.pages[i];
      if (page) decodeChunk(page.view, found.starts[i] ?? 0, into, startMs, endMs);
    }
  }

  #hasChunk(last: ChunkPlace, pages: SealedPages, startMs: number, endMs: number): boolean {
    this.#found.find(last, (page) => this.#pageOf(page, pages), { startMs, endMs }, 1);
    return this.#found.pages.length > 0;
  }

  #readLate(pages: SealedPages, into: SampleBuffer, startMs: number, endMs: number): void {
    const listPage = this.#pageOf(this.#late.page, pages);
    if (!listPage) return;
    const list = storedChunk(listPage, this.#late.offset);
    for (let word = list.start >>> 2; word < list.end >>> 2; word += 2) {
      const page = this.#pageOf(listPage.words[word] ?? 0, pages);
      if (!page) continue;
      const chunk = storedChunk(page, listPage.words[word + 1] ?? 0);
      if (chunk.minMs > endMs || chunk.maxMs < startMs) continue;
      appendMerged(into, { read: (buffer) => decodeChunk(chunk.bytes, chunk.start, buffer, startMs, endMs) });
    }
  }

  #pageOf(page: number, pages: SealedPages): SealedPage | undefined {
    const known = pages.get(page) ?? this.#memory.sealed.get(page);
    if (known) return known;
    this.#catchUp();
    return this.#memory.sealed.get(page);
  }
}

/** How often a version is looked at before this thread sleeps in between, and how often it sleeps for a millisecond. */
const looksMax = 1000;
const sleepsMax = 1000;

/** The version, once the record is whole. @throws when the thread that writes was ended in the middle of a change. */
function evenVersion(records: Int32Array, at: number): number {
  for (let look = 0; look < looksMax + sleepsMax; look++) {
    const version = Atomics.load(records, at);
    if ((version & 1) === 0) return version;
    if (look >= looksMax) Atomics.wait(records, at, version, 1);
  }
  throw new Error('read samples: the thread that writes has stopped in the middle of a change');
}

function readPlace(records: Int32Array, at: number, place: { page: number; offset: number }): void {
  place.page = records[at] ?? 0;
  place.offset = records[at + 1] ?? 0;
}

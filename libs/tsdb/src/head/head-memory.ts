/**
 * The memory that the write thread and the query threads share. One thread writes; readers take no locks.
 *
 * Pages. Memory is made in pages that are never moved and never reused for something else. A page is announced to the
 * readers before anything points into it. Pages of sealed chunks belong to one window of time; they are dropped together
 * once the window lies in a block. A reader that still reads in a dropped page keeps it alive by holding it: the garbage
 * collector does the reclaiming, so there are no epochs.
 *
 * Series. A record and the bytes of its labels are written first, then the number of series is raised (Atomics), so that a
 * reader finds all series below that number complete.
 *
 * Samples. The open chunk of a series lies in a slot as columns of numbers. Samples of a batch are written behind the others;
 * then comes a barrier (an atomic addition), then the counts in the records are raised, which readers load with Atomics:
 * what lies below the count does not change while the slot belongs to the chunk.
 * The slot is used again once the chunk is full. All such changes of a record (a chunk sealed, a slot given or taken, a
 * chain extended) happen between two steps of its version: odd while it changes, even when it is whole. A reader takes
 * the version, reads record and slot, and reads the version again with an atomic addition of 0, which no earlier read may
 * pass; when the version is another one, what it has read is thrown away and read again. Sealed chunks and
 * lists of chunks never change.
 */

/** Fields of the record of a series, in words of 32 bits. */
export const recordField = {
  version: 0,
  /** Slot of the open chunk, plus one; 0 for none. */
  slot: 1,
  /** How many samples the open chunk has. */
  count: 2,
  /** Last sealed chunk: page (0 for none) and byte in it. */
  sealedPage: 3,
  sealedOffset: 4,
  histogramPage: 5,
  histogramOffset: 6,
  /** List of the chunks that came late. */
  latePage: 7,
  lateOffset: 8,
  /** Bytes of the labels: word among all pages of keys, and length in bytes. */
  keyWord: 9,
  keyBytes: 10,
  /** Not 0 once the series has no samples in the head any more. */
  isDead: 11,
  /** As a float of 64 bits: what the times of the open chunk count from. */
  baseTime: 12,
} as const;

/** Words of the control page. */
export const controlField = {
  /** How many series there are, dead ones too. */
  seriesCount: 0,
  /** Batches that were written: adding to it is the barrier between samples and counts. */
  batches: 1,
} as const;

const recordShift = 4;
const seriesPageShift = 13;
const seriesPageMask = (1 << seriesPageShift) - 1;
const seriesPageBytes = (1 << (seriesPageShift + recordShift)) * 4;
const keyPageShift = 18;
const keyPageMask = (1 << keyPageShift) - 1;
const openPageShift = 8;
const openPageMask = (1 << openPageShift) - 1;

/**
 * Samples of a chunk, a multiple of 8. With 120 sealed chunks take 15 % more bytes and reading a fifth more time; with 480
 * the open chunks take twice the memory, which is more than the sealed ones of a window.
 */
export const chunkCapacity = 240;

/** Words in a page of keys; a key does not cross pages. */
export const keyPageWords = 1 << keyPageShift;
export const sealedPageBytes = 1 << 20;

/** What a page holds. */
export type PageKind = 'series' | 'keys' | 'open' | 'sealed';

/** A page as it is announced. Pages of sealed chunks are numbered from 1, all others from 0 without gaps. */
export interface SharedPage {
  readonly kind: PageKind;
  readonly id: number;
  readonly buffer: SharedArrayBuffer;
}

/** Slots of open chunks. */
export interface OpenPage {
  readonly values: Float64Array;
  /** The same memory in words, to see the bits of values. */
  readonly valueWords: Uint32Array;
  /** Milliseconds since the base time of the chunk. */
  readonly deltas: Int32Array;
}

/** Sealed chunks, one behind the other. */
export interface SealedPage {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly words: Int32Array;
  readonly floats: Float64Array;
}

/** How many bytes a page of a kind has. */
export function pageBytes(kind: PageKind): number {
  if (kind === 'series') return seriesPageBytes;
  if (kind === 'keys') return keyPageWords * 4;
  if (kind === 'open') return (1 << openPageShift) * chunkCapacity * 12;
  return sealedPageBytes;
}

/** The pages that one thread knows of, as typed arrays. */
export class HeadMemory {
  readonly control: Int32Array;
  readonly records: Int32Array[] = [];
  readonly recordFloats: Float64Array[] = [];
  readonly keys: Uint8Array[] = [];
  readonly keyWords: Int32Array[] = [];
  readonly open: OpenPage[] = [];
  /** Replaced, not changed, when pages are dropped: a query that began before keeps its own. */
  sealed: Map<number, SealedPage> = new Map();

  constructor(control: SharedArrayBuffer) {
    this.control = new Int32Array(control);
  }

  add(page: SharedPage): void {
    const { kind, id, buffer } = page;
    if (kind === 'series') {
      this.records[id] = new Int32Array(buffer);
      this.recordFloats[id] = new Float64Array(buffer);
    } else if (kind === 'keys') {
      this.keys[id] = new Uint8Array(buffer);
      this.keyWords[id] = new Int32Array(buffer);
    } else if (kind === 'open') {
      const samples = (1 << openPageShift) * chunkCapacity;
      this.open[id] = {
        values: new Float64Array(buffer, 0, samples),
        valueWords: new Uint32Array(buffer, 0, samples * 2),
        deltas: new Int32Array(buffer, samples * 8, samples),
      };
    } else {
      this.sealed.set(id, {
        bytes: new Uint8Array(buffer),
        view: new DataView(buffer),
        words: new Int32Array(buffer),
        floats: new Float64Array(buffer),
      });
    }
  }

  drop(sealedPages: readonly number[]): void {
    const kept = new Map(this.sealed);
    for (const id of sealedPages) kept.delete(id);
    this.sealed = kept;
  }

  get seriesCount(): number {
    return Atomics.load(this.control, controlField.seriesCount);
  }

  recordsOf(ref: number): Int32Array {
    return this.#known(this.records[ref >>> seriesPageShift], 'series', ref);
  }

  baseTimesOf(ref: number): Float64Array {
    return this.#known(this.recordFloats[ref >>> seriesPageShift], 'series', ref);
  }

  keyBytesAt(word: number): Uint8Array {
    return this.#known(this.keys[word >>> keyPageShift], 'keys', word);
  }

  keyWordsAt(word: number): Int32Array {
    return this.#known(this.keyWords[word >>> keyPageShift], 'keys', word);
  }

  openPageOf(slot: number): OpenPage {
    return this.#known(this.open[slot >>> openPageShift], 'open', slot);
  }

  hasOpenPageOf(slot: number): boolean {
    return this.open[slot >>> openPageShift] !== undefined;
  }

  #known<Page>(page: Page | undefined, kind: PageKind, at: number): Page {
    if (page === undefined) throw new Error(`read shared memory: no page of kind ${kind} for ${at}`);
    return page;
  }
}

/** Index of the first word of a record in its page. */
export function recordAt(ref: number): number {
  return (ref & seriesPageMask) << recordShift;
}

/** Index of the base time in the floats of the page. */
export function baseTimeAt(ref: number): number {
  return ((ref & seriesPageMask) << (recordShift - 1)) + (recordField.baseTime >> 1);
}

/** Index of the first word of a key in its page. */
export function keyAt(word: number): number {
  return word & keyPageMask;
}

/**
 * Index of a sample of a slot in its page. Samples lie in tiles of 8: the first tile of all slots, then the second of all, and
 * so on, because most writes go to the same place of one series after the other. With whole slots one behind the other each
 * of them would touch two memory pages of its own; ingest takes about a tenth more time then.
 */
export function sampleAt(slot: number, index: number): number {
  return ((index >>> 3) << (openPageShift + 3)) | ((slot & openPageMask) << 3) | (index & 7);
}

/** Makes the version odd: the record is not whole. */
export function beginChange(records: Int32Array, at: number): void {
  Atomics.add(records, at + recordField.version, 1);
}

/** Makes the version even again. */
export function endChange(records: Int32Array, at: number): void {
  Atomics.add(records, at + recordField.version, 1);
}

/** How many pages are needed for so many series, or slots. */
export function pageCountFor(kind: 'series' | 'open', count: number): number {
  const shift = kind === 'series' ? seriesPageShift : openPageShift;
  return (count + (1 << shift) - 1) >>> shift;
}

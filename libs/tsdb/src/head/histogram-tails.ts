import type { FloatHistogram } from '@plinth/prometheus-model';
import { encodeHistogramChunk } from '../chunk/chunk.ts';
import { haveSameLayout } from '../chunk/histogram-columns.ts';
import { beginChange, endChange, type HeadMemory, recordAt, recordField } from './head-memory.ts';
import { windowStart } from './open-chunks.ts';
import type { ChunkHeader, ChunkPlace, SealedChunks } from './sealed-chunks.ts';

/** Histograms of a chunk. Fewer than floats, since each one is stored twice until its chunk is full. */
const histogramsPerChunk = 60;

interface Tail {
  readonly window: number;
  /** The chunk before those of the tail. */
  readonly before: ChunkPlace;
  readonly timestamps: Float64Array;
  readonly histograms: FloatHistogram[];
}

/**
 * The newest histograms of each series. Each one is published at once as a chunk of its own; when there are enough, one
 * chunk of all of them takes the place of these in the chain.
 */
export class HistogramTails {
  readonly #tails = new Map<number, Tail>();
  readonly #memory: HeadMemory;
  readonly #sealed: SealedChunks;
  readonly #windowMs: number;
  readonly #single = new Float64Array(1);

  constructor(memory: HeadMemory, sealed: SealedChunks, windowMs: number) {
    this.#memory = memory;
    this.#sealed = sealed;
    this.#windowMs = windowMs;
  }

  /** Adds a histogram that is newer than all samples of its series. */
  push(ref: number, timestampMs: number, histogram: FloatHistogram): void {
    const window = windowStart(timestampMs, this.#windowMs);
    let tail = this.#tails.get(ref);
    const last = tail?.histograms.at(-1);
    if (tail && last && (tail.window !== window || !haveSameLayout(last, histogram))) {
      this.seal(ref);
      tail = undefined;
    }
    if (!tail) {
      const timestamps = new Float64Array(histogramsPerChunk);
      tail = { window, before: this.last(ref), timestamps, histograms: [] };
      this.#tails.set(ref, tail);
    }
    tail.timestamps[tail.histograms.length] = timestampMs;
    tail.histograms.push(histogram);
    if (tail.histograms.length === histogramsPerChunk) {
      this.seal(ref);
      return;
    }
    this.#single[0] = timestampMs;
    this.#publish(ref, window, this.#single, [histogram], this.last(ref));
  }

  /** Makes one chunk of the tail. */
  seal(ref: number): void {
    const tail = this.#tails.get(ref);
    if (!tail) return;
    this.#tails.delete(ref);
    this.#publish(ref, tail.window, tail.timestamps, tail.histograms, tail.before);
  }

  /** Puts a chunk behind those that are there. */
  restore(ref: number, header: ChunkHeader, encoded: Uint8Array): void {
    const window = windowStart(header.minMs, this.#windowMs);
    this.#link(ref, this.#sealed.append(window, header, encoded, this.last(ref)));
  }

  /** Seals the tails of windows that begin before an instant. */
  sealBefore(endMs: number): void {
    for (const [ref, { window }] of this.#tails) if (window < endMs) this.seal(ref);
  }

  /** The newest histogram, while it is not sealed. */
  lastOf(ref: number): FloatHistogram | undefined {
    return this.#tails.get(ref)?.histograms.at(-1);
  }

  #publish(
    ref: number,
    window: number,
    timestamps: Float64Array,
    histograms: readonly FloatHistogram[],
    previous: ChunkPlace,
  ): void {
    const count = histograms.length;
    const header = {
      count,
      minMs: timestamps[0] ?? 0,
      maxMs: timestamps[count - 1] ?? 0,
    };
    const encoded = encodeHistogramChunk(timestamps, histograms, count);
    this.#link(ref, this.#sealed.append(window, header, encoded, previous));
  }

  #link(ref: number, place: ChunkPlace): void {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    beginChange(records, at);
    records[at + recordField.histogramPage] = place.page;
    records[at + recordField.histogramOffset] = place.offset;
    endChange(records, at);
  }

  /** The last chunk of histograms. */
  last(ref: number): ChunkPlace {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    return {
      page: records[at + recordField.histogramPage] ?? 0,
      offset: records[at + recordField.histogramOffset] ?? 0,
    };
  }
}

import { SampleBuffer } from '@plinth/prometheus-model';
import { appendMerged } from '../block/sample-union.ts';
import { encodeSeries } from '../block/series-chunks.ts';
import { decodeChunk } from '../chunk/chunk.ts';
import { beginChange, endChange, type HeadMemory, recordAt, recordField } from './head-memory.ts';
import { append } from './sample-append.ts';
import {
  type ChunkHeader,
  type ChunkPlace,
  noChunk,
  type SealedChunks,
  storedChunk,
} from './sealed-chunks.ts';

/** Chunks of a series in one window from which on they are made into one. */
const chunksMax = 16;

interface LateChunk {
  readonly window: number;
  readonly place: ChunkPlace;
}

/**
 * Samples that came out of order. They are chunks beside those in order, which may overlap each other; a list of them
 * is published anew with each change, and readers merge what they find there.
 */
export class LateChunks {
  readonly #chunks = new Map<number, LateChunk[]>();
  readonly #memory: HeadMemory;
  readonly #sealed: SealedChunks;

  constructor(memory: HeadMemory, sealed: SealedChunks) {
    this.#memory = memory;
    this.#sealed = sealed;
  }

  /** Adds samples of one series in one window, sorted. Where an instant has one already, that one stays. */
  add(ref: number, window: number, samples: SampleBuffer): void {
    let chunks = this.#chunks.get(ref) ?? [];
    const there = chunks.filter((chunk) => chunk.window === window);
    let stored = samples;
    if (there.length >= chunksMax) {
      stored = this.#read(there);
      appendMerged(stored, { read: (buffer) => append(buffer, samples) });
      chunks = chunks.filter((chunk) => chunk.window !== window);
    }
    const all = [...chunks, ...this.#store(window, stored)];
    this.#chunks.set(ref, all);
    this.#link(ref, all);
  }

  /** The chunks of a series, in no order. */
  places(ref: number): readonly ChunkPlace[] {
    return (this.#chunks.get(ref) ?? []).map(({ place }) => place);
  }

  /** Adds a chunk to those that are there. */
  restore(ref: number, window: number, header: ChunkHeader, encoded: Uint8Array): void {
    const place = this.#sealed.append(window, header, encoded, noChunk);
    const chunks = [...(this.#chunks.get(ref) ?? []), { window, place }];
    this.#chunks.set(ref, chunks);
    this.#link(ref, chunks);
  }

  /** Takes the chunks of dropped windows out of the lists. */
  dropBefore(startMs: number): void {
    for (const [ref, chunks] of this.#chunks) {
      const kept = chunks.filter((chunk) => chunk.window >= startMs);
      if (kept.length === chunks.length) continue;
      if (kept.length === 0) this.#chunks.delete(ref);
      else this.#chunks.set(ref, kept);
      this.#link(ref, kept);
    }
  }

  has(ref: number): boolean {
    return this.#chunks.has(ref);
  }

  #read(chunks: readonly LateChunk[]): SampleBuffer {
    const merged = new SampleBuffer();
    for (const { place } of chunks) {
      const page = this.#memory.sealed.get(place.page);
      if (!page) throw new Error(`merge late samples: page ${place.page} is gone`);
      const chunk = storedChunk(page, place.offset);
      appendMerged(merged, {
        read: (buffer) => decodeChunk(chunk.bytes, chunk.start, buffer, -Infinity, Infinity),
      });
    }
    return merged;
  }

  #store(window: number, samples: SampleBuffer): LateChunk[] {
    const stored: LateChunk[] = [];
    encodeSeries(samples, (encoded, minMs, maxMs) => {
      const header = { count: samples.count + samples.histograms.length, minMs, maxMs };
      stored.push({ window, place: this.#sealed.append(window, header, encoded, noChunk) });
    });
    return stored;
  }

  /** Publishes the list of the chunks of a series, in the memory of the newest window among them. */
  #link(ref: number, chunks: readonly LateChunk[]): void {
    const list = Int32Array.from(chunks.flatMap(({ place }) => [place.page, place.offset]));
    const newest = Math.max(...chunks.map(({ window }) => window));
    const header = { count: chunks.length, minMs: newest, maxMs: newest };
    const place =
      chunks.length === 0
        ? noChunk
        : this.#sealed.append(newest, header, new Uint8Array(list.buffer), noChunk);
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    beginChange(records, at);
    records[at + recordField.latePage] = place.page;
    records[at + recordField.lateOffset] = place.offset;
    endChange(records, at);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { type FloatHistogram, SampleBuffer } from '@plinth/prometheus-model';
import { chunkUse } from './chunk-use.ts';
import type { HeadMemory } from './head-memory.ts';
import { HistogramTails } from './histogram-tails.ts';
import { checkLabels } from './label-rules.ts';
import { LateChunks } from './late-chunks.ts';
import type { HeadLimits } from './limits.ts';
import { OpenChunks, windowStart } from './open-chunks.ts';
import type { PagePublisher } from './page-publisher.ts';
import { type RefusalReason, refusalCode } from './refusal.ts';
import {
  type ChunkHeader,
  type ChunkPlace,
  SealedChunks,
  type StoredChunk,
  storedChunk,
} from './sealed-chunks.ts';
import { type KeyRun, SeriesKeys } from './series-key.ts';
import { SeriesTable } from './series-table.ts';
import { staleHighWord, staleLowWord, type WriteBatch } from './write-batch.ts';

/** Told of what a batch does beside the samples that are taken. */
export interface HeadListener {
  seriesAdded(ref: number, key: KeyRun): void;
}

/** Takes note of a sample that was refused. */
export type OnRefused = (
  reason: RefusalReason,
  ref: number,
  timestampMs: number,
  isHistogram: boolean,
) => void;

interface LateSample {
  readonly ref: number;
  readonly timestampMs: number;
  readonly value: number | 'stale' | FloatHistogram;
}

/** Latest instant that a date can have; keeps times exact in a float. */
const timestampMax = 8.64e15;

/** The newest samples of a database, in memory. Belongs to the thread that writes. */
export class Head {
  readonly table: SeriesTable;
  readonly open: OpenChunks;
  readonly histograms: HistogramTails;
  readonly late: LateChunks;
  readonly sealed: SealedChunks;
  /** Newest instant of all samples; -Infinity when there are none. */
  maxTime = -Infinity;
  /** Samples before it are in blocks, or refused. */
  minValidTime = -Infinity;
  /** Oldest instant of all samples in memory, or older; Infinity when there are none. */
  minTime = Infinity;
  /** Series that may be live at once; 0 for no bound. */
  seriesMax: number;
  /** How far before the newest sample a late one may lie; 0: late samples are refused. */
  outOfOrderWindowMs: number;
  readonly #memory: HeadMemory;
  readonly #limits: HeadLimits;
  readonly #keys = new SeriesKeys();
  /** 1 where the last sample of a series is a histogram. */
  #isHistogram = new Uint8Array(512);
  readonly #listener: HeadListener;
  #lateSamples: LateSample[] = [];

  constructor(publisher: PagePublisher, limits: HeadLimits, hashSeed: number, listener: HeadListener) {
    const { windowMs } = limits;
    this.#memory = publisher.memory;
    this.#limits = limits;
    this.seriesMax = limits.seriesMax;
    this.outOfOrderWindowMs = limits.outOfOrderWindowMs;
    this.#listener = listener;
    this.table = new SeriesTable(publisher, hashSeed);
    this.sealed = new SealedChunks(publisher);
    this.open = new OpenChunks(publisher, this.sealed, windowMs);
    this.histograms = new HistogramTails(publisher.memory, this.sealed, windowMs);
    this.late = new LateChunks(publisher.memory, this.sealed);
  }

  /**
   * The number of a series, which is made when it is new.
   * @param ranges - nameStart, nameEnd, valueStart, valueEnd, ... of each label in `bytes`.
   * @param count - number of labels.
   * @returns the ref, or the (negative) code of a refusal.
   */
  refOf(bytes: Uint8Array, ranges: Int32Array, count: number): number {
    const key = this.#keys.keyOf(bytes, ranges, count);
    const known = this.table.find(key);
    if (known >= 0) return known;
    const refusal = checkLabels(bytes, ranges, count, this.#limits);
    if (refusal < 0) return refusal;
    if (this.seriesMax > 0 && this.table.live >= this.seriesMax) return refusalCode('series_limit');
    return this.addSeries(key);
  }

  /** Adds a series that is known to be new and valid. */
  addSeries(key: KeyRun): number {
    const ref = this.table.insert(key);
    this.open.reserve(ref + 1);
    if (ref >= this.#isHistogram.length) {
      const larger = new Uint8Array(this.#isHistogram.length * 2);
      larger.set(this.#isHistogram);
      this.#isHistogram = larger;
    }
    this.#listener.seriesAdded(ref, key);
    return ref;
  }

  /**
   * Writes the samples of a batch that can be taken; the others are removed from the batch.
   * @param nowMs - bounds how far in the future samples may lie.
   */
  apply(batch: WriteBatch, nowMs: number, onRefused: OnRefused): void {
    const minTime = Math.max(this.maxTime - this.#limits.windowMs / 2, this.minValidTime);
    const maxTime = Math.min(nowMs + this.#limits.futureMs, timestampMax);
    const newest = this.maxTime;
    this.#applyFloats(batch, minTime, maxTime, newest, onRefused);
    if (batch.histograms.length > 0) this.#applyHistograms(batch, minTime, maxTime, newest, onRefused);
    if (this.#lateSamples.length > 0) this.#storeLate();
  }

  /** Writes what was taken before: samples of the log. Only what is older than the head is left out. */
  replay(batch: WriteBatch): void {
    // Late samples were within the window when they were taken.
    const newest = -Infinity;
    const ignore = (): undefined => undefined;
    this.#applyFloats(batch, this.minValidTime, timestampMax, newest, ignore);
    if (batch.histograms.length > 0) {
      this.#applyHistograms(batch, this.minValidTime, timestampMax, newest, ignore);
    }
    if (this.#lateSamples.length > 0) this.#storeLate();
  }

  /** Seals what lies before an instant and takes nothing more there. */
  beginFlush(endMs: number): void {
    this.minValidTime = Math.max(this.minValidTime, endMs);
    for (let ref = 0; ref < this.table.count; ref++) {
      if ((this.open.chunkEnds[ref] ?? 0) <= endMs) this.open.seal(ref);
    }
    this.histograms.sealBefore(endMs);
  }

  /** Gives back the memory of samples before an instant, and the series that have no others. */
  dropBefore(startMs: number): void {
    this.late.dropBefore(startMs);
    let isAnyDead = false;
    for (let ref = 0; ref < this.table.count; ref++) {
      if (this.table.isDead(ref) || !this.#isOver(ref, startMs)) continue;
      this.open.release(ref);
      this.table.kill(ref);
      isAnyDead = true;
    }
    if (isAnyDead) this.table.forgetDead();
    this.sealed.dropBefore(startMs);
  }

  /** Seals the open chunks of series whose last sample is older, and gives back their slots. */
  releaseIdle(beforeMs: number): void {
    for (let ref = 0; ref < this.table.count; ref++) {
      if ((this.open.lastTimes[ref] ?? 0) < beforeMs) this.open.release(ref);
    }
  }

  /** Start of the oldest samples from an instant on, or earlier; Infinity when there are none. */
  oldestFrom(startMs: number): number {
    const { windowMs } = this.#limits;
    let oldest = this.sealed.firstWindow(startMs);
    for (let ref = 0; ref < this.table.count; ref++) {
      const endMs = this.open.chunkEnds[ref] ?? -Infinity;
      if (endMs > startMs) oldest = Math.min(oldest, endMs - windowMs);
    }
    return oldest;
  }

  /** Whether a series has no samples from an instant on. */
  #isOver(ref: number, startMs: number): boolean {
    return (this.open.lastTimes[ref] ?? 0) < startMs && !this.late.has(ref);
  }

  /** Whether the last sample of a series is a histogram. */
  endsWithHistogram(ref: number): boolean {
    return this.#isHistogram[ref] === 1;
  }

  /** Encoded chunks of a series that are still in memory, oldest first; `late` ones in no order. */
  chunksOf(ref: number, use: number): StoredChunk[] {
    if (use === chunkUse.late) return this.late.places(ref).flatMap((place) => this.#chunkAt(place) ?? []);
    const chunks: StoredChunk[] = [];
    let place = use === chunkUse.sealed ? this.open.lastSealed(ref) : this.histograms.last(ref);
    for (let chunk = this.#chunkAt(place); chunk; chunk = this.#chunkAt(place)) {
      chunks.push(chunk);
      place = chunk.previous;
    }
    return chunks.reverse();
  }

  /** Puts back a chunk that `chunksOf` gave. */
  restore(ref: number, use: number, header: ChunkHeader, encoded: Uint8Array): void {
    const window = windowStart(header.minMs, this.#limits.windowMs);
    if (use === chunkUse.late) this.late.restore(ref, window, header, encoded);
    else if (use === chunkUse.sealed) this.open.restore(ref, header, encoded);
    else this.histograms.restore(ref, header, encoded);
    this.minTime = Math.min(this.minTime, header.minMs);
  }

  /** Puts back what is known of the last sample of a series. */
  restoreState(ref: number, isHistogram: boolean, timestampMs: number, low: number, high: number): void {
    this.#isHistogram[ref] = isHistogram ? 1 : 0;
    this.open.lastTimes[ref] = timestampMs;
    this.open.lastValueWords[ref * 2] = low;
    this.open.lastValueWords[ref * 2 + 1] = high;
  }

  #chunkAt(place: ChunkPlace): StoredChunk | undefined {
    const page = this.#memory.sealed.get(place.page);
    return page && storedChunk(page, place.offset);
  }

  #applyFloats(
    batch: WriteBatch,
    minTime: number,
    maxTime: number,
    newest: number,
    onRefused: OnRefused,
  ): void {
    const { refs, timestamps, values, valueWords, count } = batch;
    const { open } = this;
    let taken = 0;
    let latest = this.maxTime;
    for (let i = 0; i < count; i++) {
      const ref = refs[i] ?? 0;
      const timestampMs = timestamps[i] ?? 0;
      const isNext =
        timestampMs > (open.lastTimes[ref] ?? 0) && timestampMs >= minTime && timestampMs <= maxTime;
      if (!isNext || timestampMs >= (open.chunkEnds[ref] ?? 0)) {
        if (isNext && Number.isInteger(timestampMs)) {
          open.begin(ref, timestampMs);
          if (timestampMs < this.minTime) this.minTime = timestampMs;
        } else {
          const reason = this.#judge(batch, i, minTime, maxTime, newest);
          if (reason !== undefined) onRefused(reason, ref, timestampMs, false);
          if (reason !== undefined || timestampMs === open.lastTimes[ref]) continue;
          this.#lateSamples.push({
            ref,
            timestampMs,
            value: isStaleAt(valueWords, i) ? 'stale' : (values[i] ?? 0),
          });
        }
      }
      if (isNext) {
        const value = values[i] ?? 0;
        open.push(ref, timestampMs, value, valueWords[i * 2] ?? 0, valueWords[i * 2 + 1] ?? 0);
        this.#isHistogram[ref] = 0;
        if (timestampMs > latest) latest = timestampMs;
      }
      if (taken !== i) {
        refs[taken] = ref;
        timestamps[taken] = timestampMs;
        valueWords[taken * 2] = valueWords[i * 2] ?? 0;
        valueWords[taken * 2 + 1] = valueWords[i * 2 + 1] ?? 0;
      }
      taken++;
    }
    open.publish(refs, taken);
    batch.count = taken;
    this.maxTime = latest;
  }

  /** Why a float that is not the next one of its series is refused; undefined for the same sample again and for a late one. */
  #judge(
    batch: WriteBatch,
    at: number,
    minTime: number,
    maxTime: number,
    newest: number,
  ): RefusalReason | undefined {
    const ref = batch.refs[at] ?? 0;
    const timestampMs = batch.timestamps[at] ?? 0;
    const { open } = this;
    if (timestampMs === open.lastTimes[ref] && timestampMs >= minTime) {
      const isSame =
        this.#isHistogram[ref] === 0 &&
        open.lastValueWords[ref * 2] === batch.valueWords[at * 2] &&
        open.lastValueWords[ref * 2 + 1] === batch.valueWords[at * 2 + 1];
      return isSame ? undefined : 'duplicate';
    }
    return this.#judgeTime(timestampMs, minTime, maxTime, newest);
  }

  #judgeTime(
    timestampMs: number,
    minTime: number,
    maxTime: number,
    newest: number,
  ): RefusalReason | undefined {
    if (!Number.isInteger(timestampMs) || timestampMs > timestampMax || timestampMs < -timestampMax) {
      return 'out_of_bounds';
    }
    if (timestampMs > maxTime) return 'too_far_in_future';
    const { outOfOrderWindowMs } = this;
    if (outOfOrderWindowMs > 0) {
      const isLate = timestampMs >= newest - outOfOrderWindowMs && timestampMs >= this.minValidTime;
      return isLate ? undefined : 'too_old';
    }
    return timestampMs < minTime ? 'out_of_bounds' : 'out_of_order';
  }

  #applyHistograms(
    batch: WriteBatch,
    minTime: number,
    maxTime: number,
    newest: number,
    onRefused: OnRefused,
  ): void {
    let taken = 0;
    for (const [i, histogram] of batch.histograms.entries()) {
      const ref = batch.histogramRefs[i] ?? 0;
      const timestampMs = batch.histogramTimestamps[i] ?? 0;
      const last = this.open.lastTimes[ref] ?? 0;
      if (
        timestampMs > last &&
        timestampMs >= minTime &&
        timestampMs <= maxTime &&
        Number.isInteger(timestampMs)
      ) {
        this.histograms.push(ref, timestampMs, histogram);
        this.open.lastTimes[ref] = timestampMs;
        this.#isHistogram[ref] = 1;
        this.maxTime = Math.max(this.maxTime, timestampMs);
        this.minTime = Math.min(this.minTime, timestampMs);
      } else if (timestampMs === last && timestampMs >= minTime) {
        const existing = this.histograms.lastOf(ref);
        const isSame = this.#isHistogram[ref] === 1 && isDeepStrictEqual(existing?.fields, histogram.fields);
        if (!isSame) onRefused('duplicate', ref, timestampMs, true);
        continue;
      } else {
        const reason = this.#judgeTime(timestampMs, minTime, maxTime, newest);
        if (reason !== undefined) {
          onRefused(reason, ref, timestampMs, true);
          continue;
        }
        this.#lateSamples.push({ ref, timestampMs, value: histogram });
      }
      batch.histogramRefs[taken] = ref;
      batch.histogramTimestamps[taken] = timestampMs;
      batch.histograms[taken] = histogram;
      taken++;
    }
    batch.histogramRefs.length = taken;
    batch.histogramTimestamps.length = taken;
    batch.histograms.length = taken;
  }

  #storeLate(): void {
    const samples = this.#lateSamples.sort(byRefAndTime);
    this.#lateSamples = [];
    const { windowMs } = this.#limits;
    let buffer = new SampleBuffer();
    for (const [i, sample] of samples.entries()) {
      const { ref, timestampMs, value } = sample;
      const window = windowStart(timestampMs, windowMs);
      const before = samples[i - 1];
      const isRepeated = before?.ref === ref && before.timestampMs === timestampMs;
      if (!isRepeated) {
        if (value === 'stale') buffer.pushStale(timestampMs);
        else if (typeof value === 'number') buffer.push(timestampMs, value);
        else buffer.pushHistogram(timestampMs, value);
        this.maxTime = Math.max(this.maxTime, timestampMs);
        this.minTime = Math.min(this.minTime, timestampMs);
      }
      const next = samples[i + 1];
      if (next?.ref === ref && windowStart(next.timestampMs, windowMs) === window) continue;
      this.late.add(ref, window, buffer);
      buffer = new SampleBuffer();
    }
  }
}

function isStaleAt(words: Uint32Array, at: number): boolean {
  return words[at * 2] === staleLowWord && words[at * 2 + 1] === staleHighWord;
}

/** Of the same instant a sample comes before a mark, since the first one counts. */
function byRefAndTime(one: LateSample, other: LateSample): number {
  const order = one.ref - other.ref || one.timestampMs - other.timestampMs;
  return order || Number(one.value === 'stale') - Number(other.value === 'stale');
}

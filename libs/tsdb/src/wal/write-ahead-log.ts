import type { FloatHistogram } from '@plinth/prometheus-model';
import { encodeHistogramChunk } from '../chunk/chunk.ts';
import type { AppendFile, Directory } from '../directory.ts';
import type { ExemplarOfSeries } from '../exemplars/exemplar-ring.ts';
import { chunkUse } from '../head/chunk-use.ts';
import type { DeletedInterval } from '../head/deletions.ts';
import type { KeyRun } from '../head/series-key.ts';
import type { WriteBatch } from '../head/write-batch.ts';
import { writeExemplars } from './exemplar-record.ts';
import { DurableEnd } from './log-position.ts';
import { fileMagic, RecordBuffer, recordType } from './record.ts';

/** Bytes of a segment from which on the next one is begun. */
const segmentBytesMax = 64 * 1024 * 1024;

/**
 * The log of what was taken. Records are collected; one write and one sync serve all callers that wait by then.
 * After a failed write or sync nothing more is taken: what the file holds then is known only by reading it again.
 */
export class WriteAheadLog {
  readonly #directory: Directory;
  readonly #newSeries = new RecordBuffer();
  #newSeriesCount = 0;
  #records = new RecordBuffer(1 << 20);
  #spare = new RecordBuffer(1 << 20);
  #file: AppendFile | undefined;
  #segment: number;
  #waiting: PromiseWithResolvers<void>[] = [];
  #isWriting = false;
  #cutIsWanted = false;
  #failure: Error | undefined;
  /** Groups that were written and synced so far, and their bytes. */
  groupsWritten = 0;
  bytesWritten = 0;
  /** How far it is on disk, for those who follow it. */
  readonly durableEnd: DurableEnd = new DurableEnd();

  /** @param segment - number of the first segment to write; there must be none of that number. */
  constructor(directory: Directory, segment: number) {
    this.#directory = directory;
    this.#segment = segment;
    this.durableEnd.position = { segment, offset: 0 };
  }

  /** What stopped the log, if anything. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  addSeries(ref: number, key: KeyRun): void {
    const series = this.#newSeries;
    const length = key.end - key.start;
    const at = series.reserve(8 + length);
    series.words[at >>> 2] = ref;
    series.words[(at >>> 2) + 1] = length;
    series.bytes.set(key.bytes.subarray(key.start, key.end), at + 8);
    this.#newSeriesCount++;
  }

  addSamples(batch: WriteBatch): void {
    this.#endSeries();
    if (batch.count > 0) writeSamples(this.#records, batch);
    for (const [i, histogram] of batch.histograms.entries()) {
      this.#addHistogram(batch.histogramRefs[i] ?? 0, batch.histogramTimestamps[i] ?? 0, histogram);
    }
  }

  addExemplars(exemplars: readonly ExemplarOfSeries[]): void {
    this.#endSeries();
    writeExemplars(this.#records, exemplars);
  }

  addDeleted(intervals: readonly DeletedInterval[]): void {
    this.#endSeries();
    writeDeleted(this.#records, intervals);
  }

  /** @returns when all that was added is durable. @throws when it cannot be made so; from then on always. */
  flush(): Promise<void> {
    this.#endSeries();
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#records.length === 0 && !this.#isWriting) return Promise.resolve();
    const waiter = Promise.withResolvers<void>();
    this.#waiting.push(waiter);
    if (!this.#isWriting) void this.#write();
    return waiter.promise;
  }

  /**
   * Ends the segment.
   * @returns the number of the next one: all that is added after the call has returned, and maybe some of what was added
   * before, lies in it or higher; nothing that is added later lies in lower ones.
   */
  async cut(): Promise<number> {
    this.#endSeries();
    if (this.#failure) throw this.#failure;
    const waiter = Promise.withResolvers<void>();
    this.#cutIsWanted = true;
    this.#waiting.push(waiter);
    if (!this.#isWriting) void this.#write();
    await waiter.promise;
    return this.#segment;
  }

  async close(): Promise<void> {
    if (!this.#failure) await this.flush();
    this.#file?.close();
    this.#file = undefined;
    this.#failure ??= new Error('write-ahead log: closed');
  }

  #endSeries(): void {
    if (this.#newSeriesCount === 0) return;
    const records = this.#records;
    records.begin(recordType.series, this.#newSeriesCount);
    const at = records.reserve(this.#newSeries.length);
    records.bytes.set(this.#newSeries.written, at);
    records.end();
    this.#newSeries.clear();
    this.#newSeriesCount = 0;
  }

  #addHistogram(ref: number, timestampMs: number, histogram: FloatHistogram): void {
    const encoded = encodeHistogramChunk([timestampMs], [histogram], 1);
    this.#records.begin(recordType.chunks, 1);
    writeChunk(this.#records, ref, chunkUse.histograms, 1, timestampMs, timestampMs, encoded);
    this.#records.end();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      const records = this.#records;
      const isLast = this.#cutIsWanted;
      this.#cutIsWanted = false;
      this.#waiting = [];
      this.#records = this.#spare;
      this.#spare = records;
      try {
        await this.#store(records.written);
        if (isLast) this.#next();
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        this.#failure = new Error(`write-ahead log: segment ${this.#segment} cannot be written`, {
          cause: error,
        });
        for (const { reject } of [...waiting, ...this.#waiting]) reject(this.#failure);
        this.#waiting = [];
      }
      records.clear();
    }
    this.#isWriting = false;
  }

  #next(): void {
    if (!this.#file) return;
    this.#file.close();
    this.#file = undefined;
    this.#segment++;
    this.durableEnd.position = { segment: this.#segment, offset: 0 };
  }

  async #store(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#file && this.#file.size + bytes.length > segmentBytesMax) {
      this.#next();
    }
    if (!this.#file) {
      this.#file = this.#directory.create(segmentName(this.#segment));
      this.#file.write(fileMagic);
    }
    this.#file.write(bytes);
    await this.#file.sync();
    this.durableEnd.position = { segment: this.#segment, offset: this.#file.size };
    this.groupsWritten++;
    this.bytesWritten += bytes.length;
  }
}

/** Name of the file of a segment; names sort as numbers do. */
export function segmentName(segment: number): string {
  return String(segment).padStart(8, '0');
}

/** Adds a chunk to the record that was begun. */
export function writeChunk(
  records: RecordBuffer,
  ref: number,
  use: number,
  count: number,
  minMs: number,
  maxMs: number,
  encoded: Uint8Array,
): void {
  const at = records.reserve(32 + encoded.length);
  const word = at >>> 2;
  records.words[word] = ref;
  records.words[word + 1] = use;
  records.words[word + 2] = encoded.length;
  records.words[word + 3] = count;
  records.floats[(at >>> 3) + 2] = minMs;
  records.floats[(at >>> 3) + 3] = maxMs;
  records.bytes.set(encoded, at + 32);
}

/** Adds a record of deleted intervals. */
export function writeDeleted(records: RecordBuffer, intervals: readonly DeletedInterval[]): void {
  if (intervals.length === 0) return;
  records.begin(recordType.tombstones, intervals.length);
  for (const { ref, startMs, endMs } of intervals) {
    const at = records.reserve(24);
    records.words[at >>> 2] = ref;
    records.words[(at >>> 2) + 1] = 0;
    records.floats[(at >>> 3) + 1] = startMs;
    records.floats[(at >>> 3) + 2] = endMs;
  }
  records.end();
}

function writeSamples(records: RecordBuffer, batch: WriteBatch): void {
  const { count, refs, timestamps, values } = batch;
  const first = timestamps[0] ?? 0;
  let isUniform = true;
  for (let i = 1; i < count; i++) {
    if (timestamps[i] !== first) {
      isUniform = false;
      break;
    }
  }
  records.begin(recordType.samples, count);
  const time = records.reserve(8);
  records.floats[time >>> 3] = isUniform ? first : Number.NaN;
  const refsAt = records.reserve(count * 4);
  records.words.set(refs.subarray(0, count), refsAt >>> 2);
  if (count % 2 === 1) records.words[(refsAt >>> 2) + count] = 0;
  if (!isUniform) {
    const timesAt = records.reserve(count * 8);
    records.floats.set(timestamps.subarray(0, count), timesAt >>> 3);
  }
  const valuesAt = records.reserve(count * 8);
  records.floats.set(values.subarray(0, count), valuesAt >>> 3);
  records.end();
}

import { type FloatHistogram, type SampleBuffer, staleNaNBits } from '@plinth/prometheus-model';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type ChunkHeader, readHeader, writeHeader } from './chunk-header.ts';
import { readDoubles, readLine, writeDoubles } from './double-column.ts';
import { readHistograms, writeHistograms } from './histogram-columns.ts';
import { columnCountMax } from './integer-column.ts';
import { planePadding } from './packed-integers.ts';

/*
 * A chunk: header with the stale marks, timestamps as a column, start timestamps where they are known, and the floats as a column or
 * the histograms as one column for each of their numbers.
 */

/** Most samples in one chunk. */
export const chunkSamplesMax = columnCountMax;

/** What is beside the samples of a chunk. */
export interface ChunkExtras {
  /** When the series ended, ascending, in milliseconds. */
  readonly staleAt?: readonly number[] | undefined;
  /** One for each sample, in milliseconds; 0 where it is not known. */
  readonly startTimestamps?: ArrayLike<number> | undefined;
}

const writer = new ByteWriter();
const column = new Float64Array(chunkSamplesMax);
const keptTimestamps = new Float64Array(chunkSamplesMax);
const keptValues = new Float64Array(chunkSamplesMax);

/**
 * Encodes floats of one series as they come from shared memory, where a stale mark is a value with the bits of `staleNaNBits`.
 * @param timestamps - whole milliseconds since the epoch, strictly ascending; the array may be longer than `count`.
 * @param values - beside them; stale marks come back as `staleAt`.
 * @param count - from 1 to `chunkSamplesMax`.
 * @returns the chunk: a view of memory of the encoder that holds until the next call.
 */
export function encodeChunk(timestamps: Float64Array, values: Float64Array, count: number): Uint8Array {
  const firstNaN = indexOfNaN(values, count);
  if (firstNaN === -1) return encodeFloatChunk(timestamps, values, count);
  // Words of the doubles: a NaN that JavaScript touches may lose the bits that make it a stale mark.
  const words = new Uint32Array(values.buffer, values.byteOffset, count * 2);
  const staleAt: number[] = [];
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const timestamp = timestamps[i] ?? 0;
    if (words[i * 2] === staleLow && words[i * 2 + 1] === staleHigh) {
      staleAt.push(timestamp);
    } else {
      keptTimestamps[kept] = timestamp;
      keptValues[kept++] = values[i] ?? 0;
    }
  }
  return encodeFloatChunk(keptTimestamps, keptValues, kept, { staleAt });
}

const staleLow = Number(staleNaNBits & 0xffffffffn);
const staleHigh = Number(staleNaNBits >> 32n);

function indexOfNaN(values: Float64Array, count: number): number {
  for (let i = 0; i < count; i++) if (Number.isNaN(values[i])) return i;
  return -1;
}

/**
 * Encodes floats of one series with their stale marks beside them.
 * @param count - up to `chunkSamplesMax`; 0 where there are but stale marks.
 * @returns the chunk: a view of memory of the encoder that holds until the next call.
 */
export function encodeFloatChunk(
  timestamps: ArrayLike<number>,
  values: Float64Array,
  count: number,
  extras: ChunkExtras = {},
): Uint8Array {
  beginChunk(timestamps, count, extras, false);
  if (count > 0) writeDoubles(writer, values, count);
  return endChunk();
}

/**
 * Encodes histograms of one series that all have the same layout.
 * @param timestamps - whole milliseconds since the epoch, strictly ascending.
 * @param count - up to `chunkSamplesMax`.
 * @returns the chunk: a view of memory of the encoder that holds until the next call.
 * @throws RangeError when layouts differ (see `haveSameLayout`), or buckets do not fit the spans.
 */
export function encodeHistogramChunk(
  timestamps: ArrayLike<number>,
  histograms: readonly FloatHistogram[],
  count: number,
  extras: ChunkExtras = {},
): Uint8Array {
  beginChunk(timestamps, count, extras, true);
  writeHistograms(writer, histograms, count);
  return endChunk();
}

function beginChunk(
  timestamps: ArrayLike<number>,
  count: number,
  { staleAt = [], startTimestamps }: ChunkExtras,
  holdsHistograms: boolean,
): void {
  if (count > chunkSamplesMax) {
    throw new RangeError(`chunk: ${count} samples, more than ${chunkSamplesMax}`);
  }
  const firsts = [timestamps[0], staleAt[0]].slice(count > 0 ? 0 : 1);
  const lasts = [timestamps[count - 1], staleAt.at(-1)].slice(count > 0 ? 0 : 1);
  const minMs = Math.min(...firsts.map((instant) => instant ?? Infinity));
  const maxMs = Math.max(...lasts.map((instant) => instant ?? -Infinity));
  if (minMs > maxMs) throw new RangeError('chunk: neither samples nor stale marks');
  writer.length = 0;
  writeHeader(writer, {
    holdsHistograms,
    hasStarts: startTimestamps !== undefined,
    count,
    minMs,
    maxMs,
    staleAt,
  });
  if (count === 0) return;
  for (let i = 0; i < count; i++) column[i] = (timestamps[i] ?? 0) - minMs;
  writeDoubles(writer, column, count);
  if (!startTimestamps) return;
  for (let i = 0; i < count; i++) column[i] = startTimestamps[i] ?? 0;
  writeDoubles(writer, column, count);
}

function endChunk(): Uint8Array {
  for (let i = 0; i < planePadding; i++) writer.byte(0);
  return writer.written;
}

/**
 * Adds the samples of a chunk, floats or histograms, that lie in a range to a buffer.
 * @param bytes - memory (it may be shared) that holds the chunk at `from`; what follows the chunk is not read.
 * @param startMs - first instant wanted.
 * @param endMs - last instant wanted, included.
 */
export function decodeChunk(
  bytes: Uint8Array | DataView,
  from: number,
  into: SampleBuffer,
  startMs: number,
  endMs: number,
): void {
  const reader = new ByteReader(bytes, from);
  const header = readHeader(reader);
  if (header.minMs > endMs || header.maxMs < startMs) return;
  for (const staleMs of header.staleAt) {
    if (staleMs >= startMs && staleMs <= endMs) into.pushStale(staleMs);
  }
  if (header.count === 0) return;
  if (header.holdsHistograms) decodeHistograms(reader, header, into, startMs, endMs);
  else decodeFloats(reader, header, into, startMs, endMs);
}

function decodeFloats(
  reader: ByteReader,
  header: ChunkHeader,
  into: SampleBuffer,
  startMs: number,
  endMs: number,
): void {
  const { count } = header;
  const at = into.count;
  into.reserve(at + count);
  const { from, to } = decodeTimes(reader, header, into, startMs, endMs);
  if (from >= to) return;
  if (header.hasStarts) {
    into.startTimestamps ??= new Float64Array(into.values.length);
    readDoubles(reader, count, into.startTimestamps, at, count);
    if (from > 0) into.startTimestamps.copyWithin(at, at + from, at + to);
  } else {
    into.startTimestamps?.fill(0, at, at + to - from);
  }
  const { values } = into;
  readDoubles(reader, count, values, at, to);
  if (from > 0) values.copyWithin(at, at + from, at + to);
  into.count = at + to - from;
}

/** Puts the timestamps that lie in a range behind those of a buffer. @returns which of the chunk's they are. */
function decodeTimes(
  reader: ByteReader,
  { count, minMs, maxMs }: ChunkHeader,
  { times, count: at }: SampleBuffer,
  startMs: number,
  endMs: number,
): { from: number; to: number } {
  const line = readLine(reader, count);
  if (line) {
    const { step } = line;
    const firstMs = minMs + line.first;
    const from = firstMs >= startMs ? 0 : Math.ceil((startMs - firstMs) / step);
    const to = maxMs <= endMs ? count : Math.min(count, Math.floor((endMs - firstMs) / step) + 1);
    if (from < to) times.evenly(at, to - from, firstMs + from * step, step);
    return { from, to };
  }
  const floats = times.write(at);
  readDoubles(reader, count, floats, at, count, minMs);
  const end = maxMs <= endMs ? at + count : firstAbove(floats, at, at + count, endMs);
  const from = minMs >= startMs ? 0 : firstAbove(floats, at, end, startMs - 1) - at;
  if (from > 0) floats.copyWithin(at, at + from, end);
  return { from, to: end - at };
}

/** Index of the first timestamp above an instant. */
function firstAbove(timestamps: Float64Array, from: number, to: number, instantMs: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timestamps[middle] ?? 0) <= instantMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function decodeHistograms(
  reader: ByteReader,
  header: ChunkHeader,
  into: SampleBuffer,
  startMs: number,
  endMs: number,
): void {
  const { count, minMs } = header;
  const timestamps = new Float64Array(count);
  readDoubles(reader, count, timestamps, 0, count);
  const from = firstAbove(timestamps, 0, count, startMs - minMs - 1);
  const to = firstAbove(timestamps, from, count, endMs - minMs);
  const starts = header.hasStarts ? new Float64Array(count) : undefined;
  if (starts) {
    readDoubles(reader, count, starts, 0, count);
    into.histogramStartTimestamps ??= into.histograms.map(() => 0);
  }
  for (const [i, histogram] of readHistograms(reader, count, from, to).entries()) {
    into.pushHistogram((timestamps[from + i] ?? 0) + minMs, histogram);
    into.histogramStartTimestamps?.push(starts?.[from + i] ?? 0);
  }
}

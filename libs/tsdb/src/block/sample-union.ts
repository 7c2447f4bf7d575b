import { SampleBuffer, type SelectedSeries } from '@plinth/prometheus-model';
import { withoutResetHint } from './reset-hint.ts';
import { type BufferMark, markOf } from './tombstones.ts';

/**
 * Adds the samples of a series to those in a buffer, in order of time. Where both have a float, a histogram or a mark of the same instant,
 * the one that was there counts; a float counts more than a histogram, and that more than a mark.
 */
export function appendMerged(into: SampleBuffer, series: Pick<SelectedSeries, 'read'>): void {
  const mark = markOf(into);
  const lastMs = lastInstant(into);
  series.read(into);
  if (firstInstant(into, mark) <= lastMs) mergeTail(into, mark);
}

function lastInstant(buffer: SampleBuffer): number {
  return Math.max(
    buffer.count === 0 ? -Infinity : (buffer.timestamps[buffer.count - 1] ?? 0),
    buffer.staleAt.at(-1) ?? -Infinity,
    buffer.histogramTimestamps.at(-1) ?? -Infinity,
  );
}

function firstInstant(buffer: SampleBuffer, from: BufferMark): number {
  return Math.min(
    from.floats < buffer.count ? (buffer.timestamps[from.floats] ?? 0) : Infinity,
    buffer.staleAt[from.staleMarks] ?? Infinity,
    buffer.histogramTimestamps[from.histograms] ?? Infinity,
  );
}

/** Merges what was added after a mark with what was there before. */
function mergeTail(buffer: SampleBuffer, mark: BufferMark): void {
  const start: BufferMark = { floats: 0, staleMarks: 0, histograms: 0 };
  const first = sliceOf(buffer, start, mark);
  const more = sliceOf(buffer, mark, markOf(buffer));
  buffer.clear();
  mergeSamples(buffer, first, more);
}

function sliceOf(buffer: SampleBuffer, from: BufferMark, to: BufferMark): SampleBuffer {
  const slice = new SampleBuffer();
  slice.count = to.floats - from.floats;
  slice.reserve(slice.count);
  slice.times.write(0).set(buffer.timestamps.slice(from.floats, to.floats));
  slice.values.set(buffer.values.subarray(from.floats, to.floats));
  slice.startTimestamps = buffer.startTimestamps?.slice(from.floats, to.floats);
  slice.histogramStartTimestamps = buffer.histogramStartTimestamps?.slice(from.histograms, to.histograms);
  for (const staleMs of buffer.staleAt.slice(from.staleMarks, to.staleMarks)) slice.pushStale(staleMs);
  for (let i = from.histograms; i < to.histograms; i++) {
    const histogram = buffer.histograms[i];
    if (histogram) slice.pushHistogram(buffer.histogramTimestamps[i] ?? 0, histogram);
  }
  return slice;
}

function mergeSamples(into: SampleBuffer, first: SampleBuffer, more: SampleBuffer): void {
  const sampledAt = new Set<number>();
  eachInstant(first.timestamps, first.count, more.timestamps, more.count, (isFirst, i, instantMs) => {
    const from = isFirst ? first : more;
    pushFloat(into, instantMs, from.values[i] ?? 0, from.startTimestamps?.[i] ?? 0);
    sampledAt.add(instantMs);
  });
  const [one, other] = [first.histogramTimestamps, more.histogramTimestamps];
  eachInstant(one, one.length, other, other.length, (isFirst, i, instantMs) => {
    const from = isFirst ? first : more;
    const histogram = from.histograms[i];
    if (!histogram || sampledAt.has(instantMs)) return;
    pushHistogram(into, instantMs, withoutResetHint(histogram), from.histogramStartTimestamps?.[i] ?? 0);
    sampledAt.add(instantMs);
  });
  eachInstant(
    first.staleAt,
    first.staleAt.length,
    more.staleAt,
    more.staleAt.length,
    (_isFirst, _i, staleMs) => {
      if (!sampledAt.has(staleMs)) into.pushStale(staleMs);
    },
  );
}

/** Visits the instants of both lists in order; one that both have is visited once, in the first. */
function eachInstant(
  first: ArrayLike<number>,
  firstCount: number,
  more: ArrayLike<number>,
  moreCount: number,
  visit: (isFirst: boolean, index: number, instantMs: number) => void,
): void {
  let i = 0;
  let j = 0;
  while (i < firstCount || j < moreCount) {
    const left = i < firstCount ? (first[i] ?? 0) : Infinity;
    const right = j < moreCount ? (more[j] ?? 0) : Infinity;
    if (left <= right) visit(true, i, left);
    else visit(false, j, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
}

function pushFloat(into: SampleBuffer, instantMs: number, value: number, startMs: number): void {
  const index = into.count;
  into.push(instantMs, value);
  if (startMs !== 0) into.startTimestamps ??= new Float64Array(into.values.length);
  if (into.startTimestamps) into.startTimestamps[index] = startMs;
}

function pushHistogram(
  into: SampleBuffer,
  instantMs: number,
  histogram: SampleBuffer['histograms'][number],
  startMs: number,
): void {
  if (startMs !== 0) into.histogramStartTimestamps ??= into.histograms.map(() => 0);
  into.pushHistogram(instantMs, histogram);
  into.histogramStartTimestamps?.push(startMs);
}

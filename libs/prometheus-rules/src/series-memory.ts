import {
  FloatHistogram,
  type Labels,
  type Matcher,
  metricNameLabel,
  type Queryable,
  type ReadonlyFloats,
  SampleBuffer,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import type { RuleSink } from './rule-group.ts';

interface MemorySeries {
  readonly labels: Labels;
  readonly samples: SampleBuffer;
  lastMs: number;
}

/** Series in memory: the data of a test, or what rules give while they are tried out. Samples come in order of time. */
export class SeriesMemory implements Queryable, RuleSink {
  readonly #byKey = new Map<string, MemorySeries>();
  readonly #byName = new Map<string, MemorySeries[]>();

  append(labels: Labels, timestampMs: number, value: number | FloatHistogram | 'stale'): string | undefined {
    let series = this.#byKey.get(labels.key);
    if (!series) {
      // A series that never was has no end.
      if (value === 'stale') return undefined;
      series = { labels, samples: new SampleBuffer(), lastMs: Number.NEGATIVE_INFINITY };
      this.#byKey.set(labels.key, series);
      const { metricName } = labels;
      this.#byName.set(metricName, [...(this.#byName.get(metricName) ?? []), series]);
    }
    if (timestampMs <= series.lastMs) {
      return timestampMs < series.lastMs ? 'out of order sample' : 'duplicate sample for timestamp';
    }
    series.lastMs = timestampMs;
    const { samples } = series;
    if (value === 'stale') samples.pushStale(timestampMs);
    else if (value instanceof FloatHistogram) samples.pushHistogram(timestampMs, value);
    else samples.push(timestampMs, value);
    return undefined;
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  select({ matchers, startMs, endMs }: Selection): readonly SelectedSeries[] {
    const found = this.#candidates(matchers).filter(
      ({ labels, samples }) =>
        matchers.every((matcher) => matcher.matches(labels.get(matcher.name))) &&
        hasAny(samples, startMs, endMs),
    );
    return found.map(({ labels, samples }) => ({
      labels,
      read: (buffer) => copyRange(samples, buffer, startMs, endMs),
    }));
  }

  #candidates(matchers: readonly Matcher[]): readonly MemorySeries[] {
    const name = matchers.find((one) => one.name === metricNameLabel && one.operator === '=');
    return name ? (this.#byName.get(name.value) ?? []) : [...this.#byKey.values()];
  }
}

function hasAny(samples: SampleBuffer, startMs: number, endMs: number): boolean {
  const { timestamps, count, histogramTimestamps } = samples;
  return (
    firstAt(timestamps, count, startMs) < firstAfter(timestamps, count, endMs) ||
    histogramTimestamps.some((one) => one >= startMs && one <= endMs)
  );
}

function copyRange(from: SampleBuffer, to: SampleBuffer, startMs: number, endMs: number): void {
  const { timestamps, values, count } = from;
  const first = firstAt(timestamps, count, startMs);
  const end = firstAfter(timestamps, count, endMs);
  if (end > first) {
    to.reserve(to.count + end - first);
    to.times.write(to.count).set(timestamps.slice(first, end), to.count);
    to.values.set(values.subarray(first, end), to.count);
    to.count += end - first;
  }
  for (const [i, timestampMs] of from.histogramTimestamps.entries()) {
    const histogram = from.histograms[i];
    if (histogram && timestampMs >= startMs && timestampMs <= endMs) to.pushHistogram(timestampMs, histogram);
  }
  for (const timestampMs of from.staleAt) {
    if (timestampMs >= startMs && timestampMs <= endMs) to.pushStale(timestampMs);
  }
}

/** Index of the first timestamp at or after an instant. */
function firstAt(timestamps: ReadonlyFloats, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timestamps[middle] ?? 0) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(timestamps: ReadonlyFloats, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timestamps[middle] ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Several sources as one. A series that two of them have is read from the first, then from the next, without a merge. */
export class JoinedSources implements Queryable {
  readonly #sources: readonly Queryable[];

  /** @param sources - that have no series in common, or the same series at times of their own, earlier ones first */
  constructor(sources: readonly Queryable[]) {
    this.#sources = sources;
  }

  async select(selection: Selection, signal?: AbortSignal): Promise<readonly SelectedSeries[]> {
    const found = await Promise.all(
      this.#sources.map(async (source) => await source.select(selection, signal)),
    );
    const byKey = new Map<string, SelectedSeries[]>();
    for (const series of found.flat()) {
      byKey.set(series.labels.key, [...(byKey.get(series.labels.key) ?? []), series]);
    }
    return [...byKey.values()].flatMap((parts) => {
      const [first] = parts;
      if (!first) return [];
      return {
        labels: first.labels,
        read: (buffer) => {
          for (const part of parts) part.read(buffer);
        },
      };
    });
  }
}

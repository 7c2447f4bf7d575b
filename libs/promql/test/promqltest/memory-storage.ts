import type {
  FloatHistogram,
  Labels,
  Queryable,
  SampleBuffer,
  SelectedSeries,
  Selection,
} from '@plinth/prometheus-model';

/** A sample of a script. Times in milliseconds since the epoch; a start that is not known is 0. */
export interface StoredSample {
  readonly timeMs: number;
  readonly startMs: number;
  readonly value: number | FloatHistogram | 'stale';
}

interface StoredSeries {
  readonly labels: Labels;
  readonly samples: StoredSample[];
}

/** The data of a script. Histograms get the hints that a database would give them. */
export class MemoryStorage implements Queryable {
  readonly #series = new Map<string, StoredSeries>();

  append(labels: Labels, sample: StoredSample): void {
    const series = this.#series.get(labels.key) ?? { labels, samples: [] };
    this.#series.set(labels.key, series);
    const { samples } = series;
    const at = samples.findLastIndex(({ timeMs }) => timeMs <= sample.timeMs);
    if (samples[at]?.timeMs === sample.timeMs) return;
    samples.splice(at + 1, 0, hinted(sample, samples[at]));
  }

  clear(): void {
    this.#series.clear();
  }

  select({ matchers, startMs, endMs }: Selection): readonly SelectedSeries[] {
    const found: SelectedSeries[] = [];
    for (const { labels, samples } of this.#series.values()) {
      if (!matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))) continue;
      const within = samples.filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs);
      if (within.length > 0) found.push({ labels, read: (buffer) => readInto(buffer, within) });
    }
    return found.sort((one, other) => one.labels.compare(other.labels));
  }
}

function readInto(buffer: SampleBuffer, samples: readonly StoredSample[]): void {
  const hasStarts = samples.some(({ startMs }) => startMs !== 0);
  if (hasStarts) {
    buffer.startTimestamps = new Float64Array(buffer.values.length);
    buffer.histogramStartTimestamps = [];
  }
  for (const { timeMs, startMs, value } of samples) {
    if (value === 'stale') buffer.pushStale(timeMs);
    else if (typeof value === 'number') {
      buffer.push(timeMs, value);
      if (buffer.startTimestamps) buffer.startTimestamps[buffer.count - 1] = startMs;
    } else {
      buffer.pushHistogram(timeMs, value);
      buffer.histogramStartTimestamps?.push(startMs);
    }
  }
}

function hinted(sample: StoredSample, before: StoredSample | undefined): StoredSample {
  const { value } = sample;
  if (typeof value !== 'object') return sample;
  const previous = typeof before?.value === 'object' ? before.value : undefined;
  return { ...sample, value: value.withHintAfter(previous) };
}

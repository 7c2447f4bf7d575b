import {
  FloatHistogram,
  Labels,
  type Matcher,
  SampleBuffer,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import type { DatabaseStatus, MetricsReader, TimeRange } from '../prometheus/metrics-reader.ts';
import type { OutsideData, OutsideSeries } from './outside-series.ts';
import { plainSelection, selectionKey } from './plain-selection.ts';

/** A reader that answers at once. */
export interface StoredMetrics extends MetricsReader {
  select(selection: Selection): readonly SelectedSeries[];
}

/** Metrics that are stored here, together with what other servers have of what a query selects. */
export class JoinedMetrics implements MetricsReader {
  readonly warnings: readonly string[];
  readonly #stored: StoredMetrics;
  readonly #outside: ReadonlyMap<string, readonly OutsideSeries[]>;

  constructor(stored: StoredMetrics, { found, warnings }: OutsideData) {
    this.#stored = stored;
    this.#outside = new Map(found.map(({ selection, series }) => [selectionKey(selection), series]));
    this.warnings = warnings;
  }

  select(selection: Selection): readonly SelectedSeries[] {
    const joined = new Map<string, SelectedSeries[]>();
    const outside = this.#outside.get(selectionKey(plainSelection(selection))) ?? [];
    for (const series of [...this.#stored.select(selection), ...outside.map(selected)]) {
      const { key } = series.labels;
      const parts = joined.get(key);
      if (parts) parts.push(series);
      else joined.set(key, [series]);
    }
    return [...joined.values()].flatMap((parts) => (parts.length > 1 ? merged(parts) : parts));
  }

  /** Remote read has no question for names: they are those that are stored here. */
  labelNames(matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    return this.#stored.labelNames(matchers, range);
  }

  labelValues(name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    return this.#stored.labelValues(name, matchers, range);
  }

  series(matchers: readonly Matcher[], range: TimeRange): readonly Labels[] {
    return this.#stored.series(matchers, range);
  }

  status(limit: number): DatabaseStatus {
    return this.#stored.status(limit);
  }
}

function selected(series: OutsideSeries): SelectedSeries {
  return {
    labels: Labels.fromSorted(series.labels),
    read(buffer) {
      const { timestamps, values } = series;
      for (const [i, at] of timestamps.entries()) buffer.push(at, values[i] ?? 0);
      for (const at of series.staleAt) buffer.pushStale(at);
      for (const [i, at] of series.histogramTimestamps.entries()) {
        const fields = series.histograms[i];
        if (fields) buffer.pushHistogram(at, new FloatHistogram(fields));
      }
    },
  };
}

/** One sample at an instant: that of the first part that has one, what is stored here before all others. */
function merged(parts: readonly SelectedSeries[]): SelectedSeries {
  const [first] = parts;
  return {
    labels: first?.labels ?? Labels.empty,
    read(buffer) {
      const samples = new Map<number, number | FloatHistogram | 'stale'>();
      const part = new SampleBuffer();
      const note = (at: number, value: number | FloatHistogram | 'stale'): void => {
        if (!samples.has(at)) samples.set(at, value);
      };
      for (const series of parts) {
        part.clear();
        series.read(part);
        for (let i = 0; i < part.count; i++) note(part.timestamps[i] ?? 0, part.values[i] ?? 0);
        for (const at of part.staleAt) note(at, 'stale');
        for (const [i, at] of part.histogramTimestamps.entries()) note(at, part.histograms[i] ?? 'stale');
      }
      for (const [at, value] of [...samples].toSorted(([a], [b]) => a - b)) {
        if (value === 'stale') buffer.pushStale(at);
        else if (typeof value === 'number') buffer.push(at, value);
        else buffer.pushHistogram(at, value);
      }
    },
  };
}

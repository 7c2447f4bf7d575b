import {
  type FloatHistogram,
  type Labels,
  type Matcher,
  metricNameLabel,
  type SampleBuffer,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import { parseSeries } from '@plinth/promql';
import type { DatabaseStatus, MetricsReader, TimeRange } from '../src/prometheus/metrics-reader.ts';

interface Point {
  readonly timeMs: number;
  readonly value: number | 'stale' | FloatHistogram;
}

interface StoredSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** Series that were written down in a test, read in the dumbest way. */
export class MemoryMetrics implements MetricsReader {
  readonly #series: readonly StoredSeries[];

  /** @param lines - series in the notation of rule tests, the first value at the epoch */
  constructor(lines: readonly string[], stepMs: number) {
    this.#series = lines
      .map((line) => {
        const { labels, samples } = parseSeries(line);
        const points = samples.flatMap((sample, i): Point[] => {
          if (sample.kind === 'omitted') return [];
          const value =
            sample.kind === 'float' ? sample.value : sample.kind === 'stale' ? 'stale' : sample.histogram;
          return [{ timeMs: i * stepMs, value }];
        });
        return { labels, points };
      })
      .sort((a, b) => a.labels.compare(b.labels));
  }

  select({ matchers, startMs, endMs }: Selection): readonly SelectedSeries[] {
    return this.#matching(matchers, { startMs, endMs }).map(({ labels, points }) => ({
      labels,
      read(buffer: SampleBuffer): void {
        for (const { timeMs, value } of points) {
          if (timeMs < startMs || timeMs > endMs) continue;
          if (value === 'stale') buffer.pushStale(timeMs);
          else if (typeof value === 'number') buffer.push(timeMs, value);
          else buffer.pushHistogram(timeMs, value);
        }
      },
    }));
  }

  labelNames(matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    const names = this.#matching(matchers, range).flatMap(({ labels }) =>
      [...labels].map(({ name }) => name),
    );
    return [...new Set(names)].sort();
  }

  labelValues(name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    const values = this.#matching(matchers, range).map(({ labels }) => labels.get(name));
    return [...new Set(values.filter((value) => value !== ''))].sort();
  }

  series(matchers: readonly Matcher[], range: TimeRange): readonly Labels[] {
    return this.#matching(matchers, range).map(({ labels }) => labels);
  }

  status(limit: number): DatabaseStatus {
    const counts = new Map<string, number>();
    for (const { labels } of this.#series) {
      const name = labels.get(metricNameLabel);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const byName = [...counts].map(([name, value]) => ({ name, value })).slice(0, limit);
    return {
      headStats: { numSeries: this.#series.length, numLabelPairs: 0 },
      seriesCountByMetricName: byName,
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    };
  }

  #matching(matchers: readonly Matcher[], { startMs, endMs }: TimeRange): readonly StoredSeries[] {
    return this.#series.filter(
      ({ labels, points }) =>
        matchers.every((matcher) => matcher.matches(labels.get(matcher.name))) &&
        points.some(({ timeMs }) => timeMs >= startMs && timeMs <= endMs),
    );
  }
}

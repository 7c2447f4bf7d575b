import { Labels, type Queryable, type SelectedSeries } from '@plinth/prometheus-model';
import type { Random } from './random.ts';

/** First instant of the data, in milliseconds since the epoch. */
export const beginMs = 1_000_000_000;
/** How long the data go on. */
export const lengthMs = 2 * 3_600_000;

const spacingMs = 15_000;

/** Where counters begin. Before their first sample Prometheus 2 extrapolates a counter that is close to zero otherwise than 3 does. */
const farFromZero = 1e7;

/** A series of the data. */
export interface DataSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/**
 * Series of several kinds. Timestamps are at eighths of seconds, never whole ones: queries ask for whole seconds and 60 ms, so that no
 * sample is at the end of a window, where Prometheus 2 and 3 differ, and OpenMetrics can name the times exactly.
 *
 * Counters with resets have no gaps, for the same reason as they begin far from zero.
 */
export function randomData(random: Random): readonly DataSeries[] {
  const series: DataSeries[] = [];
  for (const job of ['api', 'web', 'db']) {
    for (const instance of ['a', 'b', 'c']) {
      for (const zone of ['x', 'y']) {
        const labels = { job, instance, zone };
        series.push(counter(random, { __name__: 'requests_total', ...labels }));
        if (random.chance(0.8)) series.push(gauge(random, { __name__: 'load', ...labels }));
        if (random.chance(0.8)) series.push(gauge(random, { __name__: 'heat', ...labels }));
        if (zone === 'x') series.push(...buckets(random, { __name__: 'took_seconds_bucket', job, instance }));
      }
    }
    series.push(gauge(random, { __name__: 'limit', job, team: random.pick(['red', 'blue']) }));
  }
  return series;
}

function sampleTimes(random: Random, withGaps: boolean): Float64Array {
  const times: number[] = [];
  for (let timeMs = beginMs; timeMs < beginMs + lengthMs; timeMs += spacingMs) {
    if (withGaps && random.chance(0.01)) timeMs += spacingMs * random.integer(1, 40);
    times.push(timeMs + random.pick([125, 375, 625, 875]));
  }
  return Float64Array.from(times);
}

function counter(random: Random, labels: Record<string, string>): DataSeries {
  const timestamps = sampleTimes(random, false);
  let total = farFromZero;
  const values = timestamps.map(() => {
    total = random.chance(0.01) ? random.next() * 10 : total + random.next() * 50;
    return total;
  });
  return { labels: Labels.of(labels), timestamps, values };
}

function gauge(random: Random, labels: Record<string, string>): DataSeries {
  const timestamps = sampleTimes(random, true);
  const values = timestamps.map(() => 20 + random.next() * 100);
  return { labels: Labels.of(labels), timestamps, values };
}

/** The buckets of one histogram. */
function buckets(random: Random, labels: Record<string, string>): readonly DataSeries[] {
  const timestamps = sampleTimes(random, false);
  const bounds = ['0.1', '0.5', '1', '5', '+Inf'];
  const counts = bounds.map((_, bound) => farFromZero * (bound + 1));
  const values = bounds.map(() => new Float64Array(timestamps.length));
  for (let at = 0; at < timestamps.length; at++) {
    const observed = random.integer(0, 20);
    for (let i = 0; i < observed; i++) {
      for (let bound = random.integer(0, bounds.length); bound < bounds.length; bound++) {
        counts[bound] = (counts[bound] ?? 0) + 1;
      }
    }
    for (const [bound, count] of counts.entries()) values[bound]?.fill(count, at, at + 1);
  }
  return bounds.map((le, bound) => ({
    labels: Labels.of({ ...labels, le }),
    timestamps,
    values: values[bound] ?? new Float64Array(0),
  }));
}

/** The data as a source for our engine. */
export function sourceOf(data: readonly DataSeries[]): Queryable {
  return {
    select: ({ matchers, startMs, endMs }): readonly SelectedSeries[] =>
      data
        .filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
        .map(({ labels, timestamps, values }) => ({
          labels,
          read: (buffer) => {
            const from = timestamps.findIndex((timeMs) => timeMs >= startMs);
            const end = timestamps.findLastIndex((timeMs) => timeMs <= endMs) + 1;
            if (from < 0 || end <= from) return;
            buffer.reserve(end - from);
            buffer.times.write(0).set(timestamps.subarray(from, end));
            buffer.values.set(values.subarray(from, end));
            buffer.count = end - from;
          },
        })),
  };
}

/** The data in the OpenMetrics text format, for promtool. */
export function openMetrics(data: readonly DataSeries[]): string {
  const lines: string[] = [];
  const byName = Map.groupBy(data, ({ labels }) => labels.metricName);
  for (const [name, ofName] of byName) {
    for (const { labels, timestamps, values } of ofName) {
      const text = [...labels.withoutName].map((label) => `${label.name}="${label.value}"`).join();
      for (const [i, timeMs] of timestamps.entries()) {
        lines.push(`${name}{${text}} ${values[i] ?? 0} ${timeMs / 1000}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

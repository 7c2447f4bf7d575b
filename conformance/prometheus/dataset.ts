import { Labels, type Queryable, type SelectedSeries } from '@plinth/prometheus-model';
import type { WriteSample } from '@plinth/remote-write';
import type { Random } from './random.ts';

/** First instant of the data, in milliseconds since the epoch. */
export const beginMs = 1_000_000_000;
/** How long the data go on. */
export const lengthMs = 2 * 3_600_000;

const spacingMs = 15_000;
const partMs = 600_000;

/** Where counters begin. Before their first sample Prometheus 2 extrapolates a counter that is close to zero otherwise than 3 does. */
const farFromZero = 1e7;

/** A series of the data. */
export interface DataSeries {
  readonly labels: Labels;
  readonly samples: readonly WriteSample[];
}

/**
 * Series of several kinds. Timestamps are at eighths of seconds, never whole ones: queries ask for whole seconds and 60 ms, so that no
 * sample is at the end of a window, where Prometheus 2 and 3 differ.
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

function sampleTimes(random: Random): readonly number[] {
  const times: number[] = [];
  for (let timeMs = beginMs; timeMs < beginMs + lengthMs; timeMs += spacingMs) {
    times.push(timeMs + random.pick([125, 375, 625, 875]));
  }
  return times;
}

function counter(random: Random, labels: Record<string, string>): DataSeries {
  let total = farFromZero;
  const samples = sampleTimes(random).map((timestampMs) => {
    total = random.chance(0.01) ? random.next() * 10 : total + random.next() * 50;
    return { timestampMs, value: total };
  });
  return { labels: Labels.of(labels), samples };
}

/** With gaps; before some of them the series is marked as ended. */
function gauge(random: Random, labels: Record<string, string>): DataSeries {
  const samples: WriteSample[] = [];
  let gap = 0;
  for (const timestampMs of sampleTimes(random)) {
    if (gap > 0) {
      gap--;
      continue;
    }
    if (random.chance(0.01)) {
      gap = random.integer(1, 40);
      if (random.chance(0.5)) samples.push({ timestampMs, value: 0, isStale: true });
    } else samples.push({ timestampMs, value: 20 + random.next() * 100 });
  }
  return { labels: Labels.of(labels), samples };
}

/** The buckets of one histogram. */
function buckets(random: Random, labels: Record<string, string>): readonly DataSeries[] {
  const bounds = ['0.1', '0.5', '1', '5', '+Inf'];
  const counts = bounds.map((_, bound) => farFromZero * (bound + 1));
  const samples = bounds.map((): WriteSample[] => []);
  for (const timestampMs of sampleTimes(random)) {
    const observed = random.integer(0, 20);
    for (let i = 0; i < observed; i++) {
      for (let bound = random.integer(0, bounds.length); bound < bounds.length; bound++) {
        counts[bound] = (counts[bound] ?? 0) + 1;
      }
    }
    for (const [bound, value] of counts.entries()) samples[bound]?.push({ timestampMs, value });
  }
  return bounds.map((le, bound) => ({ labels: Labels.of({ ...labels, le }), samples: samples[bound] ?? [] }));
}

/** The data as a source for our engine. */
export function sourceOf(data: readonly DataSeries[]): Queryable {
  return {
    select: ({ matchers, startMs, endMs }): readonly SelectedSeries[] =>
      data
        .filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
        .map(({ labels, samples }) => ({
          labels,
          read: (buffer) => {
            for (const { timestampMs, value, isStale } of samples) {
              if (timestampMs < startMs || timestampMs > endMs) continue;
              if (isStale === true) buffer.pushStale(timestampMs);
              else buffer.push(timestampMs, value);
            }
          },
        })),
  };
}

/** The data as it would have been sent while they came about: one part after the other. */
export function* inParts(data: readonly DataSeries[]): Generator<readonly DataSeries[]> {
  for (let startMs = beginMs; startMs < beginMs + lengthMs; startMs += partMs) {
    yield data.map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(({ timestampMs }) => timestampMs >= startMs && timestampMs < startMs + partMs),
    }));
  }
}

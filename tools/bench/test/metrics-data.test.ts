import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeWriteRequest,
  decompressSnappy,
  labelsOfRanges,
  type WriteRequestVisitor,
} from '@plinth/remote-write';
import { MetricsData, metric, type Requests } from '../src/metrics-data.ts';

interface Sample {
  readonly timestampMs: number;
  readonly value: number;
}

/** The samples of all series, by their labels. */
function decoded(requests: Requests): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  let samples: Sample[] = [];
  const refuse = (): never => {
    throw new Error('there are only floats');
  };
  const visitor: WriteRequestVisitor = {
    series(bytes, ranges, count) {
      const { key } = labelsOfRanges(bytes, ranges, count);
      samples = found.get(key) ?? [];
      found.set(key, samples);
      return true;
    },
    sample: (timestampMs, value) => void samples.push({ timestampMs, value }),
    histogram: refuse,
    exemplar: refuse,
    metadata: refuse,
    refused: refuse,
  };
  for (const body of requests.flat()) decodeWriteRequest(decompressSnappy(body, 2 ** 24), visitor);
  return found;
}

test('every series has a sample at every instant, and what is told of the last ones is true', () => {
  const data = new MetricsData(130);
  const startMs = 1_800_000_000_000;
  const series = decoded(data.requests(3, startMs));
  equal(series.size, 130);
  let sum = 0;
  for (const samples of series.values()) {
    deepEqual(
      samples.map(({ timestampMs }) => timestampMs),
      [startMs, startMs + 15_000, startMs + 30_000],
    );
    sum += samples.at(-1)?.value ?? Number.NaN;
  }
  equal(sum, data.sum);
});

test('they are classic histograms that grow, with nine labels, the same each time', () => {
  const series = decoded(new MetricsData(100).requests(4, 1_800_000_000_000));
  deepEqual(series, decoded(new MetricsData(100).requests(4, 1_800_000_000_000)));
  const lists = [...series.values()];
  for (const [i, [key, samples]] of [...series].entries()) {
    equal(key.split('\xff').length, 18);
    equal(key.split('\xff')[1], metric);
    for (const [at, { value }] of samples.entries()) {
      equal(value >= (samples[at - 1]?.value ?? 0), true);
      const below = i % 10 === 0 ? 0 : lists[i - 1]?.[at]?.value;
      equal(value >= (below ?? Number.NaN), true);
    }
  }
});

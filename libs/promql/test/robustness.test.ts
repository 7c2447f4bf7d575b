import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloatHistogram, Labels, type SelectedSeries } from '@plinth/prometheus-model';
import { Engine, ParseError, QueryError } from '../src/index.ts';
import { ruleExpressions } from './corpora.ts';
import { readScript, scriptNames, scriptsAbsent } from './promqltest/corpus.ts';
import { parseScript } from './promqltest/script.ts';

const parser = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

const histogram = new FloatHistogram({
  counterResetHint: 'unknown',
  schema: 1,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 6,
  sum: 9,
  positiveSpans: [{ offset: 0, length: 2 }],
  negativeSpans: [],
  positiveBuckets: [2, 3],
  negativeBuckets: [],
  customValues: [],
});

/** Whatever is asked for: floats, histograms, both in one series, NaN, infinity, an end, nothing. */
const series: readonly SelectedSeries[] = [
  [1, 2, 3, 4, 5],
  [histogram, histogram.mul(2), histogram],
  [1, histogram, 2, histogram.mul(3)],
  [Number.NaN, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY],
  [5, 'stale' as const, 6],
  [],
].map((values, i) => ({
  labels: Labels.of({ __name__: `n${i % 2}`, job: 'j', instance: String(i), le: String(i) }),
  read: (buffer) => {
    for (const [at, value] of values.entries()) {
      if (value === 'stale') buffer.pushStale(at * 60_000);
      else if (typeof value === 'number') buffer.push(at * 60_000, value);
      else buffer.pushHistogram(at * 60_000, value);
    }
  },
}));

test('every query of the scripts and of the rules of others has a result or is refused, whatever the data', {
  skip: scriptsAbsent,
}, async (t) => {
  const engine = new Engine({ parser, usesStartTimestamps: true, samplesMax: 1_000_000 });
  const source = { select: () => series };
  const range = { startMs: 0, endMs: 400_000, stepMs: 50_000 };
  const counts = { results: 0, refusals: 0 };
  const queries = new Set<string>();
  for (const name of scriptNames) {
    for (const command of parseScript(readScript(name))) {
      if (command.kind === 'eval') queries.add(command.query);
    }
  }
  for (const corpus of ['alert-rules', 'slo'] as const) {
    for (const query of ruleExpressions(corpus)) queries.add(query);
  }
  for (const query of queries) {
    for (const run of [
      () => engine.instant(source, query, 200_000),
      () => engine.range(source, query, range),
    ]) {
      try {
        await run();
        counts.results++;
      } catch (error) {
        assert.ok(error instanceof QueryError || error instanceof ParseError, `${query}: ${String(error)}`);
        counts.refusals++;
      }
    }
  }
  t.diagnostic(`${queries.size} queries: ${counts.results} results, ${counts.refusals} refusals`);
  assert.ok(counts.results > queries.size);
});

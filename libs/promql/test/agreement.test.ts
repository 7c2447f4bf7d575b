import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { Engine, parseExpression } from '../src/index.ts';
import { type Sample, type Series, vectorAt } from './oracle/step-by-step.ts';
import { MemoryStorage } from './promqltest/memory-storage.ts';

/** Counters with resets, gauges with whole values so that they are equal at times, gaps, and ends of series. */
const samples: fc.Arbitrary<readonly Sample[]> = fc
  .array(
    fc.record({
      gapMs: fc.oneof(
        { weight: 6, arbitrary: fc.constant(15_000) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
        { weight: 3, arbitrary: fc.integer({ min: 13_000, max: 19_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 900_000 }) },
      ),
      value: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: -3, max: 10 }) },
        { weight: 1, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant('stale' as const) },
      ),
      grows: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((items) => {
    let timeMs = 0;
    let total = 0;
    return items.map(({ gapMs, value, grows }): Sample => {
      timeMs += gapMs;
      if (value === 'stale') return [timeMs, value];
      total = grows ? total + Math.abs(value) : value;
      return [timeMs, total];
    });
  });

const data: fc.Arbitrary<readonly Series[]> = fc.array(samples, { minLength: 1, maxLength: 8 }).map((all) =>
  all.map((ofSeries, i) => ({
    labels: Labels.of({
      __name__: i % 2 === 0 ? 'm' : 'n',
      a: String(i % 3),
      b: String(Math.floor(i / 2)),
    }),
    samples: ofSeries,
  })),
);

const selector = fc.constantFrom('m', 'n', 'm{a="0"}', 'n{b!="1"}', 'm{a=~"[01]"}');
const modifier = fc.constantFrom('', '', ' offset 37s', ' offset -61s', ' @ 400', ' @ 400 offset 11s');
const windowText = fc.constantFrom('15s', '1m', '5m', '7m30s', '20m');
const rangeFunction = fc.constantFrom(
  'rate',
  'increase',
  'delta',
  'sum_over_time',
  'avg_over_time',
  'count_over_time',
  'max_over_time',
  'min_over_time',
  'last_over_time',
  'changes',
  'resets',
);
const aggregation = fc.constantFrom(
  'sum by (a)',
  'sum',
  'avg without (b)',
  'max by (a)',
  'min by (b)',
  'count by (a, b)',
);

const query = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(selector, modifier).map((parts) => parts.join('')),
    fc
      .tuple(rangeFunction, selector, windowText, modifier)
      .map(([name, series, window, shift]) => `${name}(${series}[${window}]${shift})`),
    fc
      .tuple(rangeFunction, tie('query'), windowText, fc.constantFrom('15s', '40s', '2m'), modifier)
      .map(([name, inner, window, step, shift]) => `${name}((${inner})[${window}:${step}]${shift})`),
    fc.tuple(aggregation, tie('query')).map(([head, inner]) => `${head} (${inner})`),
    fc
      .tuple(tie('query'), fc.constantFrom('+ 2', '* -1.5', '/ 3', '> 1', '<= bool 4', '== 2', '- 0'))
      .map(([inner, operation]) => `(${inner}) ${operation}`),
    fc
      .tuple(tie('query'), fc.constantFrom('+', '-', '/', '>', '<= bool', 'and', 'unless'), tie('query'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
  ),
})).query;

const range = fc.record({
  startMs: fc.integer({ min: 0, max: 600_000 }),
  steps: fc.integer({ min: 0, max: 40 }),
  stepMs: fc.constantFrom(1000, 15_000, 60_000, 61_234, 400_000),
});

function storageOf(all: readonly Series[]): MemoryStorage {
  const storage = new MemoryStorage();
  for (const { labels, samples: ofSeries } of all) {
    for (const [timeMs, value] of ofSeries) storage.append(labels, { timeMs, startMs: 0, value });
  }
  return storage;
}

/** The oracle finds no ambiguity; what the engine refuses is left out. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && /many-to-many|multiple matches|same labelset/.test(error.message);
}

const relative = 1e-9;

function assertClose(found: number, expected: number, what: string): void {
  if (Object.is(found, expected) || found === expected) return;
  const scale = Math.max(1, Math.abs(found), Math.abs(expected));
  assert.ok(Math.abs(found - expected) <= relative * scale, `${what}: ${found}, not ${expected}`);
}

test('what the engine computes for all steps at once is what the definitions say for each step', async () => {
  const engine = new Engine();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(data, query, range, async (all, text, { startMs, steps, stepMs }) => {
      const expression = parseExpression(text);
      const endMs = startMs + steps * stepMs;
      const run = engine.range(storageOf(all), text, { startMs, endMs, stepMs });
      const result = await run.catch((error: unknown) => {
        if (!isRefused(error)) throw error;
      });
      if (!result) return;
      assert.equal(result.value.type, 'matrix');
      const found = new Map<string, number>();
      for (const { labels, timestamps, values } of result.value.type === 'matrix'
        ? result.value.series
        : []) {
        for (const [i, timeMs] of timestamps.entries()) found.set(`${labels.key} ${timeMs}`, values[i] ?? 0);
      }
      for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
        for (const { labels, value } of vectorAt(expression, timeMs, all)) {
          const key = `${labels.key} ${timeMs}`;
          const actual = found.get(key);
          assert.notEqual(actual, undefined, `nothing for ${labels.toString()} at ${timeMs}`);
          assertClose(actual ?? 0, value, `${labels.toString()} at ${timeMs}`);
          found.delete(key);
          compared++;
        }
      }
      assert.deepEqual([...found.keys()], []);
    }),
    { numRuns: 400 },
  );
  assert.ok(compared > 1000, `only ${compared} values were compared`);
});

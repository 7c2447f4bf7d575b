import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels, type Queryable, type Selection } from '@plinth/prometheus-model';
import { Engine, ParseError, parseExpression, QueryError, type Result } from '../src/index.ts';
import { MemoryStorage } from './promqltest/memory-storage.ts';

const minuteMs = 60_000;
const range = { startMs: 0, endMs: 10 * minuteMs, stepMs: minuteMs };

/** So many counters, one sample a minute for an hour. */
function counters(count: number): MemoryStorage {
  const storage = new MemoryStorage();
  for (let i = 0; i < count; i++) {
    const labels = Labels.of({ __name__: 'x_total', job: `j${i % 2}`, i: String(i) });
    for (let at = 0; at <= 60; at++) {
      storage.append(labels, { timeMs: at * minuteMs, startMs: 0, value: at * (i + 1) });
    }
  }
  return storage;
}

function failure(reason: QueryError['reason'], message: string | RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof QueryError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, typeof message === 'string' ? new RegExp(`^${message}$`) : message);
    return true;
  };
}

test('each type of result', async () => {
  const engine = new Engine();
  const source = counters(1);
  const instant = async (query: string): Promise<Result['value']> =>
    (await engine.instant(source, query, 90_000)).value;
  assert.deepEqual(await instant('1 + 2'), { type: 'scalar', timeMs: 90_000, value: 3 });
  assert.deepEqual(await instant('("a")'), { type: 'string', timeMs: 90_000, value: 'a' });
  const vector = await instant('x_total');
  assert.ok(vector.type === 'vector');
  assert.deepEqual(
    vector.samples.map(({ labels, value }) => [labels.toString(), value]),
    [['{__name__="x_total", i="0", job="j0"}', 1]],
  );
  const matrix = await instant('x_total[2m]');
  assert.ok(matrix.type === 'matrix');
  assert.deepEqual(
    matrix.series.map(({ timestamps, values }) => [[...timestamps], [...values]]),
    [
      [
        [0, 60_000],
        [0, 1],
      ],
    ],
  );
});

test('a range query gives a matrix, whose series share the times where they have all values', async () => {
  const { value } = await new Engine().range(counters(3), 'x_total', range);
  assert.ok(value.type === 'matrix');
  assert.equal(value.series.length, 3);
  assert.equal(value.series[0]?.timestamps, value.series[2]?.timestamps);
  assert.deepEqual([...(value.series[1]?.values ?? [])], [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  const scalar = await new Engine().range(counters(0), '7', range);
  assert.ok(scalar.value.type === 'matrix');
  assert.deepEqual(
    [...(scalar.value.series[0]?.values ?? [])],
    Array.from({ length: 11 }, () => 7),
  );
});

test('a range query is of a scalar or an instant vector, and has a step', async () => {
  const engine = new Engine();
  await assert.rejects(
    engine.range(counters(1), 'x_total[5m]', range),
    failure('execution', /invalid expression type "range vector" for range query, must be Scalar or/),
  );
  await assert.rejects(engine.range(counters(1), '"a"', range), failure('execution', /"string"/));
  await assert.rejects(engine.range(counters(1), '1', { ...range, stepMs: 0 }), RangeError);
  await assert.rejects(engine.instant(counters(1), 'rate(x_total)', 0), ParseError);
});

test('experimental parts of the language are off unless asked for', async () => {
  const source = counters(2);
  await assert.rejects(new Engine().instant(source, 'limitk(1, x_total)', 0), ParseError);
  const engine = new Engine({ parser: { experimentalFunctions: true } });
  const { value } = await engine.instant(source, 'limitk(1, x_total)', 0);
  assert.equal(value.type === 'vector' && value.samples.length, 1);
});

test('queries that would hold too many samples are refused', async () => {
  const tooMany = failure(
    'too-many-samples',
    'query processing would load too many samples into memory in query execution',
  );
  const source = counters(10);
  const engine = new Engine({ samplesMax: 109 });
  await assert.rejects(engine.range(source, 'sum(x_total)', range), tooMany);
  await new Engine({ samplesMax: 121 }).range(source, 'sum(x_total)', range);
  await assert.rejects(engine.instant(source, 'sum_over_time(x_total[1d:1s])', 0), tooMany);
  await assert.rejects(engine.instant(source, 'vector(1)[100y:1ms]', 0), tooMany);
  const huge = { startMs: 0, endMs: 1e15, stepMs: 1 };
  await assert.rejects(new Engine().range(source, '1', huge), tooMany);
});

test('a deadline and a flag stop the evaluation, a signal the selection', async () => {
  const engine = new Engine();
  const source = counters(2);
  let now = 0;
  const deadline = { atMs: 5, nowMs: () => now++ };
  const slow: Queryable = {
    select: (selection) =>
      Array.from({ length: 100 }, () => source.select(selection)).flatMap((all) =>
        all.map(({ labels }) => ({ labels, read: (buffer) => buffer.reserve((buffer.count = 70_000)) })),
      ),
  };
  await assert.rejects(
    engine.range(slow, 'x_total', range, { deadline }),
    failure('timeout', 'query timed out in expression evaluation'),
  );
  assert.ok(now < 10, 'the clock is looked at from time to time');
  let asked = 0;
  const isCanceled = (): boolean => ++asked > 3;
  const canceled = failure('canceled', 'query was canceled in expression evaluation');
  await assert.rejects(engine.range(slow, 'x_total', range, { isCanceled }), canceled);
  const controller = new AbortController();
  const aborting: Queryable = {
    select: (_, signal) => {
      controller.abort();
      signal?.throwIfAborted();
      return [];
    },
  };
  await assert.rejects(engine.range(aborting, 'x_total', range, { signal: controller.signal }), canceled);
});

test('faults of the source come through', async () => {
  const broken: Queryable = { select: () => Promise.reject(new Error('disk on fire')) };
  await assert.rejects(new Engine().instant(broken, 'up', 0), /disk on fire/);
});

test('a selection asks for what can matter, and says what for', async () => {
  const selections: Selection[] = [];
  const source: Queryable = {
    select: (selection) => {
      selections.push(selection);
      return [];
    },
  };
  const query = [
    'sum by (job) (a)',
    'rate(b[5m] offset 1m)',
    'max_over_time(rate(c[1m])[10m:30s] @ 100)',
    'd @ end()',
  ].join(' or ');
  await new Engine().range(source, query, { startMs: 1_000_000, endMs: 2_000_000, stepMs: 10_000 });
  assert.deepEqual(
    selections.map(({ matchers, startMs, endMs, hints }) => [matchers[0]?.value, startMs, endMs, hints]),
    [
      ['a', 700_001, 2_000_000, { stepMs: 10_000, rangeMs: 0, func: 'sum', grouping: ['job'], by: true }],
      ['b', 640_001, 1_940_000, { stepMs: 10_000, rangeMs: 300_000, func: 'rate' }],
      ['c', -559_999, 100_000, { stepMs: 30_000, rangeMs: 60_000, func: 'rate' }],
      ['d', 1_700_001, 2_000_000, { stepMs: 10_000, rangeMs: 0 }],
    ],
  );
});

test('statistics count each sample at each step that looks at it', async () => {
  const options = { perStepStatistics: true };
  const { statistics } = await new Engine().range(
    counters(4),
    'sum(rate(x_total[5m]))',
    { startMs: 5 * minuteMs, endMs: 7 * minuteMs, stepMs: minuteMs },
    options,
  );
  assert.equal(statistics.totalQueryableSamples, 60);
  assert.deepEqual(statistics.totalQueryableSamplesPerStep, [
    { timeMs: 300_000, samples: 20 },
    { timeMs: 360_000, samples: 20 },
    { timeMs: 420_000, samples: 20 },
  ]);
  assert.ok(statistics.peakSamples >= 12 && statistics.peakSamples <= 20, `${statistics.peakSamples}`);
  const fixed = await new Engine().range(counters(1), 'x_total @ 60', range, options);
  assert.equal(fixed.statistics.totalQueryableSamples, 11);
});

test('annotations name the position in the text, also of a query that was parsed before', async () => {
  const source = new MemoryStorage();
  for (const timeMs of [0, 60_000]) {
    source.append(Labels.of({ __name__: 'jobs' }), { timeMs, startMs: 0, value: timeMs });
  }
  const text = 'sum(\n  rate(jobs[5m]))';
  const info =
    'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "jobs"';
  const engine = new Engine();
  assert.deepEqual((await engine.instant(source, text, 60_000)).infos, [`${info} (2:8)`]);
  const expression = parseExpression(text);
  assert.deepEqual((await engine.instant(source, expression, 60_000)).infos, [info]);
  assert.deepEqual((await engine.instant(source, expression, 60_000, { text })).infos, [`${info} (2:8)`]);
});

test('the look-back of a query goes before that of the engine', async () => {
  const count = async (engine: Engine, lookbackMs?: number): Promise<number> => {
    const options = lookbackMs === undefined ? {} : { lookbackMs };
    const { value } = await engine.instant(counters(1), 'x_total', 62 * minuteMs, options);
    return value.type === 'vector' ? value.samples.length : Number.NaN;
  };
  assert.equal(await count(new Engine()), 1);
  assert.equal(await count(new Engine({ lookbackMs: minuteMs })), 0);
  assert.equal(await count(new Engine({ lookbackMs: minuteMs }), 3 * minuteMs), 1);
  assert.equal(await count(new Engine(), 2 * minuteMs), 0);
});

test('names of metrics are dropped at the end, or at once', async () => {
  const source = new MemoryStorage();
  for (const name of ['a_total', 'b_total']) {
    for (const timeMs of [0, 60_000]) {
      source.append(Labels.of({ __name__: name, job: 'x' }), { timeMs, startMs: 0, value: timeMs });
    }
  }
  const labels = async (engine: Engine, query: string): Promise<string[]> => {
    const { value } = await engine.instant(source, query, 60_000);
    return value.type === 'vector' ? value.samples.map((sample) => sample.labels.toString()) : [];
  };
  const late = new Engine();
  const early = new Engine({ delaysNameRemoval: false });
  const same = failure('execution', 'vector cannot contain metrics with the same labelset');
  assert.deepEqual(await labels(late, 'count(rate({job="x"}[5m]))'), ['{}']);
  await assert.rejects(labels(early, 'count(rate({job="x"}[5m]))'), same);
  for (const query of [
    'rate({job="x"}[5m])',
    '-{job="x"}',
    'abs({job="x"})',
    '{job="x"} + 1',
    'timestamp({job="x"})',
  ]) {
    await assert.rejects(labels(late, query), same, query);
    await assert.rejects(labels(early, query), same, query);
  }
  const replaced = 'label_replace(rate(a_total[5m]), "name", "$1", "__name__", "(.*)")';
  assert.deepEqual(await labels(late, replaced), ['{job="x", name="a_total"}']);
  assert.deepEqual(await labels(early, replaced), ['{job="x"}']);
  assert.deepEqual(await labels(early, 'last_over_time({job="x"}[5m])'), [
    '{__name__="a_total", job="x"}',
    '{__name__="b_total", job="x"}',
  ]);
});

test('work on a single series can be stopped too', async () => {
  const timestamps = Float64Array.from({ length: 20_000 }, (_, i) => i * 1000);
  const source: Queryable = {
    select: () => [
      {
        labels: Labels.of({ __name__: 'x' }),
        read: (buffer) => {
          buffer.reserve(timestamps.length);
          buffer.times.write(0).set(timestamps);
          buffer.count = timestamps.length;
        },
      },
    ],
  };
  let now = 0;
  const deadline = { atMs: 20, nowMs: () => now++ };
  const long = { startMs: 10_000_000, endMs: 20_000_000, stepMs: 1000 };
  await assert.rejects(
    new Engine().range(source, 'stddev_over_time(x[5h])', long, { deadline }),
    failure('timeout', 'query timed out in expression evaluation'),
  );
});

test('series that were sampled at other times than those before them are seen at their own', async () => {
  /** First time, distance and number of the samples of each series: alike, shifted, denser, shorter, and alike again. */
  const shapes = [
    [0, 15_000, 100],
    [0, 15_000, 100],
    [1_000, 15_000, 100],
    [0, 10_000, 100],
    [0, 15_000, 60],
    [0, 15_000, 100],
    [300_000, 60_000, 10],
    [0, 15_000, 100],
  ] as const;
  const source = (chosen: readonly number[]): Queryable => ({
    select: () =>
      chosen.map((index) => ({
        labels: Labels.of({ __name__: 'x_total', i: String(index) }),
        read: (buffer) => {
          const [firstMs, stepMs, count] = shapes[index] ?? [0, 0, 0];
          buffer.reserve(count);
          buffer.times.evenly(0, count, firstMs, stepMs);
          for (let i = 0; i < count; i++) buffer.values[i] = i * (index + 1);
          buffer.count = count;
        },
      })),
  });
  const all = shapes.map((_, index) => index);
  const steps = { startMs: 60_500, endMs: 1_500_500, stepMs: 30_000 };
  for (const query of ['rate(x_total[2m])', 'count_over_time(x_total[2m])', 'x_total + 0']) {
    const seriesOf = async (chosen: readonly number[]): Promise<readonly object[]> => {
      const { value } = await new Engine({ delaysNameRemoval: false }).range(source(chosen), query, steps);
      assert.ok(value.type === 'matrix');
      return value.series.map(({ labels, timestamps, values }) => [
        labels.get('i'),
        [...timestamps],
        [...values],
      ]);
    };
    const alone = await Promise.all(all.map((index) => seriesOf([index])));
    assert.deepEqual(await seriesOf(all), alone.flat(), query);
  }
});

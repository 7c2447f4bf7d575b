import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Clock, StatusError, systemClock } from '@plinth/kernel';
import { SampleRate } from '../src/store/sample-rate.ts';
import { TelemetryCounts } from '../src/store/telemetry-counts.ts';
import { FairLine } from '../src/threads/fair-line.ts';

describe('the rate of samples', () => {
  /** A clock that stands until it is moved. */
  function standing(): { clock: Clock; move: (ms: number) => void } {
    let now = 1_000;
    return { clock: { ...systemClock, monotonic: () => now }, move: (ms) => (now += ms) };
  }
  const isRefused = (rate: SampleRate, seconds: number): void =>
    throws(
      () => rate.admit(),
      (error) =>
        error instanceof StatusError && error.code === 429 && error.details?.retryAfterSeconds === seconds,
    );

  test('ten seconds of samples may come at once, and a debt is paid by waiting', () => {
    const { clock, move } = standing();
    const rate = new SampleRate(clock, () => 100);
    rate.admit();
    rate.charge(999);
    rate.admit();
    rate.charge(501);
    isRefused(rate, 6);
    move(5_000);
    isRefused(rate, 1);
    move(10);
    rate.admit();
    move(3_600_000);
    rate.charge(1_000);
    isRefused(rate, 1);
  });

  test('a quota that changes counts at once, and one that is absent bounds nothing', () => {
    const { clock, move } = standing();
    let quota: number | undefined;
    const rate = new SampleRate(clock, () => quota);
    rate.charge(1_000_000);
    rate.admit();
    quota = 10;
    rate.admit();
    rate.charge(200);
    isRefused(rate, 11);
    quota = 1_000;
    move(200);
    rate.admit();
    quota = 0;
    isRefused(rate, 3_600);
  });
});

describe('a line for few places', () => {
  test('who asks much waits for itself, not for others', async () => {
    const line = new FairLine(['place']);
    const order: string[] = [];
    const work = (who: string, i: number): Promise<void> =>
      line.run(who, async () => {
        order.push(`${who}${i}`);
        await Promise.resolve();
      });
    const all = [0, 1, 2, 3, 4].map((i) => work('loud', i));
    all.push(work('quiet', 0), work('other', 0), work('quiet', 1));
    deepEqual([line.waiting, line.waitingOf('loud'), line.waitingOf('quiet')], [7, 4, 2]);
    await Promise.all(all);
    deepEqual(order, ['loud0', 'loud1', 'quiet0', 'other0', 'loud2', 'quiet1', 'loud3', 'loud4']);
    equal(line.waiting, 0);
  });

  test('work that fails gives its place back', async () => {
    const line = new FairLine([1, 2]);
    const failing = [0, 1, 2, 3].map(() => line.run('a', () => Promise.reject(new Error('failed'))));
    const outcomes = await Promise.allSettled(failing);
    ok(outcomes.every(({ status }) => status === 'rejected'));
    equal(await line.run('a', (place) => Promise.resolve(typeof place)), 'number');
  });
});

test('what is done is counted over all virtual clusters', async () => {
  const counts = new TelemetryCounts();
  const outcome = { exemplars: 0, refusals: [] };
  counts.wrote('a', { ...outcome, samples: 5, histograms: 1, refused: { duplicate: 2 }, series: 3 });
  counts.wrote('b', {
    ...outcome,
    samples: 1,
    histograms: 0,
    refused: { duplicate: 1, too_old: 4 },
    series: 7,
  });
  counts.closed('a');
  let now = 0;
  const clock = (): number => (now += 500);
  await counts.asked(
    clock,
    (status) => status !== 200,
    () => Promise.resolve(200),
  );
  await counts.asked(
    clock,
    (status) => status !== 200,
    () => Promise.resolve(422),
  );
  await counts
    .asked(
      clock,
      () => false,
      () => Promise.reject(new Error('failed')),
    )
    .catch(() => undefined);
  counts.evaluated({ rules: 4, failed: 1, durationMs: 20 });
  const shown = counts
    .collect()
    .flatMap(({ name, samples }) =>
      samples.map(({ labels, value }) => [name, ...Object.values(labels), value]),
    );
  deepEqual(shown, [
    ['prometheus_tsdb_head_samples_appended_total', 'float', 6],
    ['prometheus_tsdb_head_samples_appended_total', 'histogram', 1],
    ['prometheus_tsdb_head_samples_refused_total', 'duplicate', 3],
    ['prometheus_tsdb_head_samples_refused_total', 'too_old', 4],
    ['prometheus_tsdb_head_series', 7],
    ['prometheus_engine_queries', 0],
    ['prometheus_engine_queries_total', 3],
    ['prometheus_engine_query_failures_total', 2],
    ['prometheus_engine_query_seconds_total', 1.5],
    ['prometheus_rule_evaluations_total', 4],
    ['prometheus_rule_evaluation_failures_total', 1],
    ['prometheus_rule_evaluation_seconds_total', 0.02],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Matcher } from '@plinth/prometheus-model';
import fc from 'fast-check';
import type { Database } from '../src/index.ts';
import {
  everything,
  openDatabase,
  refOf,
  samplesOf,
  TemporaryDirectory,
  valueAsText,
} from './database-fixture.ts';

const windowMs = 100_000;

interface Sample {
  readonly series: number;
  /** Seconds after (or, negative, before) the newest sample. */
  readonly step: number;
  readonly value: number | 'stale';
}

type Step =
  | { readonly do: 'write'; readonly samples: readonly Sample[] }
  | { readonly do: 'delete'; readonly series: number; readonly from: number; readonly to: number }
  | { readonly do: 'tick' | 'tick-meanwhile' | 'crash' | 'restart' };

const sample: fc.Arbitrary<Sample> = fc.record({
  series: fc.integer({ min: 0, max: 4 }),
  step: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 3, arbitrary: fc.integer({ min: -80, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: -400, max: 300 }) },
  ),
  value: fc.oneof(fc.constant('stale' as const), fc.integer({ min: 0, max: 3 }), fc.double()),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('write' as const), samples: fc.array(sample, { maxLength: 12 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('tick', 'tick-meanwhile', 'crash', 'restart') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      series: fc.integer({ min: 0, max: 4 }),
      from: fc.integer({ min: 0, max: 300 }),
      to: fc.integer({ min: 0, max: 300 }),
    }),
  },
);

/** The rules of upstream in the plainest words: all samples of all series in maps. */
class Oracle {
  readonly samples = new Map<number, Map<number, string>>();
  readonly #last = new Map<number, number>();
  /** What the newest sample of each series was, also where it was deleted since. */
  readonly #lastValue = new Map<number, string>();
  readonly #lateWindowMs: number;
  newest = -Infinity;

  constructor(lateWindowMs: number) {
    this.#lateWindowMs = lateWindowMs;
  }

  readonly #deleted: { series: number; from: number; to: number }[] = [];

  /** Late samples that come afterwards are deleted, too; those that are newer than all of the series are not. */
  delete(series: number, from: number, to: number): void {
    const samples = this.samples.get(series);
    for (const time of samples?.keys() ?? []) if (time >= from && time <= to) samples?.delete(time);
    this.#deleted.push({ series, from, to: Math.min(to, this.#last.get(series) ?? -Infinity) });
  }

  /** @returns how many samples were refused. */
  write(batch: readonly { series: number; time: number; value: string }[], minValid: number): number {
    const newest = this.newest;
    const minTime = Math.max(newest - windowMs / 2, minValid);
    let refused = 0;
    for (const { series, time, value } of batch) {
      const last = this.#last.get(series) ?? -Infinity;
      if (time > last && time >= minTime) {
        this.#last.set(series, time);
        this.#lastValue.set(series, value);
        this.#put(series, time, value);
      } else if (time === last && time >= minTime) {
        if (this.#lastValue.get(series) !== value) refused++;
      } else if (this.#lateWindowMs > 0 && time >= newest - this.#lateWindowMs && time >= minValid) {
        this.#put(series, time, value);
      } else {
        refused++;
      }
    }
    return refused;
  }

  #put(series: number, time: number, value: string): void {
    const samples = this.samples.get(series) ?? new Map<number, string>();
    this.samples.set(series, samples);
    const isDeleted = this.#deleted.some(
      (deleted) => deleted.series === series && time >= deleted.from && time <= deleted.to,
    );
    // A late float counts more than a mark.
    if ((!samples.has(time) || samples.get(time) === 'stale') && !isDeleted) samples.set(time, value);
    this.newest = Math.max(this.newest, time);
  }

  get text(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [series, samples] of this.samples) {
      if (samples.size === 0) continue;
      const inOrder = [...samples].sort(([one], [other]) => one - other);
      found[`{__name__="m", i="${series}"}`] = inOrder.map(([time, value]) => `${time}:${value}`).join(' ');
    }
    return found;
  }
}

async function writeBoth(database: Database, oracle: Oracle, samples: readonly Sample[]): Promise<void> {
  const base = oracle.newest === -Infinity ? 1_000_000 : oracle.newest;
  const batch = samples.map(({ series, step, value }) => {
    const time = base + step * 1000;
    const ref = refOf(database, { __name__: 'm', i: String(series) });
    if (value === 'stale') database.appendStale(ref, time);
    else database.append(ref, time, value);
    return { series, time, value: value === 'stale' ? value : valueAsText(value) };
  });
  const refused = oracle.write(batch, database.head.minValidTime);
  const { refusals } = await database.commit(1e9);
  assert.equal(
    refusals.reduce((sum, { count }) => sum + count, 0),
    refused,
    `refused ${JSON.stringify(refusals)}`,
  );
}

for (const lateWindowMs of [0, 60_000]) {
  test(`any sequence of writes, deletions, ticks, crashes and restarts, late samples within ${lateWindowMs} ms`, {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        using directory = new TemporaryDirectory();
        const open = (): Promise<Database> =>
          openDatabase(directory.path, { windowMs, outOfOrderWindowMs: lateWindowMs }, { queryMsMax: 1 });
        let database = await open();
        const oracle = new Oracle(lateWindowMs);
        let now = 0;
        let working = Promise.resolve();
        for (const next of steps) {
          if (next.do === 'write') {
            await writeBoth(database, oracle, next.samples);
          } else if (next.do === 'tick') {
            await database.tick(now++);
          } else if (next.do === 'tick-meanwhile') {
            working = database.tick(now++);
          } else if (next.do === 'delete') {
            const [from, to] = [1_000_000 + next.from * 1000, 1_000_000 + next.to * 1000];
            await database.deleteSeries([new Matcher('i', '=', String(next.series))], from, to);
            oracle.delete(next.series, from, to);
          } else {
            await working;
            if (next.do === 'restart') await database.close();
            database = await open();
          }
        }
        assert.deepEqual(samplesOf(database.reader, everything), oracle.text);
        await working;
        await database.close();
      }),
      { numRuns: 30 },
    );
  });
}

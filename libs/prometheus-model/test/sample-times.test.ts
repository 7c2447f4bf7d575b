import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SampleTimes } from '../src/index.ts';

/** What is done to the times of one series. */
type Step =
  | { readonly kind: 'evenly'; readonly count: number; readonly gapMs: number; readonly stepMs: number }
  | { readonly kind: 'write'; readonly times: readonly number[] }
  /** Goes back and writes the last ones anew, as a merge does. */
  | { readonly kind: 'again'; readonly back: number };

const milliseconds = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('evenly' as const),
      count: fc.integer({ min: 1, max: 4 }),
      gapMs: milliseconds,
      stepMs: milliseconds,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      times: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.integer({ min: 1, max: 6 }) }),
  },
);

describe('times of samples', () => {
  test('are what was set for the series, and their version changes with them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 12 }), (series) => {
        const times = new SampleTimes();
        let before: { version: number; model: readonly number[] } | undefined;
        for (const steps of series) {
          const model: number[] = [];
          for (const one of steps) apply(one, times, model);
          deepEqual([...times.floats.subarray(0, model.length)], model);
          if (before?.version === times.version) {
            const both = Math.min(before.model.length, model.length);
            deepEqual(before.model.slice(0, both), model.slice(0, both));
          }
          before = { version: times.version, model };
        }
      }),
      { numRuns: 2_000 },
    );
  });

  function apply(one: Step, times: SampleTimes, model: number[]): void {
    const at = model.length;
    if (one.kind === 'evenly') {
      const firstMs = (model.at(-1) ?? 100) + one.gapMs;
      times.evenly(at, one.count, firstMs, one.stepMs);
      for (let i = 0; i < one.count; i++) model.push(firstMs + i * one.stepMs);
    } else if (one.kind === 'write') {
      times.write(at).set(one.times, at);
      model.push(...one.times);
    } else {
      const from = Math.max(0, at - one.back);
      const floats = times.write(from);
      for (let i = from; i < at; i++) floats[i] = model[i] = (model[i] ?? 0) + 1;
    }
  }

  test('of the next series keep their version when they are the same, in whatever parts they come', () => {
    const times = new SampleTimes();
    times.evenly(0, 100, 1_000, 15);
    const { version } = times;
    times.evenly(0, 60, 1_000, 15);
    times.evenly(60, 1, 1_900, 7);
    times.evenly(61, 39, 1_915, 15);
    equal(times.version, version);
    times.evenly(0, 100, 1_001, 15);
    notEqual(times.version, version);
    equal(times.floats[99], 1_001 + 99 * 15);
  });

  test('stay when there is more room', () => {
    const times = new SampleTimes();
    times.evenly(0, 1_000, 0, 5);
    const { version } = times;
    times.reserve(5_000);
    times.evenly(0, 1_000, 0, 5);
    equal(times.version, version);
    times.evenly(1_000, 4_000, 5_000, 5);
    deepEqual([times.floats[999], times.floats[1_000], times.floats[4_999]], [4_995, 5_000, 24_995]);
  });
});

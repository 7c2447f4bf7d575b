import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillBounds } from '../src/engine/bounds.ts';

test('a bound is the number of timestamps that are not after the instant', () => {
  const gaps = fc.array(fc.oneof(fc.constant(15), fc.integer({ min: 1, max: 100 })), { maxLength: 50 });
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: -100, max: 400 }),
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 0, max: 40 }),
      (distances, first, step, steps) => {
        let time = 0;
        const timestamps = distances.map((distance) => (time += distance));
        const bounds = new Int32Array(steps);
        fillBounds(Float64Array.from([...timestamps, 1e9]), timestamps.length, first, step, bounds);
        const expected = Array.from(
          bounds,
          (_, i) => timestamps.filter((timestamp) => timestamp <= first + i * step).length,
        );
        assert.deepEqual([...bounds], expected);
      },
    ),
  );
});

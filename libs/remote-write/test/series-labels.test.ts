import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareNames, Labels } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { labelsOfRanges, sortLabelRanges } from '../src/index.ts';

/** The texts behind each other in one array of bytes, as in a request. */
function ranges(pairs: readonly (readonly [name: string | Uint8Array, value: string | Uint8Array])[]) {
  const parts = pairs.flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const bytes = Buffer.concat(parts);
  const found = new Int32Array(parts.length * 2);
  let position = 0;
  for (const [i, part] of parts.entries()) {
    found[i * 2] = position;
    found[i * 2 + 1] = position += part.length;
  }
  return { bytes, found, count: pairs.length };
}

test('sorting in place agrees with sorting texts, and empty values go', () => {
  const text = fc.string({ unit: 'binary', maxLength: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 10 }),
      (pairs) => {
        const { bytes, found, count } = ranges(pairs);
        const left = sortLabelRanges(bytes, found, count);
        const kept = pairs.filter(([, value]) => value !== '').sort(([a], [b]) => compareNames(a, b));
        const names = Array.from({ length: left }, (_, i) =>
          bytes.toString('utf8', found[i * 4], found[i * 4 + 1]),
        );
        assert.deepEqual(
          names,
          kept.map(([name]) => name),
        );
        assert.equal(labelsOfRanges(bytes, found, left).key, Labels.from(pairs).key);
      },
    ),
  );
});

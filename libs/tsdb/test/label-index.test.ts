import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels, Matcher, type MatchOperator } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { LabelIndex } from '../src/index/label-index.ts';
import { intersect, subtract, unite } from '../src/index/postings.ts';

const values = ['', 'a', 'b', 'ab', 'b.c', 'é'];
const patterns = ['a', '', 'a|b', 'a|', '.*', '.+', 'a.*', '[ab]+', '(a|b\\.c)?', 'x'];
const series = fc.array(
  fc.record({ one: fc.constantFrom(...values), two: fc.constantFrom(...values), n: fc.nat(5) }),
  { maxLength: 40 },
);
const matcher = fc
  .tuple(
    fc.constantFrom('one', 'two', 'none'),
    fc.constantFrom<MatchOperator>('=', '!=', '=~', '!~'),
    fc.constantFrom(...values),
    fc.constantFrom(...patterns),
  )
  .map(
    ([name, operator, value, pattern]) =>
      new Matcher(name, operator, operator.endsWith('~') ? pattern : value),
  );

test('the index selects what a look at each series selects, also after some were removed', () => {
  fc.assert(
    fc.property(series, fc.array(matcher, { maxLength: 4 }), fc.nat(6), (all, matchers, removed) => {
      const index = new LabelIndex();
      const labels = all.map(({ one, two, n }) => Labels.of({ one, two, n: String(n) }));
      for (const [ref, found] of labels.entries()) {
        index.add(
          ref,
          [...found].flatMap(({ name, value }) => [name, value]),
        );
      }
      const isRemoved = (ref: number): boolean => removed > 0 && ref % removed === 0;
      index.removeAll(isRemoved);
      const expected = [...labels.keys()].filter(
        (ref) => !isRemoved(ref) && matchers.every((one) => one.matches(labels[ref]?.get(one.name) ?? '')),
      );
      assert.deepEqual([...index.select(matchers)], expected);
      const left = labels.filter((_, ref) => !isRemoved(ref));
      assert.deepEqual(
        index.values('one').sort(),
        [...new Set(left.map((found) => found.get('one')))].filter(Boolean).sort(),
      );
    }),
    { numRuns: 500 },
  );
});

test('a pattern is tried once for each value, not for each series', () => {
  const index = new LabelIndex();
  for (let ref = 0; ref < 1000; ref++) index.add(ref, ['job', `job${ref % 4}`]);
  let tries = 0;
  class CountingMatcher extends Matcher {
    override matches(value: string): boolean {
      tries++;
      return super.matches(value);
    }
  }
  assert.equal(index.select([new CountingMatcher('job', '=~', 'job[12].*')]).length, 500);
  assert.equal(tries, 4);
});

test('sets of refs behave as sets', () => {
  const refs = fc.uniqueArray(fc.nat(200)).map((list) => Uint32Array.from(list.sort((a, b) => a - b)));
  fc.assert(
    fc.property(refs, refs, (one, other) => {
      const [first, second] = [new Set(one), new Set(other)];
      assert.deepEqual(
        [...intersect(one, other)],
        [...first.intersection(second)].sort((a, b) => a - b),
      );
      assert.deepEqual([...subtract(one, other)], [...first.difference(second)]);
      assert.deepEqual(
        [...unite([one, other], 201)],
        [...first.union(second)].sort((a, b) => a - b),
      );
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyMergePatch } from '../src/index.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function patched(doc: unknown, patch: unknown): unknown {
  const result = applyMergePatch(doc, patch);
  assert.ok(result.ok);
  return result.value;
}

// RFC 7386, appendix A.
const CASES: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

for (const [doc, patch, expected] of CASES) {
  test(`RFC 7386: ${JSON.stringify(doc)} + ${JSON.stringify(patch)}`, () => {
    const before = structuredClone(doc);
    assert.deepEqual(patched(doc, patch), expected);
    assert.deepEqual(doc, before);
  });
}

test('too deep a patch is refused and __proto__ is data', () => {
  let deep: Json = {};
  for (let level = 0; level < 1_100; level += 1) deep = { a: deep };
  const result = applyMergePatch({}, deep);
  assert.ok(!result.ok && result.error.code === 'limit');
  const merged = patched({}, JSON.parse('{"__proto__":{"polluted":true}}'));
  assert.equal(JSON.stringify(merged), '{"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A merge patch from one document to another; only for documents without null members. */
function diff(from: Json, to: Json): Json {
  if (!isObject(from) || !isObject(to)) return to;
  const patch: { [key: string]: Json } = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    if (old === undefined || !Object.hasOwn(from, key)) patch[key] = value;
    else if (JSON.stringify(old) !== JSON.stringify(value)) patch[key] = diff(old, value);
  }
  return patch;
}

const { document } = fc.letrec<{ document: Json; node: Json; object: { [key: string]: Json } }>((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, fc.constantFrom<Json>(1, 'x', true, [], [null, 1]), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('node'), { noNullPrototype: true }),
  document: tie('object'),
}));

test('property: the patch of a difference leads from one document to the other, once or twice', () => {
  fc.assert(
    fc.property(document, document, (from, to) => {
      const before = JSON.stringify(from);
      const patch = diff(from, to);
      const once = patched(from, patch);
      assert.deepEqual(once, to);
      assert.deepEqual(patched(once, patch), once);
      assert.equal(JSON.stringify(from), before);
    }),
    { numRuns: 500 },
  );
});

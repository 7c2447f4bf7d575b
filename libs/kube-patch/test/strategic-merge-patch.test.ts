import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyStrategicMergePatch, type PatchSchema } from '../src/index.ts';

const PORT: PatchSchema = {};
const CONTAINER: PatchSchema = {
  properties: {
    name: {},
    args: { items: {} },
    env: { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name', items: {} },
    ports: {
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'containerPort',
      items: PORT,
    },
  },
};
const SCHEMA: PatchSchema = {
  properties: {
    metadata: {
      allOf: [{ $ref: '#/meta' }],
    },
    containers: {
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: { allOf: [{ $ref: '#/container' }] },
    },
    volumes: {
      'x-kubernetes-patch-strategy': 'merge,retainKeys',
      'x-kubernetes-patch-merge-key': 'name',
      items: {},
    },
    strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' },
    raw: { 'x-kubernetes-patch-strategy': 'replace' },
    tolerations: { items: {} },
  },
};
const META: PatchSchema = {
  properties: {
    finalizers: { 'x-kubernetes-patch-strategy': 'merge' },
    labels: { additionalProperties: {} },
  },
};
const resolveRef = (ref: string) => ({ '#/meta': META, '#/container': CONTAINER })[ref];

function patched(doc: unknown, patch: unknown): unknown {
  const before = structuredClone([doc, patch]);
  const result = applyStrategicMergePatch(doc, patch, SCHEMA, { resolveRef });
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  assert.deepEqual([doc, patch], before, 'the input must not change');
  return result.value;
}

const APPLIES: [string, unknown, unknown, unknown][] = [
  [
    'objects merge, null deletes',
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: null, c: '3' } } },
    { metadata: { labels: { b: '2', c: '3' } } },
  ],
  ['null of an absent field is nothing', {}, { a: null, b: { c: null } }, { b: {} }],
  [
    'lists without strategy are replaced',
    { tolerations: [1, 2] },
    { tolerations: [3] },
    { tolerations: [3] },
  ],
  ['strategy replace', { raw: { a: 1 } }, { raw: { b: 2 } }, { raw: { b: 2 } }],
  [
    'elements merge by key',
    { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
    { containers: [{ name: 'a', image: '2' }] },
    { containers: [{ name: 'a', image: '2' }, { name: 'b' }] },
  ],
  [
    'a new element comes first, as in apimachinery',
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'b' }] },
    { containers: [{ name: 'b' }, { name: 'a' }] },
  ],
  [
    'nested merge lists',
    { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }], args: ['a'] }] },
    {
      containers: [
        {
          name: 'a',
          env: [
            { name: 'X', value: '2' },
            { name: 'Y', value: '3' },
          ],
          args: ['b'],
        },
      ],
    },
    {
      containers: [
        {
          name: 'a',
          env: [
            { name: 'X', value: '2' },
            { name: 'Y', value: '3' },
          ],
          args: ['b'],
        },
      ],
    },
  ],
  [
    'numeric merge keys',
    { containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] },
    { containers: [{ name: 'a', ports: [{ containerPort: 80, name: 'http' }] }] },
    { containers: [{ name: 'a', ports: [{ containerPort: 80, name: 'http' }] }] },
  ],
  [
    '$patch delete of an element',
    { containers: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] },
    { containers: [{ name: 'a', $patch: 'delete' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    '$patch delete of an absent element',
    { containers: [{ name: 'b' }] },
    { containers: [{ name: 'a', $patch: 'delete' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    '$patch delete of an element in a new list',
    {},
    { containers: [{ name: 'a', $patch: 'delete' }, { name: 'c' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    '$patch replace of a list',
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'b' }, { $patch: 'replace' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    '$patch delete of an object',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'delete' } } },
    { metadata: { labels: {} } },
  ],
  ['$patch delete of an absent object', {}, { metadata: { $patch: 'delete' } }, {}],
  [
    '$patch replace of an object',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { b: '2', $patch: 'replace' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    '$patch replace of an absent object',
    {},
    { metadata: { labels: { b: '2', $patch: 'replace' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    '$patch merge of an object',
    { metadata: { a: 1 } },
    { metadata: { b: 2, $patch: 'merge' } },
    { metadata: { a: 1, b: 2 } },
  ],
  [
    'scalar lists merge without doubles',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['b', 'c'] } },
    { metadata: { finalizers: ['a', 'b', 'c'] } },
  ],
  [
    '$deleteFromPrimitiveList',
    { metadata: { finalizers: ['a', 'b', 'a', 'c'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a', 'x'] } },
    { metadata: { finalizers: ['b', 'c'] } },
  ],
  [
    '$deleteFromPrimitiveList of a list without strategy',
    { tolerations: [1, 2] },
    { '$deleteFromPrimitiveList/tolerations': [1] },
    { tolerations: [2] },
  ],
  [
    '$deleteFromPrimitiveList of an absent list',
    {},
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: {} },
  ],
  [
    '$setElementOrder with elements of others',
    { metadata: { finalizers: ['x', 'a', 'y', 'b'] } },
    { metadata: { '$setElementOrder/finalizers': ['b', 'c', 'a'], finalizers: ['c'] } },
    { metadata: { finalizers: ['x', 'y', 'b', 'c', 'a'] } },
  ],
  [
    '$setElementOrder of objects',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'a', image: 'i' }],
    },
    { containers: [{ name: 'b' }, { name: 'a', image: 'i' }] },
  ],
  ['$setElementOrder of nothing', {}, { '$setElementOrder/containers': [{ name: 'b' }] }, {}],
  [
    '$setElementOrder of a deleted list',
    { containers: [{ name: 'b' }] },
    { '$setElementOrder/containers': [], containers: null },
    {},
  ],
  [
    '$retainKeys',
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    { strategy: { type: 'Recreate' } },
  ],
  [
    '$retainKeys in a list',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: { path: '/' } }] },
    { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
  ],
  [
    'directives in new values vanish',
    {},
    {
      containers: [
        {
          name: 'a',
          '$setElementOrder/env': [{ name: 'X' }],
          env: [{ name: 'X', value: null }],
          $retainKeys: ['name'],
        },
      ],
    },
    { containers: [{ name: 'a', env: [{ name: 'X' }] }] },
  ],
  [
    'another kind of value replaces',
    { strategy: 'x' },
    { strategy: { a: 1, b: null } },
    { strategy: { a: 1 } },
  ],
];

for (const [name, doc, patch, expected] of APPLIES) {
  test(`applies: ${name}`, () => assert.deepEqual(patched(doc, patch), expected));
}

const REFUSES: [string, unknown, unknown, string, string, RegExp][] = [
  ['a document that is no object', [], {}, 'not_applicable', '', /document must be a JSON object/],
  ['a patch that is no object', {}, [], 'malformed', '', /patch must be a JSON object/],
  [
    'an element without merge key',
    { containers: [] },
    { containers: [{ image: 'x' }] },
    'not_applicable',
    'containers',
    /no "name"/,
  ],
  [
    'an object as merge key',
    { containers: [] },
    { containers: [{ name: {} }] },
    'not_applicable',
    'containers',
    /must be a scalar, found an object/,
  ],
  [
    'mixed elements',
    { containers: [{ name: 'a' }] },
    { containers: ['a'] },
    'not_applicable',
    'containers',
    /must be objects/,
  ],
  [
    'unknown $patch',
    { metadata: {} },
    { metadata: { $patch: 'frob' } },
    'malformed',
    'metadata',
    /found "frob"/,
  ],
  [
    'unknown $patch in a list',
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'a', $patch: 'merge' }] },
    'malformed',
    'containers',
    /"delete" or "replace"/,
  ],
  [
    '$retainKeys against its patch',
    { strategy: {} },
    { strategy: { $retainKeys: ['a'], b: 1 } },
    'malformed',
    'strategy',
    /sets "b"/,
  ],
  [
    '$retainKeys is no list',
    { strategy: {} },
    { strategy: { $retainKeys: 'a' } },
    'malformed',
    'strategy',
    /list of field names/,
  ],
  [
    '$setElementOrder against its patch',
    { metadata: { finalizers: [] } },
    { metadata: { '$setElementOrder/finalizers': ['a', 'b'], finalizers: ['b', 'a'] } },
    'malformed',
    'metadata.finalizers',
    /out of order/,
  ],
  [
    '$setElementOrder is no list',
    {},
    { '$setElementOrder/containers': 1 },
    'malformed',
    'containers',
    /must be a list/,
  ],
  [
    '$deleteFromPrimitiveList is no list',
    {},
    { '$deleteFromPrimitiveList/tolerations': 1 },
    'malformed',
    'tolerations',
    /list of scalars/,
  ],
];

for (const [name, doc, patch, code, path, message] of REFUSES) {
  test(`refuses: ${name}`, () => {
    const result = applyStrategicMergePatch(doc, patch, SCHEMA, { resolveRef });
    assert.ok(!result.ok);
    assert.equal(result.error.code, code);
    assert.equal(result.error.path, path);
    assert.match(result.error.message, message);
  });
}

test('a schema that refers to itself ends', () => {
  const loop: PatchSchema = { $ref: '#/loop' };
  const result = applyStrategicMergePatch({ a: [1] }, { a: [2] }, loop, { resolveRef: () => loop });
  assert.deepEqual(result, { ok: true, value: { a: [2] } });
});

test('10,000 elements merge in less than a second', () => {
  const list = Array.from({ length: 10_000 }, (_, index) => ({ name: `c${index}`, v: 1 }));
  const started = process.hrtime.bigint();
  patched({ containers: list }, { containers: list.map(({ name }) => ({ name, v: 2 })) });
  assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
});

const names = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'));

test('property: elements of a merge list are the union by key, and $setElementOrder decides their order', () => {
  fc.assert(
    fc.property(names, names, (inDoc, inPatch) => {
      const result = applyStrategicMergePatch(
        { containers: inDoc.map((name) => ({ name, old: true })) },
        {
          containers: inPatch.map((name) => ({ name, new: true })),
          '$setElementOrder/containers': inPatch.map((name) => ({ name })),
        },
        SCHEMA,
        { resolveRef },
      );
      assert.ok(result.ok);
      const merged = result.value['containers'];
      assert.ok(Array.isArray(merged));
      const found = merged.map((item: { name: string }) => item.name);
      assert.deepEqual(new Set(found), new Set([...inDoc, ...inPatch]));
      assert.deepEqual(
        found.filter((name) => inPatch.includes(name)),
        inPatch,
      );
      const others = inDoc.filter((name) => !inPatch.includes(name));
      assert.deepEqual(
        found.filter((name) => !inPatch.includes(name)),
        others,
      );
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyJsonPatch, MAX_JSON_PATCH_OPERATIONS } from '../src/index.ts';

function patched(doc: unknown, ops: unknown): unknown {
  const result = applyJsonPatch(doc, ops);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

function refusal(doc: unknown, ops: unknown) {
  const result = applyJsonPatch(doc, ops);
  assert.ok(!result.ok, 'the patch should have been refused');
  return result.error;
}

const APPLIES: [string, unknown, unknown[], unknown][] = [
  [
    'A.1 add a member',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux' }],
    { baz: 'qux', foo: 'bar' },
  ],
  [
    'A.2 add an element',
    { foo: ['a', 'c'] },
    [{ op: 'add', path: '/foo/1', value: 'b' }],
    { foo: ['a', 'b', 'c'] },
  ],
  ['A.3 remove a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/b' }], { a: 1 }],
  ['A.4 remove an element', { foo: [1, 2, 3] }, [{ op: 'remove', path: '/foo/1' }], { foo: [1, 3] }],
  ['A.5 replace', { a: 1, b: 2 }, [{ op: 'replace', path: '/b', value: { c: 1 } }], { a: 1, b: { c: 1 } }],
  [
    'A.6 move',
    { a: { b: 1, w: 2 }, c: {} },
    [{ op: 'move', from: '/a/w', path: '/c/x' }],
    { a: { b: 1 }, c: { x: 2 } },
  ],
  [
    'A.7 move an element',
    { l: [1, 2, 3, 4] },
    [{ op: 'move', from: '/l/1', path: '/l/3' }],
    { l: [1, 3, 4, 2] },
  ],
  ['A.8 test', { a: 'q', l: [1, 2] }, [{ op: 'test', path: '/l', value: [1, 2] }], { a: 'q', l: [1, 2] }],
  ['A.10 add nested', { a: 1 }, [{ op: 'add', path: '/c', value: { g: {} } }], { a: 1, c: { g: {} } }],
  ['A.11 unknown members are ignored', {}, [{ op: 'add', path: '/a', value: 1, xyz: 2 }], { a: 1 }],
  ['A.14 escapes', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.16 append', { l: [1] }, [{ op: 'add', path: '/l/-', value: [2] }], { l: [1, [2]] }],
  [
    'copy',
    { a: [1] },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/-', value: 2 },
    ],
    { a: [1], b: [1, 2] },
  ],
  ['null is a value', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
  [
    'whole document',
    { a: 1 },
    [
      { op: 'replace', path: '', value: [1] },
      { op: 'add', path: '/0', value: 0 },
    ],
    [0, 1],
  ],
  ['empty key', { '': 1 }, [{ op: 'remove', path: '/' }], {}],
];

for (const [name, doc, ops, expected] of APPLIES) {
  test(`applies: ${name}`, () => {
    const before = structuredClone(doc);
    assert.deepEqual(patched(doc, ops), expected);
    assert.deepEqual(doc, before, 'the input must not change');
  });
}

const REFUSES: [string, unknown, unknown, string, RegExp][] = [
  ['not an array', {}, { op: 'add' }, 'malformed', /array of operations, found an object/],
  [
    'operation is no object',
    {},
    [5],
    'malformed',
    /operation 0: an operation is an object, found the number 5/,
  ],
  ['unknown op', {}, [{ op: 'frob', path: '/a' }], 'malformed', /operation 0 \(frob\): "op" must be add/],
  ['missing value', {}, [{ op: 'add', path: '/a' }], 'malformed', /"value" is missing/],
  ['missing from', {}, [{ op: 'move', path: '/a' }], 'malformed', /"from" must be a JSON pointer/],
  ['no slash', {}, [{ op: 'add', path: 'a', value: 1 }], 'malformed', /must start with/],
  ['bad escape', {}, [{ op: 'add', path: '/~2', value: 1 }], 'malformed', /neither "~0" nor "~1"/],
  ['absent parent', {}, [{ op: 'add', path: '/a/b', value: 1 }], 'not_applicable', /no member "a"/],
  ['absent member', {}, [{ op: 'remove', path: '/a' }], 'not_applicable', /"\/a" does not exist/],
  [
    'index out of range',
    { l: [1] },
    [{ op: 'add', path: '/l/2', value: 1 }],
    'not_applicable',
    /outside the array of 1 element/,
  ],
  ['leading zero', { l: [1, 2] }, [{ op: 'remove', path: '/l/01' }], 'not_applicable', /not an array index/],
  ['remove after the last', { l: [1] }, [{ op: 'remove', path: '/l/-' }], 'not_applicable', /after the last/],
  ['into itself', { a: {} }, [{ op: 'move', from: '/a', path: '/a/b' }], 'not_applicable', /into itself/],
  [
    'inherited member',
    {},
    [{ op: 'test', path: '/constructor', value: 1 }],
    'not_applicable',
    /does not exist/,
  ],
  [
    'failed test',
    { a: '1' },
    [{ op: 'test', path: '/a', value: 1 }],
    'test_failed',
    /is "1", the test expects 1/,
  ],
];

for (const [name, doc, ops, code, message] of REFUSES) {
  test(`refuses: ${name}`, () => {
    const error = refusal(doc, ops);
    assert.equal(error.code, code);
    assert.match(error.message, message);
  });
}

test('a refusal names the operation and its path', () => {
  const ops = [
    { op: 'add', path: '/a', value: 1 },
    { op: 'remove', path: '/b/c' },
  ];
  const error = refusal({ b: {} }, ops);
  assert.equal(error.opIndex, 1);
  assert.equal(error.path, '/b/c');
});

test('limits: operations and doubling copies', () => {
  const op = { op: 'test', path: '', value: {} };
  assert.equal(applyJsonPatch({}, Array(MAX_JSON_PATCH_OPERATIONS).fill(op)).ok, true);
  assert.equal(refusal({}, Array(MAX_JSON_PATCH_OPERATIONS + 1).fill(op)).code, 'limit');
  const bomb = Array(40).fill({ op: 'copy', from: '/a', path: '/a/-' });
  assert.equal(refusal({ a: [1] }, bomb).code, 'limit');
});

test('__proto__ is a member like any other and pollutes nothing', () => {
  const result = patched({}, JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":true}}]'));
  assert.equal(JSON.stringify(result), '{"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  assert.equal(refusal({}, [{ op: 'add', path: '/__proto__/polluted', value: true }]).code, 'not_applicable');
});

test('property: add then remove gives the document back, and never changes the input', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.string(),
      fc.jsonValue(),
      (doc, key, value) => {
        fc.pre(!Object.hasOwn(doc, key));
        const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const before = JSON.stringify(doc);
        const added = patched(doc, [
          { op: 'add', path, value },
          { op: 'test', path, value },
        ]);
        assert.equal(JSON.stringify(patched(added, [{ op: 'remove', path }])), before);
        assert.equal(JSON.stringify(doc), before);
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequest, placeNames, selectTests } from '../src/select.ts';

const FILES = [
  'capabilities/slo/test/plan.test.ts',
  'capabilities/slo/test/conformance/openslo.test.ts',
  'capabilities/slow/test/plan.test.ts',
  'kernel/store/test/group-commit.test.ts',
  'kernel/api/test/store.test.ts',
];

for (const [places, expected] of [
  [[], FILES],
  [['slo'], FILES.slice(0, 2)],
  [['group-commit'], FILES.slice(3, 4)],
  [['kernel/store'], FILES.slice(3, 4)],
  [['kernel'], FILES.slice(3)],
  [
    ['slow', 'kernel/api'],
    [FILES[2], FILES[4]],
  ],
  [['capabilities/slow/test/plan.test.ts'], FILES.slice(2, 3)],
] as const) {
  test(`selects ${places.join(' and ') || 'everything'}`, () => {
    assert.deepEqual(selectTests(FILES, places), { selected: expected, unknown: [] });
  });
}

test('a place that names nothing is told, and does not become everything', () => {
  assert.deepEqual(selectTests(FILES, ['sl', 'slo']).unknown, ['sl']);
  assert.deepEqual(selectTests(FILES, ['sl']).selected, []);
});

test('places are told from options', () => {
  assert.deepEqual(parseRequest(['./kernel/store/', '--test-name-pattern=fsync', 'slo']), {
    places: ['kernel/store', 'slo'],
    options: ['--test-name-pattern=fsync'],
  });
});

test('the places that exist are the folders above the tests', () => {
  assert.deepEqual(placeNames(FILES), [
    'capabilities/slo',
    'capabilities/slow',
    'kernel/api',
    'kernel/store',
  ]);
});

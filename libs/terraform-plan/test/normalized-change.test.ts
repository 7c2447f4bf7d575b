import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type NormalizedChange, normalizeChange, unknown, valueAt } from '../src/index.ts';
import { plan, resource } from './plan-sample.ts';

function normalized(change: object, more: object = {}): NormalizedChange {
  const [one] = plan({ resource_changes: [resource(change, more)] }).resourceChanges;
  if (!one) throw new Error('no change');
  return normalizeChange(one);
}

const change = normalized({
  actions: ['delete', 'create'],
  before: { id: 'i-1', size: 1 },
  after: { size: 2, none: null, rules: [{ port: 80 }, { port: null }, null], tags: { a: '1' }, empty: [] },
  after_unknown: {
    id: true,
    rules: [{}, { cidr: true }, true],
    tags: {},
    empty: [],
    block: { inner: true },
  },
});

test('known, unknown and absent are three things', () => {
  deepEqual(valueAt(change, ['size']), { state: 'known', value: 2 });
  deepEqual(valueAt(change, ['none']), { state: 'known', value: null });
  deepEqual(valueAt(change, ['id']), { state: 'unknown' });
  deepEqual(valueAt(change, ['id', 'anything', 3]), { state: 'unknown' });
  deepEqual(valueAt(change, ['nowhere']), { state: 'absent' });
  deepEqual(valueAt(change, ['size', 'within']), { state: 'absent' });
  deepEqual(valueAt(change, ['constructor']), { state: 'absent' });
  deepEqual(valueAt(change, ['rules', 3]), { state: 'absent' });
  deepEqual(valueAt(change, ['id'], 'before'), { state: 'known', value: 'i-1' });
});

test('a container is unknown as long as something in it is, and has what is known', () => {
  deepEqual(valueAt(change, ['rules', 0]), { state: 'known', value: { port: 80 } });
  deepEqual(valueAt(change, ['rules', 1, 'port']), { state: 'known', value: null });
  deepEqual(valueAt(change, ['rules', 1]), { state: 'unknown', partial: { port: null, cidr: unknown } });
  deepEqual(valueAt(change, ['rules', 2]), { state: 'unknown' });
  deepEqual(valueAt(change, ['rules']), {
    state: 'unknown',
    partial: [{ port: 80 }, { port: null, cidr: unknown }, unknown],
  });
  deepEqual(valueAt(change, ['tags']), { state: 'known', value: { a: '1' } });
  deepEqual(valueAt(change, ['empty']), { state: 'known', value: [] });
  deepEqual(valueAt(change, ['block', 'inner']), { state: 'unknown' });
  equal(valueAt(change, []).state, 'unknown');
});

test('what a change does', () => {
  equal(change.isDestructive, true);
  equal(normalized({ actions: ['create', 'forget'] }).isDestructive, false);
  const moved = normalized({ actions: ['no-op'], importing: {} }, { previous_address: 'x.y' });
  deepEqual([moved.isMoved, moved.isImported, moved.isDestructive], [true, true, false]);
  const gone = normalized({ actions: ['delete'], before: { a: 1 }, after: null });
  deepEqual(valueAt(gone, []), { state: 'absent' });
  deepEqual(valueAt(gone, ['a']), { state: 'absent' });
});

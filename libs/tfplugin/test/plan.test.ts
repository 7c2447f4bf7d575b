import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Block,
  type CtyObject,
  type CtyValue,
  describePath,
  planComputed,
  unknownValue,
} from '@plinth/tfplugin';

const element: Block = {
  attributes: {
    key: { type: 'string', required: true },
    note: { type: 'string', optional: true },
    token: { type: 'string', computed: true },
  },
};
const block: Block = {
  attributes: {
    id: { type: 'string', computed: true },
    name: { type: 'string', required: true },
    place: { type: 'string', optional: true, computed: true },
    secret: { type: 'string', optional: true, write_only: true },
    inner: { nested_type: { nesting_mode: 'list', attributes: element.attributes ?? {} }, optional: true },
  },
  block_types: {
    list: { nesting_mode: 'list', block: element },
    set: { nesting_mode: 'set', block: element },
    map: { nesting_mode: 'map', block: element },
    single: {
      nesting_mode: 'single',
      block: { block_types: { deep: { nesting_mode: 'list', block: element } } },
    },
  },
};
const none = { list: [], set: [], map: {}, single: null, inner: null, place: null, secret: null };

function plan(prior: CtyObject | null, proposed: CtyObject, replaceOn: string[] = []) {
  const planned = planComputed(
    block,
    { prior, proposed, config: proposed, private: new Uint8Array() },
    replaceOn,
  );
  return { state: planned.state, replaces: (planned.requiresReplace ?? []).map(describePath) };
}

test('computed values are unknown at first and kept afterwards', () => {
  const created = plan(null, {
    ...none,
    id: null,
    name: 'a',
    secret: 's',
    list: [{ key: 'k', note: null, token: null }],
    inner: [{ key: 'i', note: null, token: null }],
  });
  assert.deepEqual(created.state, {
    ...none,
    id: unknownValue,
    name: 'a',
    place: unknownValue,
    list: [{ key: 'k', note: null, token: unknownValue }],
    inner: [{ key: 'i', note: null, token: unknownValue }],
  });
  const prior = { ...none, id: '1', name: 'a', place: 'here' };
  assert.deepEqual(plan(prior, prior).state, prior);
  assert.deepEqual(plan(prior, { ...prior, name: 'b' }).state, { ...prior, name: 'b' });
});

test('where nothing changes, nothing becomes unknown, and a write-only value is no change', () => {
  const imported = { ...none, id: '1', name: 'a' };
  assert.deepEqual(plan(imported, { ...imported, secret: 'new' }).state, imported);
  assert.equal(plan(imported, { ...imported, name: 'b' }).state['place'], unknownValue);
});

const one = (key: string, note: string | null = null): CtyObject => ({ key, note, token: 't' });

test('a change that takes a new resource is found where it is', () => {
  const cases: readonly [string, CtyValue, CtyValue, string, string[]][] = [
    ['name', 'a', 'b', 'name', ['name']],
    ['name', 'a', 'a', 'name', []],
    ['list', [one('a'), one('b')], [one('a'), one('c')], 'list.key', ['list[1].key']],
    ['list', [one('a')], [one('a', 'noted')], 'list.key', []],
    ['list', [one('a')], [one('a'), one('b')], 'list.key', ['list']],
    ['set', [one('a'), one('b')], [one('b'), one('a', 'noted')], 'set.key', []],
    ['set', [one('a')], [one('b')], 'set.key', ['set']],
    ['map', { x: one('a'), y: one('b') }, { x: one('z'), y: one('b') }, 'map.key', ['map["x"].key']],
    ['map', { x: one('a') }, { y: one('b') }, 'map.key', ['map']],
    ['single', { deep: [one('a')] }, { deep: [one('b')] }, 'single.deep.key', ['single.deep[0].key']],
    ['single', null, { deep: [one('b')] }, 'single.deep.key', ['single']],
    ['single', { deep: [one('a')] }, null, 'single', ['single']],
  ];
  for (const [name, before, after, replaceOn, expected] of cases) {
    const prior = { ...none, id: '1', name: 'a', place: 'p', [name]: before };
    assert.deepEqual(
      plan(prior, { ...prior, [name]: after }, [replaceOn]).replaces,
      expected,
      `${replaceOn} ${JSON.stringify(after)}`,
    );
  }
  assert.deepEqual(plan(null, { ...none, id: null, name: 'a' }, ['name']).replaces, []);
});

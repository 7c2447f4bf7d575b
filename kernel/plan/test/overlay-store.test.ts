import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import type { Store, StoreOperation } from '../../store/port.ts';
import { openLabStore } from '../../store/test/lab-store.ts';
import { OverlayStore } from '../overlay-store.ts';

const key = (name: string): string => `t/core/things/ns/${name}`;
const bucket = 't/core/things/';
const put = (name: string, value: string, expect?: number): StoreOperation => ({
  type: 'put',
  key: key(name),
  value: () => JSON.stringify(value),
  ...(expect === undefined ? {} : { expect }),
});
const remove = (name: string): StoreOperation => ({ type: 'delete', key: key(name), value: () => '{}' });
const contents = (store: Store): [string, string][] =>
  store.list(bucket).objects.map((object) => [object.key, object.value]);

describe('OverlayStore', () => {
  test('shows what a store would show, and leaves the one below alone', async () => {
    const below = await openLabStore();
    const steps = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        does: fc.constantFrom('put', 'delete'),
        value: fc.constantFrom('1', '2'),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, steps, async (first, then) => {
        const plain = new MemoryStore();
        for (const [at] of contents(below))
          await below.commit([{ type: 'delete', key: at, value: () => '{}' }]);
        const run = async (store: Store, list: typeof first): Promise<void> => {
          for (const { name, does, value } of list) {
            if (does === 'put') await store.commit([put(name, value)]);
            else if (store.get(key(name))) await store.commit([remove(name)]);
          }
        };
        await run(below, first);
        await run(plain, [...first, ...then]);
        const before = contents(below);
        const overlay = new OverlayStore(below);
        await run(overlay, then);
        deepEqual(contents(overlay), contents(plain));
        equal(overlay.count(bucket), plain.list(bucket).objects.length);
        deepEqual(contents(below), before);
        // What it says it would write makes the one below the same.
        await below.commit(
          overlay.planned
            .filter(({ isGone, expect }) => !isGone || expect > 0)
            .map(({ key: at, expect, isGone, value }) => ({
              type: isGone ? ('delete' as const) : ('put' as const),
              key: at,
              expect,
              value: () => value,
            })),
        );
        deepEqual(contents(below), contents(plain));
      }),
    );
  });

  test('refuses what a store refuses, whole', async () => {
    const below = await openLabStore();
    await below.commit([put('a', '1')]);
    const overlay = new OverlayStore(below);
    await rejects(overlay.commit([put('b', '1'), put('a', '2', 0)]), { code: 'conflict', actual: 1 });
    equal(overlay.get(key('b')), undefined);
    await rejects(overlay.commit([remove('none')]), { code: 'conflict' });
    await overlay.commit([{ type: 'check', key: key('a'), expect: 1 }, put('a', '2', 1)]);
    deepEqual(overlay.planned, [{ key: key('a'), expect: 1, isGone: false, value: '"2"' }]);
  });

  test('stays at one state, and notices that the one below went on', async () => {
    const below = await openLabStore();
    await below.commit([put('a', '1'), put('b', '1')]);
    const overlay = new OverlayStore(below);
    equal(overlay.get(key('a'))?.value, '"1"');
    equal(overlay.get(key('none')), undefined);
    await below.commit([put('b', '2')]);
    equal(overlay.moved, false, 'b was not read');
    await below.commit([put('a', '2')]);
    equal(overlay.get(key('a'))?.value, '"1"');
    equal(overlay.moved, true);
    const absent = new OverlayStore(below);
    absent.get(key('none'));
    equal(absent.moved, false);
    await below.commit([put('none', '1')]);
    equal(absent.moved, true);
    const listing = new OverlayStore(below);
    listing.list(bucket);
    await below.commit([remove('b')]);
    equal(listing.moved, true);
  });

  test('tells of commits, and keeps what was done aside out of the plan', async () => {
    const below = await openLabStore();
    const overlay = new OverlayStore(below);
    let woken = 0;
    const watcher = overlay.watch(bucket, overlay.revision, () => woken++);
    await overlay.commit([put('a', '1')]);
    await overlay.aside(async () => await overlay.commit([put('b', '1')]));
    equal(woken, 2);
    deepEqual(
      watcher.read(10).map(({ type, object }) => `${type} ${object.key}`),
      [`added ${key('a')}`, `added ${key('b')}`],
    );
    deepEqual(
      overlay.planned.map((planned) => planned.key),
      [key('a')],
    );
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Append, Store } from '../port.ts';
import { bucket, put, refused, remove } from './operations.ts';
import type { StoreHarness } from './suite.ts';

const log = 'default/audit';

function entry(value: string, opening?: string): Append {
  return { log, entry: () => ({ value, opening }) };
}

async function values(store: Store, from = 0, max = 1_000): Promise<string[]> {
  return (await store.logs.read(log, from, max)).map(({ value }) => value);
}

/** The laws of the append-only logs, for any engine. */
export function logLaws(fresh: (use: (store: Store) => Promise<void>) => Promise<void>): void {
  test('entries stand in their log in commit order, without gaps, and know their places and revisions', async () => {
    await fresh(async (store) => {
      assert.equal(store.logs.end(log), 0);
      assert.deepEqual(store.logs.names(), []);
      const seen: unknown[] = [];
      const noting: Append = {
        log,
        entry: (sequence, revisions) => {
          seen.push([sequence, [...revisions]]);
          return { value: `entry ${sequence}` };
        },
      };
      await store.commit([put(`${bucket}n/a`, '1'), put(`${bucket}n/b`, '1')], [noting]);
      await store.commit([], [noting, noting]);
      await store.commit([{ type: 'check', key: `${bucket}n/a`, expect: 1 }], [noting]);
      assert.deepEqual(seen, [
        [0, [1, 2]],
        [1, []],
        [2, []],
        [3, []],
      ]);
      assert.equal(store.logs.end(log), 4);
      assert.deepEqual(store.logs.names(), [log]);
      assert.equal(store.revision, 2, 'entries take no revisions');
      assert.deepEqual(await values(store), ['entry 0', 'entry 1', 'entry 2', 'entry 3']);
      assert.deepEqual(await values(store, 1, 2), ['entry 1', 'entry 2']);
      assert.deepEqual(await values(store, 4, 2), []);
      assert.deepEqual(await store.logs.read('other/audit', 0, 10), []);
    });
  });

  test('a commit that is refused leaves no entry, and its place goes to the next', async () => {
    await fresh(async (store) => {
      await refused('conflict', () => store.commit([put(`${bucket}n/a`, '1', 7)], [entry('refused')]));
      await assert.rejects(() =>
        store.commit(
          [],
          [
            entry('taken back'),
            {
              log,
              entry: () => {
                throw new RangeError('no');
              },
            },
          ],
        ),
      );
      await store.commit([put(`${bucket}n/a`, '1')], [entry('first')]);
      assert.deepEqual(await values(store), ['first']);
    });
  });

  test('followers hear of entries once they can be read, in order, once each', async () => {
    await fresh(async (store) => {
      const told: number[] = [];
      const end = store.logs.follow(log, (entries) => {
        assert.equal(store.logs.end(log), (entries.at(-1)?.sequence ?? -1) + 1);
        for (const { sequence } of entries) told.push(sequence);
      });
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => store.commit([put(`${bucket}n/${i}`, '1')], [entry(`${i}`)])),
      );
      end();
      await store.commit([], [entry('unheard')]);
      assert.deepEqual(
        told,
        Array.from({ length: 100 }, (_, i) => i),
      );
    });
  });

  test('openings are erased for good, entries stay', async () => {
    await fresh(async (store) => {
      await store.commit([], [entry('a', 'alice'), entry('b'), entry('c', 'carol')]);
      await store.logs.eraseOpenings(log, [0, 1, 17]);
      const entries = await store.logs.read(log, 0, 10);
      assert.deepEqual(
        entries.map(({ value, opening }) => [value, opening]),
        [
          ['a', undefined],
          ['b', undefined],
          ['c', 'carol'],
        ],
      );
    });
  });
}

/** The law that needs a place that is opened again. */
export function logRestartLaw(harness: StoreHarness): void {
  test('entries are there after a restart, and the log goes on behind them', async () => {
    const place = await harness.place();
    let store = await harness.open(place);
    await store.commit(
      [put(`${bucket}n/a`, '1')],
      [entry('ö\u2028', 'private'), { ...entry('x'), log: 'b/audit' }],
    );
    await store.commit([remove(`${bucket}n/a`)], [entry('2')]);
    await store.compact(2);
    await store.close();
    await refused('closed', () => store.logs.read(log, 0, 1));
    store = await harness.open(place);
    assert.deepEqual([store.logs.end(log), store.logs.end('b/audit')], [2, 1]);
    await store.commit([], [entry('3')]);
    assert.deepEqual(await values(store), ['ö\u2028', '2', '3']);
    assert.equal((await store.logs.read(log, 0, 1))[0]?.opening, 'private');
    await store.close();
  });
}

/** Several stores on one database: what one commits the others see, whole, once and in order. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { type Store, StoreError } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { eventually } from './eventually.ts';
import { bucket, put, refused, remove, textOf } from './operations.ts';
import { startPostgres } from './postgres-server.ts';
import { RevisionReader } from './revision-reader.ts';
import { storm, stormWrites } from './storm.ts';

const server = await startPostgres();
const skip = 'skip' in server ? server.skip : false;

async function stores(count: number, use: (stores: Store[], url: string) => Promise<void>): Promise<void> {
  if ('skip' in server) return;
  const url = await server.database();
  const opened: Store[] = [];
  try {
    for (let i = 0; i < count; i++) opened.push(await openPostgresStore({ url }));
    await use(opened, url);
  } finally {
    for (const store of opened) await store.close();
  }
}

/** The stores in turns. */
function storeOf(all: readonly Store[], i: number): Store {
  const store = all[i % all.length];
  assert.ok(store);
  return store;
}

/** Reads a counter, adds one and writes it back, until nobody was faster. Returns how often somebody was. */
async function increment(store: Store, key: string): Promise<number> {
  for (let conflicts = 0; ; conflicts++) {
    const object = store.get(key);
    const next = Number(textOf(object) ?? 0) + 1;
    try {
      await store.commit([put(key, String(next), object?.revision ?? 0)]);
      return conflicts;
    } catch (error) {
      assert.ok(error instanceof StoreError && error.code === 'conflict', String(error));
    }
  }
}

describe('PostgreSQL: several stores on one database', { skip }, () => {
  after(() => ('skip' in server ? undefined : server.stop()));

  test('a commit is seen by the other store, with its value and its event', () =>
    stores(2, async ([a, b]) => {
      assert.ok(a && b);
      const watcher = b.watch(bucket, 0, () => {});
      const [object] = await a.commit([put(`${bucket}n/a`, 'ö\u2028\u{1f600}')]);
      await eventually('b sees it', () => b.revision === a.revision);
      assert.deepEqual(b.get(`${bucket}n/a`), object);
      assert.deepEqual(watcher.read(10), [{ type: 'added', object, previous: undefined }]);
      // Whoever has not seen it yet comes up before it decides.
      await a.commit([put(`${bucket}n/a`, '2')]);
      const error = await refused('conflict', () =>
        b.commit([put(`${bucket}n/a`, '3', object?.revision ?? 0)]),
      );
      assert.equal(error.actual, 2);
      assert.equal(textOf(b.get(`${bucket}n/a`)), '2');
    }));

  test('of racing compare-and-sets none is lost and exactly one holds at a time', () =>
    stores(3, async (all) => {
      const key = `${bucket}n/counter`;
      const readers = all.map((store) => new RevisionReader(store, bucket));
      const rounds = 20;
      const conflicts = await Promise.all(
        all.flatMap((store) =>
          Array.from({ length: 4 }, async () => {
            let lost = 0;
            for (let i = 0; i < rounds; i++) lost += await increment(store, key);
            return lost;
          }),
        ),
      );
      const total = all.length * 4 * rounds;
      await eventually('all have seen all', () => all.every(({ revision }) => revision === total));
      for (const store of all) assert.equal(textOf(store.get(key)), String(total));
      for (const { revisions } of readers) assert.equal(revisions.length, total);
      assert.ok(
        conflicts.some((lost) => lost > 0),
        'they did race',
      );
    }));

  test('a slow transaction between quick ones: revisions come in commit order, none is missed', () =>
    stores(2, async ([a, b], url) => {
      assert.ok(a && b);
      const readers = [a, b].map((store) => new RevisionReader(store, bucket));
      await a.commit([put(`${bucket}n/before`, '1')]);
      const slow = new pg.Client({ connectionString: url });
      await slow.connect();
      await slow.query('BEGIN');
      await slow.query('SELECT 1 FROM plinth.meta FOR UPDATE');
      await slow.query(
        `INSERT INTO plinth.states (revision, type, key, value) SELECT head + 1, 0, $1, '{"text":"slow"}' FROM plinth.meta`,
        [`${bucket}n/slow`],
      );
      await slow.query('UPDATE plinth.meta SET head = head + 1, number = number + 1');
      const quick = [a, b, a, b].map((store, i) => store.commit([put(`${bucket}n/quick-${i}`, '1')]));
      await eventually('both wait for the slow one', async () => {
        assert.ok(!('skip' in server));
        const rows = await server.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'plinth writer'
           AND datname = current_database()`,
          [],
          url,
        );
        return rows.length === 2;
      });
      assert.deepEqual([a.revision, b.revision], [1, 1], 'nothing is shown before the slow one is decided');
      await slow.query('COMMIT');
      await slow.end();
      await Promise.all(quick);
      await eventually('all is seen', () => a.revision === 6 && b.revision === 6);
      for (const { revisions } of readers) assert.deepEqual(revisions, [1, 2, 3, 4, 5, 6]);
      assert.equal(b.get(`${bucket}n/slow`)?.revision, 2);
    }));

  test('a batch is seen whole or not at all', () =>
    stores(2, async ([a, b]) => {
      assert.ok(a && b);
      const keys = Array.from({ length: 1_500 }, (_, i) => `${bucket}n/${i}`);
      const sizes = new Set<number>();
      let halves = 0;
      const watcher = b.watch(bucket, 0, () => {
        sizes.add(watcher.read(10_000).length);
        if (new Set(keys.map((key) => textOf(b.get(key)))).size !== 1) halves++;
      });
      for (const text of 'abc') await a.commit(keys.map((key) => put(key, text)));
      await eventually('b sees the last', () => b.revision === 3 * keys.length);
      assert.equal(halves, 0);
      assert.ok(sizes.size > 0);
      for (const size of sizes) assert.equal(size % keys.length, 0, `${size} events at once`);
    }));

  test('quotas hold over all stores', () =>
    stores(3, async (all) => {
      const bound = { type: 'bound', prefix: bucket, objects: 25 } as const;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 100 }, (_, i) =>
          storeOf(all, i).commit([put(`${bucket}n/${i}`, 'x', 0), bound]),
        ),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 25);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'exceeded');
      }
      await eventually('all count the same', () => all.every((store) => store.count(bucket) === 25));
    }));

  test('entries of a log get their places over all stores, and followers hear of each once, in order', () =>
    stores(2, async (all) => {
      const told = all.map((store) => {
        const sequences: number[] = [];
        store.logs.follow('audit', (entries) => sequences.push(...entries.map(({ sequence }) => sequence)));
        return sequences;
      });
      const seen: number[] = [];
      await Promise.all(
        all.flatMap((store, who) =>
          Array.from({ length: 60 }, (_, i) =>
            store.commit(
              [put(`${bucket}n/${who}-${i}`, 'x')],
              [
                {
                  log: 'audit',
                  entry: (sequence) => {
                    seen.push(sequence);
                    return { value: `${sequence}` };
                  },
                },
              ],
            ),
          ),
        ),
      );
      const expected = Array.from({ length: 120 }, (_, i) => i);
      await eventually('all are told', () => told.every(({ length }) => length === 120));
      assert.deepEqual(
        seen.sort((x, y) => x - y),
        expected,
      );
      for (const [i, sequences] of told.entries()) {
        assert.deepEqual(sequences, expected);
        const entries = (await all[i]?.logs.read('audit', 0, 1_000)) ?? [];
        assert.deepEqual(
          entries.map(({ value }) => value),
          expected.map(String),
        );
      }
    }));

  test('a store that missed what is compacted away reads anew and tells its watchers', () =>
    stores(1, async ([b], url) => {
      assert.ok(b);
      await b.commit([
        put(`${bucket}n/kept`, '1'),
        put(`${bucket}n/changed`, '1'),
        put(`${bucket}n/gone`, '1'),
      ]);
      const watcher = b.watch(bucket, b.revision, () => {});
      const told: number[] = [];
      b.logs.follow('audit', (entries) => told.push(...entries.map(({ sequence }) => sequence)));
      const entry = { log: 'audit', entry: () => ({ value: 'x' }) };
      const a = await openPostgresStore({ url, history: { events: 10 } });
      try {
        // One group that is larger than the history: there is no instant at which the other could read its beginning.
        await a.commit(
          [
            ...Array.from({ length: 100 }, (_, i) => put(`${bucket}n/new-${i}`, '1')),
            put(`${bucket}n/changed`, '2'),
            remove(`${bucket}n/gone`),
          ],
          [entry, entry],
        );
        await eventually('b has read anew', () => b.revision === a.revision);
        assert.deepEqual(b.list(bucket), a.list(bucket));
        assert.deepEqual(b.usage('t/'), a.usage('t/'));
        assert.equal(watcher.revision, 3);
        await refused('compacted', () => watcher.read(1));
        await b.commit([], [entry]);
        assert.deepEqual(told, [0, 1, 2], 'a log loses nothing');
        await refused('compacted', () => b.list(bucket, { atRevision: 3 }));
        const again = b.watch(bucket, b.revision, () => {});
        const [object] = await b.commit([put(`${bucket}n/kept`, '2', 1)]);
        assert.equal(again.read(1)[0]?.object.revision, object?.revision);
        // It deletes rows that it never held in its history.
        await b.compact(b.revision);
        assert.ok(!('skip' in server));
        const rows = await server.query('SELECT count(*)::int AS n FROM plinth.states', [], url);
        assert.deepEqual(rows, [{ n: b.count(bucket) }]);
      } finally {
        await a.close();
      }
    }));

  test('the history is cut once for all, and its rows are deleted', () =>
    stores(0, async (_, url) => {
      const history = { events: 50 };
      const a = await openPostgresStore({ url, history });
      const b = await openPostgresStore({ url, history });
      try {
        for (let i = 0; i < 30; i++) {
          await Promise.all(
            [a, b].flatMap((store, who) =>
              Array.from({ length: 10 }, (_unused, k) =>
                store.commit([put(`${bucket}n/${who}-${k}`, `${i}`)]),
              ),
            ),
          );
        }
        await eventually(
          'both stand at the same place',
          () => a.compactedRevision === b.compactedRevision && a.revision === b.revision,
        );
        assert.ok(a.revision - a.compactedRevision <= 50);
        await eventually('the rows are gone', async () => {
          assert.ok(!('skip' in server));
          const [row] = await server.query('SELECT count(*)::int AS rows FROM plinth.states', [], url);
          return Number(row?.['rows']) <= 20 + 50;
        });
      } finally {
        await Promise.all([a.close(), b.close()]);
      }
    }));

  test('watchers of one store that restart, while all stores write: none lost, doubled or reordered', (t) =>
    stores(3, async (all) => {
      const [watched] = all;
      assert.ok(watched);
      t.diagnostic(await storm(all.slice(1), watched, stormWrites / 4));
    }));

  test('what is removed in one store is gone in the other', () =>
    stores(2, async ([a, b], url) => {
      assert.ok(a && b);
      const entry = { log: 't/audit', entry: () => ({ value: 'x' }) };
      await a.commit([put(`${bucket}n/a`, '1')], [entry, { ...entry, log: 'u/audit' }]);
      await a.commit([remove(`${bucket}n/a`), put('u/core/configmaps/n/a', '1')], [entry]);
      await eventually('b sees it', () => b.logs.end('t/audit') === 2);
      await a.logs.remove('t/audit');
      await a.purge('t/');
      await eventually('b has no such log', () => b.logs.end('t/audit') === 0);
      assert.deepEqual(b.logs.names(), ['u/audit']);
      const reader = new RevisionReader(b, 'u/core/configmaps/');
      await b.commit([put('u/core/configmaps/n/a', '2')], [entry]);
      assert.deepEqual(reader.revisions, [4], 'b did not have to read anew');
      await eventually('a sees the log that was begun anew', () => a.logs.end('t/audit') === 1);
      assert.ok(!('skip' in server));
      const rows = await server.query('SELECT key FROM plinth.states ORDER BY revision', [], url);
      assert.deepEqual(
        rows.map((row) => row['key']),
        ['u/core/configmaps/n/a', 'u/core/configmaps/n/a'],
      );
    }));
});

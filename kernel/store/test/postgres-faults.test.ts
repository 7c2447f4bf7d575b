/** The database breaks off, goes away, hangs and comes back, while stores write and watch. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Append, type Store, type StoredObject, StoreError } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { CheckedLoad } from './checked-load.ts';
import { eventually } from './eventually.ts';
import { bucket, put, refused, textOf } from './operations.ts';
import { startPostgres } from './postgres-server.ts';
import { RevisionReader } from './revision-reader.ts';
import { TcpProxy } from './tcp-proxy.ts';

const server = await startPostgres();
const skip = 'skip' in server ? server.skip : false;

/** Two stores on a new database, each with writers, and one reader of all revisions per store. */
async function underLoad(
  use: (loads: CheckedLoad[], stores: Store[], url: string) => Promise<void>,
): Promise<void> {
  assert.ok(!('skip' in server));
  const url = await server.database();
  const stores = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  try {
    const readers = stores.map((store) => new RevisionReader(store, bucket));
    const loads = stores.map((store, i) => new CheckedLoad(store, `load-${i}`));
    await Promise.race([use(loads, stores, url), ...loads.map(({ failed }) => failed)]);
    await Promise.all(loads.map((load) => load.finish()));
    const newest = Math.max(...stores.map(({ revision }) => revision));
    const steps = loads.reduce((sum, load) => sum + load.steps, 0);
    assert.equal(newest, steps, 'every revision is a step that was answered');
    await eventually('both stores have seen all', () => stores.every(({ revision }) => revision === newest));
    for (const { revisions } of readers) assert.equal(revisions.length, newest);
    assert.deepEqual(stores[0]?.list(bucket).objects, stores[1]?.list(bucket).objects);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** Waits until each load has made some more steps. */
async function progress(loads: readonly CheckedLoad[], steps = 50): Promise<void> {
  const goals = loads.map((load) => load.steps + steps);
  await eventually(`${steps} more steps of each load`, () =>
    loads.every((load, i) => load.steps >= (goals[i] ?? 0)),
  );
}

/** Commits against the state that is shown, until nobody refuses it for want of a connection. */
async function eventuallyCommitted(store: Store, key: string, entry: Append): Promise<StoredObject[]> {
  let objects: StoredObject[] | undefined;
  await eventually('it is committed', async () => {
    try {
      objects = await store.commit([put(key, 'next', store.get(key)?.revision ?? 0)], [entry]);
      return true;
    } catch (error) {
      assert.ok(error instanceof StoreError && error.code === 'read-only', String(error));
      return false;
    }
  });
  return objects ?? [];
}

function sayOf({ steps, refusals }: CheckedLoad): string {
  return `${steps} steps, ${refusals.length} refusals`;
}

describe('PostgreSQL: faults of the database', { skip }, () => {
  after(() => ('skip' in server ? undefined : server.stop()));

  test('each of the connections is ended again and again: nothing is lost, doubled or unseen', async (t) => {
    await underLoad(async (loads, stores, url) => {
      assert.ok(!('skip' in server));
      const database = new URL(url).pathname.slice(1);
      for (let round = 0; round < 2; round++) {
        for (const name of ['plinth writer', 'plinth follower', 'plinth worker']) {
          await progress(loads, 20);
          await stores[0]?.logs.read('load/audit', 0, 1);
          const ended = await server.terminate(`application_name = '${name}' AND datname = '${database}'`);
          assert.ok(ended > 0, `there was no ${name}`);
        }
      }
      await progress(loads);
      await eventually('all is well again', () => stores.every((store) => store.health().writable));
      t.diagnostic(loads.map(sayOf).join('; '));
    });
  });

  for (const mode of ['fast', 'immediate'] as const) {
    test(`the server is restarted (${mode}): commits are refused with a hint, then go on`, async (t) => {
      await underLoad(async (loads, stores) => {
        assert.ok(!('skip' in server));
        await progress(loads);
        await server.halt(mode);
        await eventually('it is noticed', () => stores.every((store) => !store.health().writable));
        const [store] = stores;
        assert.ok(store);
        const { cause, hint } = store.health();
        assert.match(
          `${cause}`,
          /cannot write to the database test_\d+ on 127\.0\.0\.1:\d+ as user postgres: /,
        );
        assert.match(`${hint}`, /try again/);
        const error = await refused('read-only', () => store.commit([put(`${bucket}n/a`, '1')]));
        assert.match(error.hint ?? '', /try again/);
        assert.ok(store.count(bucket) > 0, 'reads go on');
        await refused('read-only', () => store.logs.read('load/audit', 0, 1));
        await server.start();
        await progress(loads);
        assert.ok(loads.some((load) => load.refusals.length > 0));
        await eventually('all is well again', () => stores.every((one) => one.health().writable));
        t.diagnostic(loads.map(sayOf).join('; '));
      });
    });
  }

  test('the server is frozen for a while: commits wait and then go on', async () => {
    await underLoad(async (loads) => {
      assert.ok(!('skip' in server));
      await progress(loads);
      server.pause();
      const before = loads.map(({ steps }) => steps);
      try {
        await eventually('all writers wait', async () => {
          const [a, b] = loads.map(({ steps }) => steps);
          for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
          return loads[0]?.steps === a && loads[1]?.steps === b;
        });
      } finally {
        server.resume();
      }
      await progress(loads);
      assert.ok(loads.every((load, i) => load.steps > (before[i] ?? 0)));
    });
  });

  test('the connection breaks around COMMIT: the answer is what the database did', async () => {
    assert.ok(!('skip' in server));
    const direct = await server.database();
    const { proxy, url } = await TcpProxy.open(direct);
    const store = await openPostgresStore({ url });
    try {
      const reader = new RevisionReader(store, bucket);
      const entry = { log: 'audit', entry: () => ({ value: 'x' }) };
      const key = `${bucket}n/a`;
      await store.commit([put(key, '1', 0)], [entry]);
      proxy.fault = 'lose-answer';
      const [second] = await store.commit([put(key, '2', 1)], [entry]);
      assert.deepEqual([second?.revision, textOf(store.get(key))], [2, '2']);
      proxy.fault = 'lose-request';
      const error = await refused('read-only', () => store.commit([put(key, '3', 2)], [entry]));
      assert.match(error.hint ?? '', /try again/);
      assert.equal(textOf(store.get(key)), '2');
      const [third] = await store.commit([put(key, '3', 2)], [entry]);
      assert.equal(third?.revision, 3);
      // While the database is away, who waits for the truth goes on waiting, and who comes is refused.
      proxy.fault = 'lose-answer';
      const committing = store.commit([put(key, '4', 3)], [entry]);
      proxy.isOpen = false;
      await eventually('the connection is lost', () => !store.health().writable);
      await refused('read-only', () => store.commit([put(`${bucket}n/b`, '1')]));
      assert.equal(textOf(store.get(key)), '3');
      proxy.isOpen = true;
      assert.equal((await committing)[0]?.revision, 4);
      assert.deepEqual(reader.revisions, [1, 2, 3, 4]);
      assert.equal(store.logs.end('audit'), 4);
    } finally {
      await store.close();
      await proxy.close();
    }
    const again = await openPostgresStore({ url: direct });
    assert.deepEqual([again.revision, again.logs.end('audit')], [4, 4]);
    await again.close();
  });

  test('the connection breaks at each packet of a commit, before or after the server has it: the answer is the truth', async (t) => {
    assert.ok(!('skip' in server));
    const direct = await server.database();
    const { proxy, url } = await TcpProxy.open(direct);
    const store = await openPostgresStore({ url });
    const other = await openPostgresStore({ url: direct });
    try {
      const reader = new RevisionReader(store, bucket);
      const key = `${bucket}n/a`;
      const entry = { log: 'audit', entry: () => ({ value: 'x' }) };
      const outcomes: string[] = [];
      // A commit takes the lock and then writes; between the two it catches up with others, where it has to.
      const cases = [1, 2, 3, 4].flatMap((packets) =>
        [false, true].map((isBehind) => ({ packets, isBehind })),
      );
      for (const fault of ['lose-request', 'lose-answer'] as const) {
        for (const { packets, isBehind } of cases) {
          // It waits for the lock while the other commits.
          const ahead = isBehind ? other.commit([put(`${bucket}n/b`, `${packets}`)]) : undefined;
          const expect = store.get(key)?.revision ?? 0;
          proxy.step = { packets, fault };
          const refusal = await store.commit([put(key, 'first', expect)], [entry]).then(
            () => undefined,
            (error: unknown) => error,
          );
          proxy.step = undefined;
          await ahead;
          const outcome = refusal === undefined ? 'committed' : 'refused';
          outcomes.push(`${fault} ${packets}${isBehind ? ' behind' : ''}: ${outcome}`);
          if (refusal !== undefined) {
            assert.ok(refusal instanceof StoreError && refusal.code === 'read-only', String(refusal));
          }
          // Of what was refused nothing is there, of what was answered all: this one would meet a conflict else.
          const [object] = await eventuallyCommitted(store, key, entry);
          assert.ok((object?.revision ?? 0) > expect);
        }
      }
      assert.ok(outcomes.includes('lose-request 2: refused'), outcomes.join(', '));
      assert.ok(!outcomes.some((outcome) => /lose-answer.*refused/.test(outcome)), outcomes.join(', '));
      const committed = outcomes.filter((outcome) => outcome.endsWith('committed')).length;
      assert.equal(store.logs.end('audit'), committed + outcomes.length);
      await eventually('both have seen all', () => other.revision === store.revision);
      assert.equal(reader.revisions.length, store.revision);
      t.diagnostic(outcomes.join(', '));
    } finally {
      await Promise.all([store.close(), other.close()]);
      await proxy.close();
    }
  });

  test('a network that breaks at random instants around COMMIT: nothing is lost or doubled', async (t) => {
    assert.ok(!('skip' in server));
    const { proxy, url } = await TcpProxy.open(await server.database());
    const store = await openPostgresStore({ url });
    try {
      const reader = new RevisionReader(store, bucket);
      const load = new CheckedLoad(store, 'load');
      for (let i = 0; i < 20; i++) {
        await progress([load], 5);
        proxy.fault = i % 2 === 0 ? 'lose-answer' : 'lose-request';
        await eventually('it has happened', () => proxy.fault === undefined);
        if (i % 5 === 0) proxy.cut();
      }
      await progress([load]);
      await load.finish();
      assert.equal(reader.revisions.length, load.steps);
      t.diagnostic(sayOf(load));
    } finally {
      await store.close();
      await proxy.close();
    }
  });

  for (const [held, what] of [
    ['all', 'nothing'],
    // As a paused process may find when it wakes: an answer from before it lost the lock, behind what came since.
    ['writer', 'what the others do'],
  ] as const)
    test(`a transaction that hangs with the write lock is ended, and others go on; meanwhile it sees ${what}`, async () => {
      assert.ok(!('skip' in server));
      const url = await server.database();
      const store = await openPostgresStore({ url });
      const { proxy, url: slowUrl } = await TcpProxy.open(url);
      const hanging = await openPostgresStore({ url: slowUrl });
      try {
        proxy.hold = held;
        const stuck = hanging.commit([put(`${bucket}n/stuck`, '1')]);
        await eventually('it holds the lock', async () => {
          const rows = await server.query(
            `SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'plinth writer'`,
          );
          return rows.length > 0;
        });
        const start = performance.now();
        await store.commit([put(`${bucket}n/other`, '1')]);
        const waitedMs = performance.now() - start;
        assert.ok(waitedMs < 6_000, `waited ${waitedMs} ms`);
        if (held === 'writer') await eventually('it has seen that', () => hanging.revision === 1);
        proxy.hold = undefined;
        // Whether it was evaluated before it heard that its session had been ended is chance; what it says must be so.
        const isThere = await stuck.then(
          () => true,
          (error: unknown) => {
            assert.ok(error instanceof StoreError && error.code === 'read-only', String(error));
            return false;
          },
        );
        const newest = isThere ? 2 : 1;
        await eventually('both see the same', () => store.revision === newest && hanging.revision === newest);
        assert.equal(store.get(`${bucket}n/stuck`) !== undefined, isThere);
        assert.deepEqual(store.list(bucket), hanging.list(bucket));
        assert.deepEqual(hanging.health(), { writable: true });
        await hanging.commit([put(`${bucket}n/next`, '1')]);
      } finally {
        await Promise.all([store.close(), hanging.close()]);
        await proxy.close();
      }
    });

  test('a store that is closed while the database is away does not hang', async () => {
    assert.ok(!('skip' in server));
    const { proxy, url } = await TcpProxy.open(await server.database());
    const store = await openPostgresStore({ url });
    proxy.isOpen = false;
    proxy.cut();
    await eventually('it is noticed', () => !store.health().writable);
    await store.close();
    await refused('closed', () => store.commit([put(`${bucket}n/a`, '1')]));
    await proxy.close();
  });
});

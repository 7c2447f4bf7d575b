import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Append, StoreError } from '../port.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { bucket, put } from './operations.ts';
import { Places } from './places.ts';

const places = new Places();

function entryOf(key: string): Append {
  return { log: 'keys', entry: () => ({ value: key }) };
}

after(() => places.remove());

test('when the writer thread dies, each commit is either there or refused, and writing goes on', async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on('worker', note);
  let monotonicMs = 0;
  const clock: Clock = { ...systemClock, monotonic: () => monotonicMs };
  const directory = places.make();
  const store = await openSqliteStore({ directory, clock });
  const acknowledged = new Map<string, number>();
  try {
    for (let round = 0; round < 10; round++) {
      const outcomes = Promise.all(
        Array.from({ length: 300 }, async (_, i) => {
          const key = `${bucket}n/${round}-${i}`;
          try {
            const [object] = await store.commit([put(key, 'x'.repeat(500))], [entryOf(key)]);
            acknowledged.set(key, object?.revision ?? 0);
          } catch (error) {
            assert.ok(error instanceof StoreError && error.code === 'read-only', String(error));
            assert.match(error.message, /writer thread .* has died/);
            return error;
          }
          return undefined;
        }),
      );
      // Somewhere between before the group is sent and after it is written.
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
      await workers.at(-1)?.terminate();
      const refusals = (await outcomes).filter((error) => error !== undefined);
      if (refusals.length > 0) assert.equal(store.health().writable, false);
      monotonicMs += 1_000;
      const key = `${bucket}n/${round}-again`;
      const [object] = await store.commit([put(key, 'x')], [entryOf(key)]);
      acknowledged.set(key, object?.revision ?? 0);
      assert.deepEqual(store.health(), { writable: true });
    }
    assert.ok(workers.length > 5, 'the thread was started again');
    const held = new Map(store.list(bucket).objects.map(({ key, revision }) => [key, revision]));
    assert.deepEqual(held, new Map([...acknowledged].sort(([a], [b]) => (a < b ? -1 : 1))));
  } finally {
    await store.close();
    process.off('worker', note);
  }
  const reopened = await openSqliteStore({ directory });
  assert.deepEqual(
    new Map(reopened.list(bucket).objects.map(({ key, revision }) => [key, revision])),
    acknowledged,
  );
  const entries = await reopened.logs.read('keys', 0, 10_000);
  assert.deepEqual(
    entries.map(({ value }) => value).sort(),
    [...acknowledged.keys()].sort(),
    'each change has its entry, and what was refused has none',
  );
  await reopened.close();
});

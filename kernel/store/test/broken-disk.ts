import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Store, StoreError } from '../port.ts';
import { openSqliteStore } from '../sqlite-store.ts';

/** A disk that can be made to refuse writes, and to take them again. */
export interface BreakableDisk {
  readonly directory: string;
  /** What the refusal must say. */
  readonly cause: RegExp;
  /** An empty directory elsewhere. */
  readonly scratch: string;
  break(): void;
  repair(): void;
}

const bucket = 't/core/configmaps/';

/**
 * The life of a store on a disk that breaks and is repaired: refusals with a cause, reads all the while, nothing
 * acknowledged lost, nothing refused visible, writing again without a restart.
 */
export async function surviveBrokenDisk(disk: BreakableDisk): Promise<void> {
  let monotonicMs = 0;
  const clock: Clock = { ...systemClock, monotonic: () => monotonicMs };
  const acknowledged = new Map<string, number>();
  const store = await openSqliteStore({ directory: disk.directory, clock });
  try {
    await breakAndRepair(store, disk, acknowledged, (ms) => (monotonicMs += ms));
  } finally {
    await store.close();
  }
  await reopen(disk.directory, acknowledged);
}

async function reopen(directory: string, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const store = await openSqliteStore({ directory });
  try {
    assert.deepEqual(store.health(), { writable: true });
    compare(store, acknowledged);
  } finally {
    await store.close();
  }
}

async function breakAndRepair(
  store: Store,
  disk: BreakableDisk,
  acknowledged: Map<string, number>,
  pass: (ms: number) => void,
): Promise<void> {
  const watcher = store.watch(bucket, 0, () => {});
  const write = async (name: string, bytes = 3_000): Promise<StoreError | undefined> => {
    const key = `${bucket}n/${name}`;
    try {
      const [object] = await store.commit([
        { type: 'put', key, value: () => JSON.stringify('x'.repeat(bytes)) },
      ]);
      acknowledged.set(key, object?.revision ?? 0);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof StoreError, String(error));
      return error;
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, i) => write(`before-${i}`)));
  assert.equal(acknowledged.size, 50);

  for (let round = 0; round < 3; round++) {
    disk.break();
    const refusal = await writeUntilRefused(write, round);
    assert.match(refusal.message, disk.cause);
    assert.ok(refusal.message.includes(disk.directory) && refusal.hint !== undefined);
    const health = store.health();
    assert.equal(health.writable, false);
    assert.match(health.cause ?? '', disk.cause);
    assert.equal(
      (await write(`at-once-${round}`))?.code,
      'read-only',
      'refused without asking the disk again',
    );
    pass(1_000);
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) => write(`many-${round}-${i}`, 100_000)),
    );
    assert.ok(many.every((error) => error?.code === 'read-only'));
    assert.equal(store.stats().pending, 0);
    pass(1_000);
    assert.equal((await write(`smaller-${round}`, 100_000))?.code, 'read-only');
    compare(store, acknowledged);

    disk.repair();
    pass(1_000);
    assert.equal(await write(`after-${round}`), undefined, 'the next commit after the repair succeeds');
    assert.deepEqual(store.health(), { writable: true });
    // What a crash at this moment would leave: remains of refused groups must not come back, nor look like damage.
    const crashed = join(disk.scratch, `${round}`);
    cpSync(disk.directory, crashed, { recursive: true });
    await reopen(crashed, acknowledged);
  }
  compare(store, acknowledged);
  const events = watcher.read(100_000).map(({ object }) => object.revision);
  assert.deepEqual(
    events,
    [...acknowledged.values()].sort((a, b) => a - b),
    'watchers saw what was acknowledged',
  );
}

/** A disk that is full may still take a little: what SQLite has already reserved. */
async function writeUntilRefused(
  write: (name: string, bytes: number) => Promise<StoreError | undefined>,
  round: number,
): Promise<StoreError> {
  for (let i = 0; i < 1_000; i++) {
    const refusal = await write(`fill-${round}-${i}`, 100_000);
    if (refusal !== undefined) {
      assert.equal(refusal.code, 'read-only');
      return refusal;
    }
  }
  return assert.fail('the broken disk took everything');
}

function compare(store: Store, acknowledged: ReadonlyMap<string, number>): void {
  const { objects } = store.list(bucket);
  const found = objects.map(({ key, revision }) => `${key}@${revision}`).sort();
  assert.deepEqual(found, [...acknowledged].map(([key, revision]) => `${key}@${revision}`).sort());
}

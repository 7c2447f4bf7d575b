import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../port.ts';
import { bucket, names, put, refused, remove, story } from './operations.ts';
import { batchLaws, commitLaws, orderLaws, refusalLaws } from './suite-commits.ts';
import { logLaws, logRestartLaw } from './suite-logs.ts';
import { compactionLaws, listLaws, watchLaws } from './suite-reads.ts';
import { boundLaws, removalLaws, usageLaws } from './suite-usage.ts';

/** What a test of any engine needs: a store in a place of its own, and that place opened again. */
export interface StoreHarness {
  open(place: string, options?: { history?: { events?: number; bytes?: number } }): Promise<Store>;
  /** A new, empty place. */
  place(): Promise<string>;
  /** Removes all places. */
  cleanup(): Promise<void>;
}

/** The laws of the port, for any engine. */
export function describeStore(name: string, harness: StoreHarness): void {
  describe(`${name}: laws of the store`, () => {
    let store: Store;
    before(async () => {
      store = await harness.open(await harness.place());
    });
    after(async () => {
      await store.close();
      await harness.cleanup();
    });
    const fresh = async (use: (store: Store, place: string) => Promise<void>): Promise<void> => {
      const place = await harness.place();
      const own = await harness.open(place);
      try {
        await use(own, place);
      } finally {
        await own.close();
      }
    };

    commitLaws(() => store);
    batchLaws(() => store);
    orderLaws(() => store);
    refusalLaws(() => store);
    listLaws(fresh);
    watchLaws(fresh);
    compactionLaws(fresh);
    logLaws(fresh);
    logRestartLaw(harness);
    usageLaws(fresh);
    boundLaws(fresh);
    removalLaws(fresh, harness);
    restartLaws(harness);
  });
}

function restartLaws(harness: StoreHarness): void {
  test('all that was committed is there after a restart, with its history', async () => {
    const place = await harness.place();
    let store = await harness.open(place);
    await store.commit([put(`${bucket}n/a`, '1'), put(`${bucket}n/b`, 'ö\u2028\u{1f600}')]);
    await store.commit([put(`${bucket}n/a`, '2')]);
    await store.commit([remove(`${bucket}n/b`)]);
    const { objects, revision } = store.list(bucket);
    await store.close();
    await refused('closed', () => store.commit([put(`${bucket}n/a`, '3')]));
    await refused('closed', () => store.watch(bucket, 0, () => {}));
    store = await harness.open(place);
    assert.deepEqual(store.list(bucket), { objects, revision });
    assert.equal(
      story(store.watch(bucket, 1, () => {}).read(10)),
      'added b=ö\u2028\u{1f600}, modified a=2 was 1, deleted b=last was ö\u2028\u{1f600}',
    );
    assert.equal(names(store.list(bucket, { atRevision: 2 }).objects), 'a=1 b=ö\u2028\u{1f600}');
    const [next] = await store.commit([put(`${bucket}n/c`, '1')]);
    assert.equal(next?.revision, revision + 1);
    await store.close();
  });

  test('a compaction lasts, and no revision is given out twice after it', async () => {
    const place = await harness.place();
    let store = await harness.open(place);
    for (const text of '123') await store.commit([put(`${bucket}n/a`, text)]);
    await store.commit([remove(`${bucket}n/a`)]);
    await store.compact(4);
    await store.close();
    store = await harness.open(place);
    assert.deepEqual([store.revision, store.compactedRevision], [4, 4]);
    assert.deepEqual(store.list(bucket), { objects: [], revision: 4 });
    await refused('compacted', () => store.watch(bucket, 3, () => {}));
    const [object] = await store.commit([put(`${bucket}n/a`, '5', 0)]);
    assert.equal(object?.revision, 5);
    await store.close();
  });

  test('the history is bounded without being asked', async () => {
    const place = await harness.place();
    const store = await harness.open(place, { history: { events: 100 } });
    for (let i = 0; i < 30; i++) {
      await Promise.all(Array.from({ length: 20 }, (_, k) => store.commit([put(`${bucket}n/${k}`, `${i}`)])));
    }
    assert.ok(
      store.revision - store.compactedRevision <= 100,
      `history of ${store.revision - store.compactedRevision}`,
    );
    assert.equal(store.count(bucket), 20);
    await store.close();
    const bytes = await harness.open(await harness.place(), { history: { bytes: 10_000 } });
    for (let i = 0; i < 50; i++) await bytes.commit([put(`${bucket}n/a`, 'x'.repeat(1_000))]);
    assert.ok(bytes.revision - bytes.compactedRevision <= 10);
    await bytes.close();
  });

  test('closing waits for what is being committed', async () => {
    const place = await harness.place();
    const store = await harness.open(place);
    const commits = Array.from({ length: 100 }, (_, i) =>
      store.commit([put(`${bucket}n/${i % 10}`, `${i}`)]),
    );
    const closing = store.close();
    await Promise.all(commits);
    await closing;
    const again = await harness.open(place);
    assert.deepEqual([again.count(bucket), again.revision], [10, 100]);
    await again.close();
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Append, Store, StoreBound } from '../port.ts';
import { bucket, put, refused, remove } from './operations.ts';
import type { StoreHarness } from './suite.ts';

const tenant = 't/';
const other = 'u/core/configmaps/';
type Fresh = (use: (store: Store, place: string) => Promise<void>) => Promise<void>;

const bound = (prefix: string, most: { objects?: number; bytes?: number }): StoreBound => ({
  type: 'bound',
  prefix,
  ...most,
});

function entry(log: string, value: string): Append {
  return { log, entry: () => ({ value }) };
}

/** What lies below each prefix, for any engine. */
export function usageLaws(fresh: Fresh): void {
  test('usage follows creations, changes and deletions, for tenants and buckets', async () => {
    await fresh(async (store) => {
      assert.deepEqual(store.usage(tenant), { objects: 0, bytes: 0 });
      await store.commit([put(`${bucket}n/a`, 'x'), put('t/apps/sets//b', 'xyz'), put(`${other}n/a`, 'x')]);
      const bytes = (key: string): number => store.get(key)?.value.length ?? 0;
      const a = bytes(`${bucket}n/a`);
      const b = bytes('t/apps/sets//b');
      assert.deepEqual(store.usage(tenant), { objects: 2, bytes: a + b });
      assert.deepEqual(store.usage(bucket), { objects: 1, bytes: a });
      assert.deepEqual(store.usage('t/core/pods/'), { objects: 0, bytes: 0 });
      await store.commit([put(`${bucket}n/a`, 'x'.repeat(100)), remove('t/apps/sets//b')]);
      assert.deepEqual(store.usage(tenant), { objects: 1, bytes: bytes(`${bucket}n/a`) });
      assert.equal(store.usage('u/').objects, 1);
    });
  });

  test('usage is asked of tenants and buckets only', async () => {
    await fresh(async (store) => {
      for (const prefix of ['', 't', 't/core/', 't/core/configmaps', 't/core/configmaps/n/']) {
        assert.throws(() => store.usage(prefix), TypeError, prefix);
        await assert.rejects(
          store.commit([put(`${bucket}n/a`, '1'), bound(prefix, { objects: 1 })]),
          TypeError,
        );
      }
    });
  });
}

/** Bounds of batches, for any engine. */
export function boundLaws(fresh: Fresh): void {
  test('a batch that would exceed a bound fails whole and says by how much', async () => {
    await fresh(async (store) => {
      await store.commit([put(`${bucket}n/a`, '1'), bound(bucket, { objects: 2 })]);
      const error = await refused('exceeded', () =>
        store.commit([put(`${bucket}n/b`, '1'), put(`${bucket}n/c`, '1'), bound(bucket, { objects: 2 })]),
      );
      assert.deepEqual(error.exceeded, { prefix: bucket, measure: 'objects', limit: 2, found: 3, added: 2 });
      assert.equal(store.get(`${bucket}n/b`), undefined);
      assert.deepEqual(store.usage(bucket).objects, 1);
      const [next] = await store.commit([put(`${bucket}n/b`, '1'), bound(tenant, { objects: 2 })]);
      assert.equal(next?.revision, 2, 'a refused batch uses up no revision');
    });
  });

  test('bytes are bounded by what they are after the batch', async () => {
    await fresh(async (store) => {
      const [a] = await store.commit([put(`${bucket}n/a`, 'x')]);
      const limit = (a?.value.length ?? 0) + 10;
      await store.commit([put(`${bucket}n/a`, 'x'.repeat(11)), bound(tenant, { bytes: limit })]);
      const error = await refused('exceeded', () =>
        store.commit([put(`${bucket}n/a`, 'x'.repeat(12)), bound(tenant, { bytes: limit })]),
      );
      assert.deepEqual(error.exceeded, {
        prefix: tenant,
        measure: 'bytes',
        limit,
        found: limit + 1,
        added: 1,
      });
    });
  });

  test('a batch that adds nothing holds, however much is there', async () => {
    await fresh(async (store) => {
      await store.commit([
        put(`${bucket}n/a`, '123'),
        put(`${bucket}n/b`, '123'),
        put(`${bucket}n/c`, '123'),
      ]);
      const narrow = bound(bucket, { objects: 1, bytes: 1 });
      await store.commit([put(`${bucket}n/a`, '12'), narrow]);
      await store.commit([remove(`${bucket}n/b`), put(`${bucket}n/d`, '1'), narrow]);
      await store.commit([remove(`${bucket}n/c`), narrow]);
      await store.commit([put(`${other}n/a`, '1'), narrow]);
      await refused('exceeded', () => store.commit([put(`${bucket}n/e`, '1'), narrow]));
    });
  });

  test('racing batches never exceed a bound, and as many as fit are let through', async () => {
    await fresh(async (store) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 100 }, (_, i) =>
          store.commit([put(`${bucket}n/${i}`, '1', 0), bound(bucket, { objects: 10 })]),
        ),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
      assert.equal(store.count(bucket), 10);
    });
  });

  test('a deletion makes room for those that come after it', async () => {
    await fresh(async (store) => {
      const most = bound(bucket, { objects: 1 });
      await store.commit([put(`${bucket}n/a`, '1'), most]);
      const outcomes = await Promise.allSettled([
        store.commit([remove(`${bucket}n/a`)]),
        store.commit([put(`${bucket}n/b`, '1'), most]),
        store.commit([put(`${bucket}n/c`, '1'), most]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      );
      assert.equal(store.usage(tenant).objects, 1);
    });
  });

  test('an entry of a log is not written when its batch exceeds a bound', async () => {
    await fresh(async (store) => {
      const most = bound(bucket, { objects: 0 });
      await refused('exceeded', () =>
        store.commit([put(`${bucket}n/a`, '1'), most], [entry('t/audit', 'a')]),
      );
      await store.commit([], [entry('t/audit', 'b')]);
      assert.deepEqual(
        (await store.logs.read('t/audit', 0, 9)).map(({ value }) => value),
        ['b'],
      );
    });
  });
}

/** The removal of all that a tenant has, for any engine. */
export function removalLaws(fresh: Fresh, harness: StoreHarness): void {
  test('a log is removed with all its entries, and others stay', async () => {
    await fresh(async (store) => {
      const many = Array.from({ length: 1_201 }, (_, i) => entry('t/audit', `${i}`));
      await store.commit([], [...many, entry('u/audit', 'stays')]);
      await store.logs.remove('t/audit');
      await store.logs.remove('t/audit');
      await store.logs.remove('never/there');
      assert.equal(store.logs.end('t/audit'), 0);
      assert.deepEqual(await store.logs.read('t/audit', 0, 10), []);
      assert.equal(store.logs.end('u/audit'), 1);
      await store.commit([], [entry('t/audit', 'anew')]);
      assert.deepEqual(
        (await store.logs.read('t/audit', 0, 10)).map(({ sequence, value }) => [sequence, value]),
        [[0, 'anew']],
      );
    });
  });

  test('a purge is refused while there is an object, and of anything but a tenant', async () => {
    await fresh(async (store) => {
      await store.commit([put(`${bucket}n/a`, '1')]);
      await refused('conflict', () => store.purge(tenant));
      await assert.rejects(store.purge(bucket), TypeError);
      assert.equal(store.count(bucket), 1);
    });
  });

  test('after a purge nothing of the tenant comes back, and what others have stays as it was', async () => {
    const place = await harness.place();
    let store = await harness.open(place);
    await store.commit([put(`${bucket}n/a`, '1'), put(`${other}n/a`, '1')]);
    await store.commit([put(`${bucket}n/a`, '2'), put(`${other}n/a`, '2')]);
    await store.commit([remove(`${bucket}n/a`)]);
    await store.commit([put(`${other}n/b`, '1')]);
    const { revision } = store;
    await store.purge(tenant);
    await store.purge(tenant);
    const story = (one: Store): unknown[] =>
      one
        .watch(other, 0, () => {})
        .read(10)
        .map(({ type, object }) => [type, object.key, object.revision]);
    const before = story(store);
    assert.equal(before.length, 3);
    assert.deepEqual(store.watch(bucket, 0, () => {}).read(10), []);
    await store.close();
    store = await harness.open(place);
    assert.equal(store.revision, revision);
    assert.deepEqual(story(store), before);
    assert.deepEqual(store.watch(bucket, 0, () => {}).read(10), []);
    assert.deepEqual(store.usage(tenant), { objects: 0, bytes: 0 });
    await store.close();
  });

  test('usage is the same after a restart', async () => {
    const place = await harness.place();
    let store = await harness.open(place);
    for (let i = 0; i < 30; i++) await store.commit([put(`${bucket}n/${i % 7}`, 'x'.repeat(i))]);
    await store.commit([remove(`${bucket}n/3`)]);
    await store.compact(20);
    const usage = store.usage(tenant);
    assert.equal(usage.objects, 6);
    await store.close();
    store = await harness.open(place);
    assert.deepEqual(store.usage(tenant), usage);
    assert.deepEqual(store.usage(bucket), usage);
    await store.close();
  });
}

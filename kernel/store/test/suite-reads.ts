import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../port.ts';
import { bucket, names, put, refused, remove, story, textOf } from './operations.ts';

/** Runs a test on a store of its own. */
export type Fresh = (use: (store: Store, place: string) => Promise<void>) => Promise<void>;

/** Laws of lists. */
export function listLaws(fresh: Fresh): void {
  test('a list holds its prefix in key order, and no other bucket', () =>
    fresh(async (store) => {
      for (const key of ['n/b', 'n/a', 'n-2/c', '/global']) await store.commit([put(`${bucket}${key}`, key)]);
      await store.commit([put('t/core/configmaps2/n/x', 'x')]);
      await store.commit([put('t2/core/configmaps/n/x', 'x')]);
      assert.equal(names(store.list(bucket).objects), 'global=/global c=n-2/c a=n/a b=n/b');
      assert.equal(names(store.list(`${bucket}n/`).objects), 'a=n/a b=n/b');
      assert.equal(names(store.list(`${bucket}/`).objects), 'global=/global');
      assert.deepEqual(store.list('t/core/none/'), { objects: [], revision: store.revision });
      assert.deepEqual(
        [store.count(bucket), store.count(`${bucket}n/`), store.count('t/core/none/')],
        [4, 2, 0],
      );
      assert.deepEqual(store.buckets(), ['t/core/configmaps', 't/core/configmaps2', 't2/core/configmaps']);
      await store.commit([remove('t/core/configmaps2/n/x')]);
      assert.deepEqual(store.buckets(), ['t/core/configmaps', 't2/core/configmaps']);
    }));

  test('pages at one revision are the list at that revision, whatever is written between them', () =>
    fresh(async (store) => {
      for (const name of 'abcdefgh') await store.commit([put(`${bucket}n/${name}`, name)]);
      const whole = store.list(bucket);
      const first = store.list(bucket, { limit: 3 });
      assert.deepEqual([names(first.objects), first.remaining], ['a=a b=b c=c', 5]);
      await store.commit([remove(`${bucket}n/d`), put(`${bucket}n/e`, 'new'), put(`${bucket}n/dd`, 'new')]);
      await store.commit([remove(`${bucket}n/a`), remove(`${bucket}n/h`), put(`${bucket}n/i`, 'new')]);
      const page = { atRevision: first.revision, limit: 3 };
      const second = store.list(bucket, { ...page, after: `${bucket}n/c` });
      assert.deepEqual([names(second.objects), second.remaining], ['d=d e=e f=f', 2]);
      const third = store.list(bucket, { ...page, after: `${bucket}n/f` });
      assert.deepEqual([names(third.objects), third.remaining], ['g=g h=h', undefined]);
      assert.deepEqual([...first.objects, ...second.objects, ...third.objects], whole.objects);
      assert.equal(names(store.list(bucket).objects), 'b=b c=c dd=new e=new f=f g=g i=new');
    }));

  test('a revision that is not there yet is refused', () =>
    fresh(async (store) => {
      await store.commit([put(`${bucket}n/a`, 'x')]);
      await refused('future', () => store.list(bucket, { atRevision: store.revision + 1 }));
      await refused('future', () => store.watch(bucket, store.revision + 1, () => {}));
    }));
}

/** Laws of watches. */
export function watchLaws(fresh: Fresh): void {
  test('a watch from a list brings every later change once, in order, with the state before', () =>
    fresh(async (store) => {
      await store.commit([put(`${bucket}n/a`, '1')]);
      const { revision } = store.list(bucket);
      const watcher = store.watch(bucket, revision, () => {});
      assert.equal(watcher.revision, revision);
      assert.deepEqual(watcher.read(10), []);
      await store.commit([put(`${bucket}n/a`, '2'), put(`${bucket}n/b`, '1')]);
      await store.commit([remove(`${bucket}n/a`)]);
      await store.commit([put('t/core/other/n/x', 'x')]);
      assert.equal(watcher.revision, revision);
      assert.equal(story(watcher.read(1)), 'modified a=2 was 1');
      assert.equal(watcher.revision, revision + 1);
      assert.equal(story(watcher.read(10)), 'added b=1, deleted a=last was 2');
      assert.equal(watcher.revision, store.revision, 'it has read up to the newest revision of the store');
      assert.deepEqual(watcher.read(10), []);
      assert.equal(store.stats().watchers, 1);
      watcher.close();
      assert.equal(store.stats().watchers, 0);
      await store.commit([put(`${bucket}n/c`, '1')]);
      assert.deepEqual(watcher.read(10), []);
    }));

  test('a watch of a namespace brings that namespace, and its revision never goes back', () =>
    fresh(async (store) => {
      const watcher = store.watch(`${bucket}n/`, 0, () => {});
      await store.commit([put(`${bucket}m/a`, '1')]);
      await store.commit([put(`${bucket}m/b`, '1')]);
      assert.equal(watcher.revision, 2, 'nothing before it concerns this watcher');
      await store.commit([put(`${bucket}n/c`, '1')]);
      assert.equal(watcher.revision, 2);
      assert.equal(story(watcher.read(10)), 'added c=1');
      assert.equal(watcher.revision, 3);
    }));

  test('a watcher is woken once per group, and only for what it watches', () =>
    fresh(async (store) => {
      const wakes = { all: 0, n: 0, m: 0 };
      store.watch(bucket, 0, () => wakes.all++);
      store.watch(`${bucket}n/`, 0, () => wakes.n++);
      store.watch(`${bucket}m/`, 0, () => wakes.m++);
      await Promise.all(Array.from({ length: 10 }, (_, i) => store.commit([put(`${bucket}n/${i}`, 'x')])));
      assert.equal(store.stats().groups, 1);
      assert.deepEqual(wakes, { all: 1, n: 1, m: 0 });
    }));

  test('when a watcher is woken it reads what is visible, and may commit and watch', () =>
    fresh(async (store) => {
      let nested: Promise<unknown> | undefined;
      const watcher = store.watch(bucket, 0, () => {
        if (nested !== undefined) return;
        assert.equal(story(watcher.read(10)), 'added a=1');
        assert.equal(textOf(store.get(`${bucket}n/a`)), '1');
        store.watch(bucket, store.revision, () => {});
        nested = store.commit([put(`${bucket}n/b`, '1')]);
      });
      await store.commit([put(`${bucket}n/a`, '1')]);
      await nested;
      assert.equal(story(watcher.read(10)), 'added b=1');
    }));
}

/** Laws of compaction. */
export function compactionLaws(fresh: Fresh): void {
  test('what is compacted away is refused, what is left is served', () =>
    fresh(async (store) => {
      for (const text of '12345') await store.commit([put(`${bucket}n/a`, text)]);
      await store.compact(3);
      assert.equal(store.compactedRevision, 3);
      await refused('compacted', () => store.list(bucket, { atRevision: 2 }));
      await refused('compacted', () => store.watch(bucket, 2, () => {}));
      assert.equal(names(store.list(bucket, { atRevision: 3 }).objects), 'a=3');
      assert.equal(names(store.list(bucket, { atRevision: 4 }).objects), 'a=4');
      assert.equal(
        story(store.watch(bucket, 3, () => {}).read(10)),
        'modified a=4 was 3, modified a=5 was 4',
      );
      await store.compact(2);
      assert.equal(store.compactedRevision, 3, 'it never goes back');
      await store.compact(1_000);
      assert.equal(store.compactedRevision, 5, 'nor beyond the newest');
    }));

  test('a watcher whose place was compacted away is told, one that had read is not', () =>
    fresh(async (store) => {
      const slow = store.watch(bucket, 0, () => {});
      const fast = store.watch(bucket, 0, () => {});
      const elsewhere = store.watch(`${bucket}m/`, 0, () => {});
      for (const text of '123') await store.commit([put(`${bucket}n/a`, text)]);
      fast.read(10);
      await store.compact(2);
      await refused('compacted', () => slow.read(10));
      await store.commit([put(`${bucket}n/a`, '4')]);
      await store.commit([put(`${bucket}m/b`, '1')]);
      assert.equal(story(fast.read(10)), 'modified a=4 was 3, added b=1');
      assert.equal(story(elsewhere.read(10)), 'added b=1');
    }));
}

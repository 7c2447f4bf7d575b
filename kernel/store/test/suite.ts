import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Store, type StoredObject, StoreError, type StoreEvent, type StoreOperation } from '../port.ts';

/** What a test of any engine needs: a store in a place of its own, and that place opened again. */
export interface StoreHarness {
  open(place: string, options?: { history?: { events?: number; bytes?: number } }): Promise<Store>;
  /** A new, empty place. */
  place(): Promise<string>;
  /** Removes all places. */
  cleanup(): Promise<void>;
}

export const bucket = 't/core/configmaps/';

export function put(key: string, text: string, expect?: number): StoreOperation {
  const value = (revision: number): string => JSON.stringify({ text, revision });
  return expect === undefined ? { type: 'put', key, value } : { type: 'put', key, expect, value };
}

export function remove(key: string, expect?: number): StoreOperation {
  const value = (revision: number): string => JSON.stringify({ text: 'last', revision });
  return expect === undefined ? { type: 'delete', key, value } : { type: 'delete', key, expect, value };
}

export function textOf(object: StoredObject | undefined): string | undefined {
  if (object === undefined) return undefined;
  const value: unknown = JSON.parse(object.value);
  return typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : undefined;
}

/** Resolves with the error that is thrown, which must be a refusal with this code. */
export async function refused(code: string, action: () => unknown): Promise<StoreError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof StoreError, `not a refusal: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`not refused with '${code}'`);
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
    listLaws(fresh);
    watchLaws(fresh);
    compactionLaws(fresh);
    restartLaws(harness);
  });
}

function commitLaws(store: () => Store): void {
  test('a commit returns what is then read, with the revision that its value was made for', async () => {
    const [object] = await store().commit([put(`${bucket}n/first`, 'one')]);
    assert.deepEqual(store().get(`${bucket}n/first`), object);
    assert.deepEqual(JSON.parse(object?.value ?? ''), { text: 'one', revision: object?.revision });
    assert.equal(store().revision, object?.revision);
  });

  test('nothing is visible before it is durable', async () => {
    const key = `${bucket}n/later`;
    const before = store().revision;
    const committing = store().commit([put(key, 'x')]);
    assert.equal(store().get(key), undefined);
    assert.equal(store().revision, before);
    assert.equal(store().stats().pending, 1);
    await committing;
    assert.equal(textOf(store().get(key)), 'x');
    assert.equal(store().stats().pending, 0);
  });

  test('an expectation that does not hold is a conflict with the revision found', async () => {
    const key = `${bucket}n/expected`;
    const absent = await refused('conflict', () => store().commit([put(key, 'x', 7)]));
    assert.deepEqual([absent.key, absent.actual], [key, 0]);
    const [object] = await store().commit([put(key, 'x', 0)]);
    const there = await refused('conflict', () => store().commit([put(key, 'y', 0)]));
    assert.equal(there.actual, object?.revision);
    await store().commit([put(key, 'y', object?.revision ?? -1)]);
    assert.equal(textOf(store().get(key)), 'y');
  });

  test('a delete needs an object, and its value is the last state', async () => {
    const key = `${bucket}n/deleted`;
    assert.equal((await refused('conflict', () => store().commit([remove(key)]))).actual, 0);
    const [object] = await store().commit([put(key, 'x')]);
    const [last] = await store().commit([remove(key, object?.revision ?? -1)]);
    assert.equal(textOf(last), 'last');
    assert.equal(store().get(key), undefined);
    assert.ok((last?.revision ?? 0) > (object?.revision ?? 0));
  });

  test('a batch is committed whole or not at all, each change with its own revision', async () => {
    const [a, b] = await store().commit([put(`${bucket}n/a`, '1'), put(`${bucket}n/b`, '1')]);
    assert.equal((b?.revision ?? 0) - (a?.revision ?? 0), 1);
    await refused('conflict', () => store().commit([put(`${bucket}n/a`, '2'), put(`${bucket}n/b`, '2', 0)]));
    assert.equal(textOf(store().get(`${bucket}n/a`)), '1');
  });

  test('a check writes nothing and fails the batch when it does not hold', async () => {
    const [guard] = await store().commit([put(`${bucket}n/guard`, 'g')]);
    const revision = guard?.revision ?? -1;
    const check = { type: 'check', key: `${bucket}n/guard`, expect: revision } as const;
    const objects = await store().commit([check, put(`${bucket}n/guarded`, 'x')]);
    assert.equal(objects.length, 1);
    assert.equal(store().get(`${bucket}n/guard`)?.revision, revision);
    await store().commit([put(`${bucket}n/guard`, 'h')]);
    const error = await refused('conflict', () => store().commit([check, put(`${bucket}n/guarded`, 'y')]));
    assert.equal(error.key, `${bucket}n/guard`);
    assert.equal(textOf(store().get(`${bucket}n/guarded`)), 'x');
    assert.deepEqual(await store().commit([{ type: 'check', key: `${bucket}n/none`, expect: 0 }]), []);
    assert.deepEqual(await store().commit([]), []);
  });

  test('of concurrent commits that expect the same state exactly one holds', async () => {
    const key = `${bucket}n/raced`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store().commit([put(key, `${i}`, 0)])),
    );
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
    assert.equal(textOf(store().get(key)), '0', 'the first that came');
  });

  test('commits of one key take effect in the order they came, also through batches', async () => {
    const [a, b] = [`${bucket}n/fifo-a`, `${bucket}n/fifo-b`];
    const revisions: number[] = [];
    const seen = (key: string, text: string): Promise<void> =>
      store()
        .commit([put(key, text)])
        .then(([object]) => void revisions.push(object?.revision ?? 0));
    const both = (first: string, second: string): Promise<void> =>
      store()
        .commit([put(first, 'both'), put(second, 'both')])
        .then(([object]) => void revisions.push(object?.revision ?? 0));
    await Promise.all([seen(a, '1'), both(a, b), seen(b, '2'), both(b, a), seen(a, '3'), seen(b, '3')]);
    assert.deepEqual(
      revisions,
      [...revisions].sort((x, y) => x - y),
    );
    assert.deepEqual([textOf(store().get(a)), textOf(store().get(b))], ['3', '3']);
  });

  test('overlapping batches in opposite order do not wait for each other for ever', async () => {
    const keys = Array.from({ length: 6 }, (_, i) => `${bucket}n/ring-${i}`);
    const at = (i: number): string => keys[i % keys.length] ?? '';
    const batches = Array.from({ length: 60 }, (_, i) =>
      store().commit([
        put(at(i), `${i}`),
        { type: 'check', key: at(i + 2), expect: 0 },
        put(at(i + 1), `${i}`),
      ]),
    );
    const outcomes = await Promise.allSettled(batches);
    assert.equal(outcomes[0]?.status, 'fulfilled');
    assert.equal(store().stats().pending, 0);
  });

  test('checks of one key do not hold each other up', async () => {
    const groups = store().stats().groups;
    const guard = store().get(`${bucket}n/guard`)?.revision ?? -1;
    const check = { type: 'check', key: `${bucket}n/guard`, expect: guard } as const;
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => store().commit([check, put(`${bucket}n/in-${i}`, 'x')])),
    );
    assert.ok(store().stats().groups - groups <= 2, 'all 50 share a sync or two');
  });

  test('a value that throws fails its batch alone and uses up no revision', async () => {
    const before = store().revision;
    const bad: StoreOperation = {
      type: 'put',
      key: `${bucket}n/bad`,
      value: () => {
        throw new RangeError('no value');
      },
    };
    const outcomes = await Promise.allSettled([
      store().commit([put(`${bucket}n/fine`, '1'), bad]),
      store().commit([put(`${bucket}n/ok`, 'x')]),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['rejected', 'fulfilled'],
    );
    assert.equal(store().get(`${bucket}n/fine`), undefined);
    assert.equal(store().revision, before + 1);
  });

  test('keys and batches that make no sense are refused as bugs', async () => {
    await assert.rejects(store().commit([put('no/such/key', 'x')]), TypeError);
    await assert.rejects(
      store().commit([put(`${bucket}n/twice`, 'x'), put(`${bucket}n/twice`, 'y')]),
      TypeError,
    );
    assert.throws(() => store().list('t/core/configmaps'), TypeError);
    assert.throws(() => store().watch('t/core/', 0, () => {}), TypeError);
  });
}

type Fresh = (use: (store: Store, place: string) => Promise<void>) => Promise<void>;

function names(objects: readonly StoredObject[]): string {
  return objects
    .map((object) => `${object.key.slice(object.key.lastIndexOf('/') + 1)}=${textOf(object)}`)
    .join(' ');
}

function listLaws(fresh: Fresh): void {
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

function story(events: readonly StoreEvent[]): string {
  return events
    .map(
      ({ type, object, previous }) =>
        `${type} ${names([object])}${previous ? ` was ${textOf(previous)}` : ''}`,
    )
    .join(', ');
}

function watchLaws(fresh: Fresh): void {
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

function compactionLaws(fresh: Fresh): void {
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

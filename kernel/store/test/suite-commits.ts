import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store, StoreOperation } from '../port.ts';
import { bucket, put, refused, remove, textOf } from './operations.ts';

/** Laws of single commits. */
export function commitLaws(store: () => Store): void {
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
}

/** Laws of batches. */
export function batchLaws(store: () => Store): void {
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
}

/** Laws of the order of commits. */
export function orderLaws(store: () => Store): void {
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
}

/** Laws of commits that cannot be. */
export function refusalLaws(store: () => Store): void {
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

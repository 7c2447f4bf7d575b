import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Objects } from '../../api/objects.ts';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import { configMapKind } from '../../builtin/config-map.ts';
import { namespaceKind } from '../../builtin/namespace.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { type KindDefinition, resourceOf } from '../../model/define-kind.ts';
import { StatusError } from '../../model/status-error.ts';
import { writeRequest } from '../../run/run-request.ts';
import { commitFenced, currentFence, type Fence, FencedError, requireFence, withFence } from '../fence.ts';
import { unitKey } from '../lease-record.ts';

const user = { username: 'controller', groups: ['system:masters'] };

/** A store with a record of who owns a unit, and a fence at a revision of it. */
async function world() {
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const objects = new Objects({ store, tenant: 'default', clock, random: seededRandom(1) });
  const servedBy = (kind: KindDefinition) => {
    const type = resourceOf(kind);
    const [version] = type.versions;
    assert.ok(version);
    return { type, version };
  };
  const create = async (kind: KindDefinition, namespace: string, name: string): Promise<void> => {
    const request = writeRequest(servedBy(kind), namespace, '', user, clock.now());
    await objects.create({ metadata: { name } }, request);
  };
  await create(namespaceKind, '', 'default');
  const key = unitKey('controller.test');
  const own = async (): Promise<number> => {
    const [stored] = await store.commit([{ type: 'put', key, value: () => '{}' }]);
    return stored?.revision ?? 0;
  };
  let refused = 0;
  const fence = (revision: number, holds = true): Fence => ({
    unit: 'controller.test',
    holds: () => holds,
    check: () => ({ type: 'check', key, expect: revision }),
    refused: () => refused++,
  });
  const configMap = (name: string): Promise<void> => create(configMapKind, 'default', name);
  return { store, own, fence, configMap, refused: () => refused };
}

test('a write under a fence that holds is committed; once the record has moved, nothing is, and the owner is told', async () => {
  const { store, own, fence, configMap, refused } = await world();
  const first = fence(await own());
  await withFence(first, () => configMap('one'));
  await own();
  const before = store.revision;
  await assert.rejects(
    withFence(first, () => configMap('two')),
    (error) => error instanceof FencedError && error.unit === 'controller.test',
  );
  assert.equal(store.revision, before);
  assert.equal(refused(), 1);
});

test('a fence that does not hold by the clock is not even tried at the store', async () => {
  const { store, own, fence, configMap, refused } = await world();
  const late = fence(await own(), false);
  const before = store.revision;
  await assert.rejects(
    withFence(late, () => configMap('one')),
    FencedError,
  );
  assert.deepEqual([store.revision, refused()], [before, 1]);
});

test('work that commits past the objects carries its fence, too, and asks before an effect that is no commit', async () => {
  const { store, own, fence, refused } = await world();
  const key = 'acme/core/configmaps/default/one';
  const put = { type: 'put', key, value: () => '{}' } as const;
  const write = () => commitFenced((checks) => store.commit([put, ...checks]));
  await write();
  const first = fence(await own());
  await withFence(first, write);
  withFence(first, requireFence);
  await own();
  await assert.rejects(withFence(first, write), FencedError);
  assert.throws(() => withFence(fence(0, false), requireFence), FencedError);
  assert.equal(refused(), 2);
  requireFence();
});

test('an ordinary conflict under a fence stays one: it is not taken for the loss of the unit', async () => {
  const { own, fence, configMap, refused } = await world();
  const holding = fence(await own());
  await withFence(holding, () => configMap('one'));
  await assert.rejects(
    withFence(holding, () => configMap('one')),
    (error) => error instanceof StatusError && error.reason === 'AlreadyExists',
  );
  assert.equal(refused(), 0);
});

test('a fence goes along with what its work begins, and no further; others keep theirs', async () => {
  const { own, fence } = await world();
  const [a, b] = [fence(await own()), fence(await own())];
  const seen: (Fence | undefined)[] = [];
  const gate = Promise.withResolvers<void>();
  const work = withFence(a, async () => {
    await gate.promise;
    seen.push(currentFence());
    withFence(b, () => seen.push(currentFence()));
    withFence(undefined, () => seen.push(currentFence()));
    seen.push(currentFence());
  });
  withFence(b, () => gate.resolve());
  seen.push(currentFence());
  await work;
  assert.deepEqual(seen, [undefined, a, b, undefined, a]);
});

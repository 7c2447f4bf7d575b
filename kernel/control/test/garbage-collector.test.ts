import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { garbageCollector } from '../garbage-collector.ts';
import { faultLaw } from './fault-law.ts';
import { clusters, configMaps, ownedBy, World, widgets } from './world.ts';

test('a dependant goes when its owner is deleted, and so do its own dependants', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const owner = await world.widget({ name: 'owner' });
  const child = await world.configMap('child', { ownerReferences: [ownedBy(owner)] });
  await world.configMap('grandchild', { ownerReferences: [ownedBy(child)] });
  await world.configMap('stranger');
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' });
  await world.settle();
  assert.deepEqual(world.names(configMaps), ['default/stranger']);
});

test('a dependant that was left behind while nothing ran is deleted at the next start', async () => {
  const world = await World.make();
  const owner = await world.widget({ name: 'owner' });
  await world.configMap('child', { ownerReferences: [ownedBy(owner)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' });
  world.run(garbageCollector());
  await world.settle();
  assert.deepEqual(world.names(configMaps), []);
});

test('an owner of the same name with another uid is another owner', async () => {
  const world = await World.make();
  const owner = await world.widget({ name: 'owner' });
  await world.configMap('child', { ownerReferences: [ownedBy(owner)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' });
  await world.widget({ name: 'owner' });
  world.run(garbageCollector());
  await world.settle();
  assert.deepEqual(world.names(configMaps), []);
});

test('with one owner left a dependant stays, and loses the reference to the owner that is gone', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const gone = await world.widget({ name: 'gone' });
  const stays = await world.widget({ name: 'stays' });
  await world.configMap('child', { ownerReferences: [ownedBy(gone), ownedBy(stays)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'gone' });
  await world.settle();
  const child = world.client.get(configMaps, { namespace: 'default', name: 'child' });
  assert.deepEqual(
    child?.metadata.ownerReferences?.map(({ name }) => name),
    ['stays'],
  );
});

test('an owner in another namespace deletes nothing while it lives', async () => {
  const world = await World.make();
  const foreign = await world.widget({ name: 'foreign', namespace: 'other' });
  await world.configMap('child', { ownerReferences: [ownedBy(foreign)] });
  world.run(garbageCollector());
  await world.settle();
  assert.deepEqual(world.names(configMaps), ['default/child']);
  const [event] = world.events('OwnerRefInvalidNamespace');
  assert.match(String(event?.['message']), /foreign.*does not exist in namespace "default"/);
  assert.equal(event?.['type'], 'Warning');
});

test('an owner in another namespace that is gone is absent, whether its end was seen or not', async () => {
  for (const seen of [true, false]) {
    const world = await World.make();
    const foreign = await world.widget({ name: 'foreign', namespace: 'other' });
    await world.configMap('child', { ownerReferences: [ownedBy(foreign)] });
    if (seen) world.run(garbageCollector());
    await world.settle();
    await world.client.delete(widgets, { namespace: 'other', name: 'foreign' });
    if (!seen) world.run(garbageCollector());
    await world.settle();
    assert.deepEqual(world.names(configMaps), [], seen ? 'seen' : 'not seen');
  }
});

test('an owner that waits for a dependant with an invalid owner beside it does not wait for ever', async () => {
  const world = await World.make();
  const owner = await world.widget({ name: 'owner' });
  const foreign = await world.widget({ name: 'foreign', namespace: 'other' });
  await world.configMap('child', { ownerReferences: [ownedBy(owner, true), ownedBy(foreign)] });
  world.run(garbageCollector());
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' }, { propagation: 'Foreground' });
  await world.settle();
  assert.deepEqual(world.names(widgets), ['other/foreign']);
  const child = world.client.get(configMaps, { namespace: 'default', name: 'child' });
  assert.deepEqual(
    child?.metadata.ownerReferences?.map(({ name }) => name),
    ['foreign'],
  );
});

test('a cluster-scoped object with a namespaced owner is kept and reported', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const owner = await world.widget({ name: 'owner' });
  await world.cluster({ name: 'child', ownerReferences: [ownedBy(owner)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' });
  await world.settle();
  assert.deepEqual(world.names(clusters), ['/child']);
  assert.equal(world.events('OwnerRefInvalidNamespace').length, 1);
});

test('dependants of a kind that nobody serves are kept until the kind is known', async () => {
  const world = await World.make();
  const type = world.client.resourceFor('example.dev/v1', 'Widget');
  assert.ok(type);
  const owner = { apiVersion: 'example.dev/v1', kind: 'Widget', name: 'owner', uid: 'unknown-uid' };
  await world.configMap('child', { ownerReferences: [owner] });
  world.client.unserve(widgets);
  world.run(garbageCollector());
  await world.settle();
  assert.deepEqual(world.names(configMaps), ['default/child']);
  world.client.serve(type);
  await world.settle();
  assert.deepEqual(world.names(configMaps), []);
});

test('foreground: dependants that block go before their owner, and the owner waits for their finalizers', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const owner = await world.widget({ name: 'owner' });
  await world.configMap('held', {
    ownerReferences: [ownedBy(owner, true)],
    finalizers: ['example.dev/hold'],
  });
  await world.configMap('free', { ownerReferences: [ownedBy(owner)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' }, { propagation: 'Foreground' });
  await world.settle();
  assert.deepEqual(world.names(configMaps), ['default/held']);
  assert.deepEqual(world.names(widgets), ['default/owner'], 'the owner waits');
  await world.client.patch(
    configMaps,
    { namespace: 'default', name: 'held' },
    { metadata: { finalizers: [] } },
  );
  await world.settle();
  assert.deepEqual([world.names(configMaps), world.names(widgets)], [[], []]);
});

test('foreground reaches through generations, and a circle of owners does not hang', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const a = await world.widget({ name: 'a' });
  const b = await world.widget({ name: 'b', ownerReferences: [ownedBy(a, true)] });
  await world.widget({ name: 'c', ownerReferences: [ownedBy(b, true)] });
  await world.client.patch(
    widgets,
    { namespace: 'default', name: 'a' },
    {
      metadata: { ownerReferences: [ownedBy(b, true)] },
    },
  );
  await world.client.delete(widgets, { namespace: 'default', name: 'a' }, { propagation: 'Foreground' });
  await world.settle();
  assert.deepEqual(world.names(widgets), []);
});

test('orphan: dependants stay and lose the reference, then the owner goes', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const owner = await world.widget({ name: 'owner' });
  const child = await world.configMap('child', { ownerReferences: [ownedBy(owner)] });
  await world.client.delete(widgets, { namespace: 'default', name: 'owner' }, { propagation: 'Orphan' });
  await world.settle();
  assert.deepEqual(world.names(widgets), []);
  const left = world.client.get(configMaps, { namespace: 'default', name: 'child' });
  assert.equal(left?.metadata.uid, child.metadata.uid);
  assert.deepEqual(left?.metadata.ownerReferences ?? [], []);
});

test('dependants of a kind that is no longer served no longer block', async () => {
  const world = await World.make();
  world.run(garbageCollector());
  const owner = await world.configMap('owner');
  await world.widget({
    name: 'child',
    ownerReferences: [ownedBy(owner, true)],
    finalizers: ['example.dev/hold'],
  });
  await world.client.delete(
    configMaps,
    { namespace: 'default', name: 'owner' },
    { propagation: 'Foreground' },
  );
  await world.settle();
  assert.deepEqual(world.names(configMaps), ['default/owner']);
  world.client.unserve(widgets);
  await world.settle();
  assert.deepEqual(world.names(configMaps), []);
});

test('property: what is left agrees with a dumb model of ownership', async () => {
  const forest = fc.array(fc.record({ owners: fc.array(fc.nat(11), { maxLength: 3 }), dies: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(forest, fc.boolean(), async (plan, runsFromTheStart) => {
      const world = await World.make();
      if (runsFromTheStart) world.run(garbageCollector());
      const made: Awaited<ReturnType<World['configMap']>>[] = [];
      for (const [i, { owners }] of plan.entries()) {
        const earlier = [...new Set(owners.filter((owner) => owner < i))].flatMap(
          (owner) => made[owner] ?? [],
        );
        made.push(
          await world.configMap(`o${i}`, { ownerReferences: earlier.map((owner) => ownedBy(owner)) }),
        );
      }
      for (const [i, { dies }] of plan.entries()) {
        const name = { namespace: 'default', name: `o${i}` };
        if (dies && world.client.get(configMaps, name)) await world.client.delete(configMaps, name);
      }
      if (!runsFromTheStart) world.run(garbageCollector());
      await world.settle();
      // The model: an object lives unless it was deleted, or had owners and all of them are dead.
      const lives: boolean[] = [];
      for (const [i, { owners, dies }] of plan.entries()) {
        const named = owners.filter((owner) => owner < i);
        lives.push(!dies && (named.length === 0 || named.some((owner) => lives[owner] === true)));
      }
      const expected = lives.flatMap((alive, i) => (alive ? [`default/o${i}`] : [])).sort();
      assert.deepEqual(world.names(configMaps), expected);
    }),
    { numRuns: 60 },
  );
});

test('fault law: foreground and background deletion', async () => {
  const report = await faultLaw({
    controllers: () => [garbageCollector()],
    async setup() {
      const world = await World.make();
      const owner = await world.widget({ name: 'owner' });
      const second = await world.widget({ name: 'second' });
      const child = await world.configMap('child', { ownerReferences: [ownedBy(owner, true)] });
      await world.configMap('grandchild', { ownerReferences: [ownedBy(child, true)] });
      await world.configMap('shared', { ownerReferences: [ownedBy(owner, true), ownedBy(second)] });
      await world.client.delete(
        widgets,
        { namespace: 'default', name: 'owner' },
        { propagation: 'Foreground' },
      );
      return {
        client: world.client,
        clock: world.clock,
        objects: () => world.client.dump(),
        check: () => assert.deepEqual(world.names(configMaps), ['default/shared']),
      };
    },
  });
  assert.ok(report.steps >= 4, `${report.steps} steps`);
});

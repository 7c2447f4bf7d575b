import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionsOf } from '../dead-letter.ts';
import { namespaceController } from '../namespace-controller.ts';
import { faultLaw } from './fault-law.ts';
import { configMaps, namespaces, World, widgets } from './world.ts';

const serviceAccounts = { group: '', resource: 'serviceaccounts' };

test('every namespace gets its service account, and again when it is deleted; the CA only when there is one', async () => {
  const world = await World.make();
  world.run(namespaceController());
  await world.settle();
  assert.deepEqual(world.names(serviceAccounts), ['default/default', 'other/default']);
  assert.deepEqual(world.names(configMaps), []);
  await world.client.delete(serviceAccounts, { namespace: 'other', name: 'default' });
  await world.settle();
  assert.deepEqual(world.names(serviceAccounts), ['default/default', 'other/default']);
});

test('the CA is put right when somebody changes it', async () => {
  const world = await World.make();
  world.run(namespaceController({ rootCa: 'PEM' }));
  await world.settle();
  const name = { namespace: 'other', name: 'kube-root-ca.crt' };
  await world.client.patch(configMaps, name, { data: { 'ca.crt': 'forged' } });
  await world.settle();
  assert.deepEqual(world.client.get(configMaps, name)?.['data'], { 'ca.crt': 'PEM' });
});

test('a deleted namespace goes with all that is in it, and nothing else goes', async () => {
  const world = await World.make();
  world.run(namespaceController());
  await world.configMap('a', { namespace: 'other' });
  await world.widget({ name: 'w', namespace: 'other' });
  await world.configMap('b');
  await world.settle();
  await world.client.delete(namespaces, { name: 'other' });
  await world.settle();
  assert.deepEqual(world.names(namespaces), ['/default']);
  assert.deepEqual(world.names(configMaps), ['default/b']);
  assert.deepEqual([world.names(widgets), world.names(serviceAccounts)], [[], ['default/default']]);
  assert.deepEqual(world.errors, []);
});

test('what holds a namespace is named in its conditions, and it goes on when that is gone', async () => {
  const world = await World.make();
  world.run(namespaceController());
  await world.widget({ name: 'held', namespace: 'other', finalizers: ['example.dev/hold'] });
  await world.configMap('free', { namespace: 'other' });
  await world.client.delete(namespaces, { name: 'other' });
  await world.settle(5_000);
  const waiting = world.client.get(namespaces, { name: 'other' });
  assert.ok(waiting);
  assert.equal((waiting['status'] as { phase?: string }).phase, 'Terminating');
  const by = new Map(conditionsOf(waiting).map((condition) => [condition.type, condition]));
  assert.equal(
    by.get('NamespaceContentRemaining')?.message,
    'Some resources are remaining: widgets.example.dev has 1 resource instances',
  );
  assert.equal(
    by.get('NamespaceFinalizersRemaining')?.message,
    'Some content in the namespace has finalizers remaining: example.dev/hold in 1 resource instances (widgets.example.dev/held)',
  );
  assert.equal(by.get('NamespaceDeletionContentFailure')?.status, 'False');
  await world.client.patch(widgets, { namespace: 'other', name: 'held' }, { metadata: { finalizers: [] } });
  await world.settle(2_000);
  assert.equal(world.client.get(namespaces, { name: 'other' }), undefined);
});

test('a namespace that waits is not written again and again', async () => {
  const world = await World.make();
  world.run(namespaceController());
  await world.widget({ name: 'held', namespace: 'other', finalizers: ['example.dev/hold'] });
  await world.client.delete(namespaces, { name: 'other' });
  await world.settle(20_000);
  const before = world.client.commits;
  await world.settle(120_000);
  assert.equal(world.client.commits, before);
});

test('fault law: a namespace is taken apart, another one is completed', async () => {
  const report = await faultLaw({
    controllers: () => [namespaceController({ rootCa: 'PEM' })],
    async setup() {
      const world = await World.make();
      await world.configMap('a', { namespace: 'other' });
      await world.widget({ name: 'held', namespace: 'other', finalizers: ['example.dev/hold'] });
      await world.client.delete(namespaces, { name: 'other' });
      return {
        client: world.client,
        clock: world.clock,
        objects: () => world.client.dump(),
        async disturb(client) {
          await client.patch(widgets, { namespace: 'other', name: 'held' }, { metadata: { finalizers: [] } });
        },
        check: () => assert.deepEqual(world.names(namespaces), ['/default']),
      };
    },
  });
  assert.ok(report.steps >= 5, `${report.steps} steps`);
});

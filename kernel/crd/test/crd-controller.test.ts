import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '../../api/registry.ts';
import { builtinKinds } from '../../builtin/builtin-kinds.ts';
import { nowMs, services } from '../../builtin/test/submit.ts';
import { resourceOf } from '../../model/define-kind.ts';
import { isObject } from '../../model/json.ts';
import type { Condition, KubeObject } from '../../model/object.ts';
import type { WriteContext } from '../../model/resource-type.ts';
import { type CrdController, crdController } from '../crd-controller.ts';
import { instancesGonePollMs } from '../limits.ts';
import { ServedCrds } from '../served-crds.ts';
import { MemoryClient } from './memory-client.ts';
import { type Draft, stored } from './sample.ts';

const crds = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
const widgets = { group: 'shop.example.com', resource: 'widgets' };

interface World {
  readonly registry: Registry;
  readonly client: MemoryClient;
  readonly controller: CrdController;
  readonly served: ServedCrds;
}

function world(): World {
  const registry = new Registry();
  registry.setAll(builtinKinds(services).map(resourceOf));
  const client = new MemoryClient(registry);
  const served = new ServedCrds(registry);
  const clock = { now: () => nowMs, monotonic: () => 0, after: () => () => undefined };
  return { registry, client, served, controller: crdController({ client, registry, served, clock }) };
}

function crd(world: World, plural: string): KubeObject | undefined {
  return world.client.get(crds, { name: `${plural}.shop.example.com` });
}

function statusOf(object: KubeObject | undefined): {
  conditions: Condition[];
  acceptedNames: Draft;
  storedVersions: string[];
} {
  return object?.['status'] as { conditions: Condition[]; acceptedNames: Draft; storedVersions: string[] };
}

function conditions(object: KubeObject | undefined): string[] {
  return statusOf(object).conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

async function settle({ controller }: World, ...plurals: string[]): Promise<void> {
  for (const plural of plurals) await controller.reconcile({ name: `${plural}.shop.example.com` });
}

function instance(name: string, finalizers: string[] = []): KubeObject {
  const metadata = {
    name,
    namespace: 'team',
    uid: name,
    resourceVersion: '',
    creationTimestamp: '',
    finalizers,
  };
  return { apiVersion: 'shop.example.com/v1', kind: 'Widget', metadata };
}

test('a definition is served once its status is durable, and a second look writes nothing', async () => {
  const w = world();
  w.client.put(crds, stored('widgets', 'Widget', { names: { shortNames: ['wd'] } }));
  w.client.beforeWrite = () => assert.equal(w.registry.at('shop.example.com', 'v1', 'widgets'), undefined);
  await settle(w, 'widgets');
  assert.ok(w.registry.at('shop.example.com', 'v1', 'widgets'));
  const object = crd(w, 'widgets');
  assert.deepEqual(conditions(object), [
    'NamesAccepted=True NoConflicts',
    'Established=True InitialNamesAccepted',
  ]);
  assert.deepEqual(statusOf(object).acceptedNames, {
    kind: 'Widget',
    listKind: 'WidgetList',
    plural: 'widgets',
    singular: 'widget',
    shortNames: ['wd'],
  });
  assert.deepEqual(statusOf(object).storedVersions, ['v1']);
  const generation = w.registry.generation;
  await settle(w, 'widgets');
  assert.deepEqual(w.client.writes, ['patch customresourcedefinitions/status widgets.shop.example.com']);
  assert.equal(w.registry.generation, generation);
});

test('a conflict: refused, told, and solved when the other one goes', async () => {
  const w = world();
  w.client.put(crds, stored('widgets', 'Widget', { names: { shortNames: ['wd'] } }));
  w.client.put(
    crds,
    stored('gadgets', 'Widget', { names: { singular: 'gadget', shortNames: ['wd', 'gd'] } }),
  );
  await Promise.all([settle(w, 'widgets'), settle(w, 'gadgets')]);
  const refused = crd(w, 'gadgets');
  assert.deepEqual(conditions(refused), [
    'NamesAccepted=False ListKindConflict',
    'Established=False NotAccepted',
  ]);
  assert.equal(statusOf(refused).conditions[0]?.message, '"WidgetList" is already in use');
  assert.equal(w.registry.get('shop.example.com', 'gadgets'), undefined);
  await w.client.delete(crds, { name: 'widgets.shop.example.com' });
  const gone = crd(w, 'widgets');
  assert.ok(gone?.metadata.deletionTimestamp);
  await settle(w, 'widgets');
  await settle(w, 'widgets');
  assert.equal(crd(w, 'widgets'), undefined);
  await settle(w, 'widgets');
  assert.deepEqual(conditions(crd(w, 'gadgets')), [
    'NamesAccepted=True NoConflicts',
    'Established=True InitialNamesAccepted',
  ]);
  assert.ok(w.registry.forKind('shop.example.com/v1', 'Widget'));
  assert.equal(w.registry.get('shop.example.com', 'widgets'), undefined);
});

test('names of built-in kinds are taken, in their group only', async () => {
  const w = world();
  const [widget] = builtinKinds(services);
  assert.ok(widget);
  const type = resourceOf({
    ...widget,
    group: 'shop.example.com',
    kind: 'Widget',
    plural: 'widgets',
    shortNames: [],
  });
  w.registry.set(type);
  w.client.put(crds, stored('widgets', 'Thing'));
  w.client.put(crds, stored('secrets', 'Secret'));
  await settle(w, 'widgets', 'secrets');
  assert.deepEqual(conditions(crd(w, 'widgets')), [
    'NamesAccepted=False PluralConflict',
    'Established=False NotAccepted',
  ]);
  assert.equal(w.registry.get('shop.example.com', 'widgets')?.origin, 'builtin');
  assert.deepEqual(conditions(crd(w, 'secrets'))[0], 'NamesAccepted=True NoConflicts');
});

test('new short names are taken up, and dropped ones leave the status', async () => {
  const w = world();
  w.client.put(crds, stored('widgets', 'Widget', { names: { shortNames: ['wd'] } }));
  await settle(w, 'widgets');
  const object = crd(w, 'widgets');
  assert.ok(object);
  const changed = structuredClone(object);
  changed.metadata.generation = 2;
  delete ((changed['spec'] as Draft)['names'] as Draft)['shortNames'];
  w.client.put(crds, changed);
  await settle(w, 'widgets');
  assert.equal(statusOf(crd(w, 'widgets')).acceptedNames['shortNames'], undefined);
  assert.deepEqual(w.registry.get('shop.example.com', 'widgets')?.shortNames, []);
  const writes = w.client.writes.length;
  await settle(w, 'widgets');
  assert.equal(w.client.writes.length, writes);
});

test('what an earlier version said about rules goes from the status', async () => {
  const w = world();
  const object = w.client.put(crds, stored('widgets', 'Widget'));
  await settle(w, 'widgets');
  const status = crd(w, 'widgets')?.['status'];
  assert.ok(isObject(status) && Array.isArray(status['conditions']));
  const told = {
    type: 'ValidationRulesEnforced',
    status: 'False',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    reason: 'PolicyEngineAbsent',
    message: '',
  };
  w.client.put(crds, { ...object, status: { ...status, conditions: [...status['conditions'], told] } });
  await settle(w, 'widgets');
  assert.ok(!conditions(crd(w, 'widgets')).some((line) => line.startsWith('ValidationRulesEnforced')));
});

test('deletion: no creates, instances deleted, waited for, then the finalizer goes', async () => {
  const w = world();
  w.client.put(crds, stored('widgets', 'Widget'));
  await settle(w, 'widgets');
  w.client.put(widgets, instance('a'));
  w.client.put(widgets, instance('b', ['shop.example.com/keep']));
  const name = { name: 'widgets.shop.example.com' };
  await w.client.delete(crds, name);
  assert.deepEqual(await w.controller.reconcile(name), { requeueAfterMs: instancesGonePollMs });
  assert.ok(conditions(crd(w, 'widgets')).includes('Terminating=True InstanceDeletionInProgress'));
  assert.deepEqual(
    w.client.list(widgets).map((object) => object.metadata.name),
    ['b'],
  );
  const context: WriteContext = {
    user: { username: 'u', groups: [] },
    operation: 'create',
    subresource: '',
    nowMs,
    dryRun: false,
    warn: () => undefined,
  };
  const { strategy } = w.registry.get('shop.example.com', 'widgets') ?? {};
  assert.throws(
    () => strategy?.admit?.(instance('c'), undefined, context),
    /create not allowed while custom resource/,
  );
  strategy?.admit?.(instance('b'), instance('b'), { ...context, operation: 'update' });
  assert.deepEqual(await w.controller.reconcile(name), { requeueAfterMs: instancesGonePollMs });
  assert.ok(crd(w, 'widgets'));
  const kept = w.client.list(widgets)[0];
  assert.ok(kept);
  await w.client.patch(widgets, { name: 'b', namespace: 'team' }, { metadata: { finalizers: [] } });
  assert.equal(await w.controller.reconcile(name), undefined);
  assert.equal(crd(w, 'widgets'), undefined);
  await w.controller.reconcile(name);
  assert.equal(w.registry.get('shop.example.com', 'widgets'), undefined);
});

test('a lost race is left to the next event; any other error is not', async () => {
  const w = world();
  w.client.put(crds, stored('widgets', 'Widget'));
  w.client.beforeWrite = () => {
    w.client.beforeWrite = () => undefined;
    const object = crd(w, 'widgets');
    if (object) w.client.put(crds, object);
  };
  assert.equal(await w.controller.reconcile({ name: 'widgets.shop.example.com' }), undefined);
  assert.equal(statusOf(crd(w, 'widgets')).conditions, undefined);
  await settle(w, 'widgets');
  assert.equal(statusOf(crd(w, 'widgets')).conditions.length, 2);
  w.client.put(crds, stored('gadgets', 'Gadget'));
  w.client.beforeWrite = () => {
    throw new Error('disk full');
  };
  await assert.rejects(settle(w, 'gadgets'), /disk full/);
  w.client.beforeWrite = () => undefined;
  await settle(w, 'gadgets');
  assert.ok(w.registry.get('shop.example.com', 'gadgets'));
});

test('each write may fail once: creation and deletion still come to their end', async () => {
  for (let failAt = 0; failAt < 5; failAt++) {
    const w = world();
    let writes = 0;
    w.client.put(crds, stored('widgets', 'Widget'));
    w.client.beforeWrite = () => {
      if (writes++ === failAt) throw new Error('power cut');
    };
    const until = async (done: () => boolean): Promise<void> => {
      for (let i = 0; i < 10 && !done(); i++) await settle(w, 'widgets').catch(() => undefined);
      assert.ok(done(), `with write ${failAt} failed`);
    };
    await until(() => statusOf(crd(w, 'widgets'))?.conditions?.length === 2);
    w.client.put(widgets, instance('a'));
    w.client.put(widgets, instance('b'));
    const object = crd(w, 'widgets');
    assert.ok(object);
    w.client.put(crds, {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: '2026-05-01T12:00:00Z' },
    });
    await until(() => crd(w, 'widgets') === undefined);
    assert.deepEqual(w.client.list(widgets), []);
    await settle(w, 'widgets');
    assert.equal(w.registry.get('shop.example.com', 'widgets'), undefined);
  }
});

test('at start everything established is served at once', async () => {
  const before = world();
  before.client.put(crds, stored('widgets', 'Widget'));
  before.client.put(crds, stored('gadgets', 'Gadget'));
  await settle(before, 'widgets');
  const after = world();
  const { generation } = after.registry;
  after.served.serveStored(before.client.list(crds));
  assert.equal(after.registry.generation, generation + 1);
  assert.ok(after.registry.get('shop.example.com', 'widgets'));
  assert.equal(after.registry.get('shop.example.com', 'gadgets'), undefined);
});

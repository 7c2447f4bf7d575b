import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCapability } from '../../capability.ts';
import { defineController } from '../../control/controller.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { assembleCore, type Core } from '../../core.ts';
import type { KubeObject } from '../../model/object.ts';
import { ClusterWorld, type Process } from './cluster-world.ts';

const configMaps = { group: '', resource: 'configmaps' };
const crds = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

interface Node {
  readonly process: Process;
  readonly core: Core;
  /** What the controller of the test did here: `begin NAME`, then `wrote NAME` or the name of the error. */
  readonly log: string[];
}

/** A control plane with a controller that takes 500 ms to stamp each ConfigMap with the process that it runs in. */
async function start(world: ClusterWorld): Promise<Node> {
  const process = world.make(['api', 'controllers', 'workers']);
  const log: string[] = [];
  const stamp = defineCapability({
    name: 'stamp',
    kinds: [],
    open: ({ client }) => ({
      controllers: [
        defineController({
          name: 'stamp',
          resource: configMaps,
          trigger: ({ type, object }) => type === 'added' && object.metadata.namespace === 'work',
          async reconcile(name) {
            if (name.namespace !== 'work' || client.get(configMaps, name)?.['data'] !== undefined) return;
            log.push(`begin ${name.name}`);
            await new Promise<void>((resolve) => process.clock.after(500, resolve));
            try {
              // Without a resourceVersion: only the fence can keep this from being written.
              await client.patch(configMaps, name, { data: { by: process.cluster.id } });
              log.push(`wrote ${name.name}`);
            } catch (error) {
              log.push(error instanceof Error ? error.name : String(error));
              throw error;
            }
          },
        }),
      ],
    }),
  });
  const never = (): never => {
    throw new Error('no tokens here');
  };
  const core = await assembleCore(process.store, {
    capabilities: [stamp],
    clock: process.clock,
    random: seededRandom(50 + world.processes.length),
    dataDirectory: '/nonexistent',
    rootCa: '',
    authenticateToken: never,
    issueToken: never,
    ownership: process.cluster,
    onFault: (what, error) => process.faults.push(`${what}: ${String(error)}`),
  });
  core.control.start();
  await process.cluster.start('');
  await world.clock.advance(1);
  return { process, core, log };
}

const running = ({ core }: Node): string[] =>
  core.control.controllers.filter((one) => one.running).map(({ name }) => name);

async function configMap({ core }: Node, name: string): Promise<void> {
  const client = core.client('test');
  if (!client.get({ group: '', resource: 'namespaces' }, { name: 'work' })) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } };
    await client.create({ group: '', resource: 'namespaces' }, namespace as unknown as KubeObject);
  }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'work' } };
  await client.create(configMaps, object as unknown as KubeObject);
}

function dataOf({ core }: Node, name: string): unknown {
  return core.client('test').get(configMaps, { namespace: 'work', name })?.['data'];
}

test('each controller runs in one process, and an object is reconciled by it wherever it was written', async () => {
  const world = new ClusterWorld();
  const [a, b] = [await start(world), await start(world)];
  await world.clock.advance(3_000);
  const all = a.core.control.controllers.map(({ name }) => name);
  assert.deepEqual([...running(a), ...running(b)].sort(), all.sort());
  assert.ok(Math.abs(running(a).length - running(b).length) <= 1);
  await configMap(a, 'one');
  await configMap(b, 'two');
  await world.clock.advance(2_000);
  const [owner, other] = running(a).includes('stamp') ? [a, b] : [b, a];
  assert.deepEqual(owner.log, ['begin one', 'wrote one', 'begin two', 'wrote two']);
  assert.deepEqual(other.log, []);
  assert.deepEqual([...a.process.faults, ...b.process.faults], []);
});

test('a controller that is stopped in the middle of a reconcile and wakes when another has taken over writes nothing', async () => {
  const world = new ClusterWorld();
  const [a, b] = [await start(world), await start(world)];
  await world.clock.advance(3_000);
  const [owner, other] = running(a).includes('stamp') ? [a, b] : [b, a];
  await configMap(other, 'one');
  await world.clock.advance(100);
  assert.deepEqual(owner.log, ['begin one']);
  owner.process.pause();
  await world.clock.advance(12_000);
  assert.deepEqual(other.log, ['begin one', 'wrote one']);
  owner.process.resume();
  await world.clock.advance(2_000);
  assert.deepEqual(dataOf(other, 'one'), { by: other.process.cluster.id });
  assert.deepEqual(owner.log.slice(0, 2), ['begin one', 'FencedError']);
  // The others keep what they have, and the work goes on somewhere.
  await configMap(owner, 'two');
  await world.clock.advance(3_000);
  assert.notEqual(dataOf(other, 'two'), undefined);
});

test('a definition that is made in one process is served in all, and ends in all', async () => {
  const world = new ClusterWorld();
  const [a, b] = [await start(world), await start(world)];
  await world.clock.advance(3_000);
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  for (const [maker, user] of [
    [a, b],
    [b, a],
  ] as const) {
    await maker.core.client('test').create(crds, definition as unknown as KubeObject);
    await world.clock.advance(500);
    for (const node of [maker, user]) {
      assert.ok(node.core.registry.get('example.com', 'widgets'), 'served');
    }
    await user.core.client('test').delete(crds, { name: 'widgets.example.com' });
    await world.clock.advance(5_000);
    for (const node of [maker, user]) {
      assert.equal(node.core.registry.get('example.com', 'widgets'), undefined);
    }
  }
});

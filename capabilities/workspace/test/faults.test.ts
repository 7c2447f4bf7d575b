import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client, KubeObject } from '@plinth/kernel';
import { SourceError } from '@plinth/kernel';
import { faultLaw, isDrift } from '@plinth/kernel/testing';
import { workspaceController } from '../src/controller.ts';
import { isWorkspace, workspaces } from '../src/kinds.ts';
import { Bench, configMap, configMaps } from './bench.ts';

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.dev}
spec: {group: example.dev, scope: Namespaced, names: {kind: Thing, plural: things}}
---
apiVersion: example.dev/v1
kind: Thing
metadata: {name: first}
`;

const repositories = { read: () => Promise.reject(new SourceError('GitMissing', 'no git', 'none')) };

/** The workspace controller with every write through the client of the fault law. */
function controllers(bench: Bench, client: Client) {
  // In this world there is one field manager: the client's own.
  return [
    workspaceController({
      directories: bench.directory,
      repositories,
      clientAs: () => client,
      drift: bench.reporter(client),
    }),
  ];
}

function withoutHistory(objects: readonly KubeObject[]): KubeObject[] {
  return objects.map((object) => {
    // How often it was tried is history, too.
    if (isDrift(object)) return { ...object, status: { ...object.status, corrections: [] } };
    if (!isWorkspace(object) || !object.status?.inventory) return object;
    const inventory = object.status.inventory.map((entry) =>
      entry.status === 'corrected' ? { ...entry, status: 'applied' } : entry,
    );
    return { ...object, status: { ...object.status, inventory } };
  });
}

function law(
  files: Record<string, string>,
  act: (bench: Bench, client: Client) => Promise<void>,
  expected: string[],
) {
  const benches = new Map<Client, Bench>();
  return faultLaw({
    async setup() {
      const bench = await Bench.make(files);
      bench.establish();
      await bench.create();
      benches.set(bench.client, bench);
      return {
        client: bench.client,
        clock: bench.clock,
        // Whether an object was put right once is history, not state.
        objects: () => withoutHistory(bench.client.dump()),
        disturb: (client) => act(bench, client),
        check: () => assert.deepEqual(bench.names(configMaps), expected),
      };
    },
    controllers: (scenario, client) => {
      const bench = benches.get(scenario.client);
      assert.ok(bench);
      return controllers(bench, client);
    },
    horizonMs: 130_000,
  });
}

test('fault law: apply, then change, prune and add', async () => {
  const report = await law(
    { 'a.yaml': configMap('one'), 'b.yaml': configMap('two'), 'c.yaml': definition },
    async (bench) => {
      bench.directory.put('a.yaml', configMap('one', 'changed'));
      bench.directory.put('b.yaml', configMap('three'));
    },
    ['one', 'three'],
  );
  assert.ok(report.steps >= 12, `${report.steps} steps`);
});

test('fault law: drift is put right', async () => {
  const report = await law(
    { 'a.yaml': configMap('one'), 'b.yaml': configMap('two') },
    async (_bench, client) => {
      await client.patch(configMaps, { namespace: 'default', name: 'one' }, { data: { key: 'forged' } });
      await client.delete(configMaps, { namespace: 'default', name: 'two' });
    },
    ['one', 'two'],
  );
  assert.ok(report.steps >= 6, `${report.steps} steps`);
});

test('fault law: a workspace is deleted with all that it applied', async () => {
  const report = await law(
    { 'a.yaml': configMap('one'), 'b.yaml': configMap('two') },
    async (_bench, client) => client.delete(workspaces, { name: 'ws' }),
    [],
  );
  assert.ok(report.steps >= 6, `${report.steps} steps`);
});

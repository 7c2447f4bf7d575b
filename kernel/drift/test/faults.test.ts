import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultLaw } from '../../control/test/fault-law.ts';
import type { Client } from '../../model/client.ts';
import type { KubeObject } from '../../model/object.ts';
import { isDrift } from '../drift-kind.ts';
import { configMaps, DriftBench } from './drift-bench.ts';

/** How often it was tried, and what a Plan is called after the instant at which it was proposed, is history. */
function withoutHistory(objects: readonly KubeObject[]): KubeObject[] {
  return objects.map((object) => {
    if (object.kind === 'Plan') return { ...object, metadata: { ...object.metadata, name: 'a plan' } };
    if (!isDrift(object)) return object;
    const { plan, conditions = [] } = object.status ?? {};
    const renamed = conditions.map((one) => ({
      ...one,
      message: one.message.replace(plan?.name ?? '-', 'a plan'),
    }));
    const named = plan ? { plan: { ...plan, name: 'a plan' } } : {};
    return { ...object, status: { ...object.status, corrections: [], conditions: renamed, ...named } };
  });
}

async function law(
  policy: string,
  act: (bench: DriftBench, client: Client) => Promise<void>,
  check: (bench: DriftBench) => void,
) {
  const benches = new Map<Client, DriftBench>();
  return await faultLaw({
    async setup() {
      const bench = await DriftBench.make();
      benches.set(bench.client, bench);
      for (const name of ['one', 'two']) {
        await bench.configMap(name, 'right');
        await bench.declare(name, policy);
      }
      await bench.change('one', 'forged');
      return {
        client: bench.client,
        clock: bench.clock,
        objects: () => withoutHistory(bench.client.dump()),
        disturb: (client) => act(bench, client),
        check: () => check(bench),
      };
    },
    controllers: (scenario, client) => benches.get(scenario.client)?.controllers(client) ?? [],
    horizonMs: 130_000,
  });
}

test('fault law: drift is put right, whether a target was changed or deleted', async () => {
  const report = await law(
    'correct',
    async (_bench, client) => await client.delete(configMaps, { namespace: 'default', name: 'two' }),
    (bench) => assert.deepEqual([bench.value('one'), bench.value('two')], ['right', 'right']),
  );
  assert.ok(report.steps >= 8, `${report.steps} steps`);
});

test('fault law: drift is told, changes and goes', async () => {
  const report = await law(
    'report',
    async (bench) => {
      await bench.change('one', 'right');
      await bench.change('two', 'forged');
    },
    (bench) => assert.deepEqual([bench.value('one'), bench.value('two')], ['right', 'forged']),
  );
  assert.ok(report.steps >= 5, `${report.steps} steps`);
});

test('fault law: one Plan is proposed for the present state, and none is left for an earlier one', async () => {
  const report = await law(
    'propose',
    async (bench) => await bench.change('one', 'other'),
    (bench) => assert.equal(bench.plans.length, 1, bench.plans.join(', ')),
  );
  assert.ok(report.steps >= 8, `${report.steps} steps`);
});

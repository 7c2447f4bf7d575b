import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type Controller, defineController } from '../controller.ts';
import { controllerOnDemand } from '../controller-on-demand.ts';
import { breathe } from './virtual-clock.ts';
import { World, widgets } from './world.ts';

test('a controller is made once, when the first object of its resource is there, and sees all of them', async () => {
  const world = await World.make();
  const log: string[] = [];
  const make = (): Controller => {
    log.push('made');
    return defineController({
      name: 'late',
      resource: widgets,
      reconcile: async ({ name }) => void log.push(name),
    });
  };
  world.run(controllerOnDemand('late', widgets, make));
  await world.configMap('other', {});
  await world.settle();
  deepEqual(log, []);
  await world.widget({ name: 'a' });
  await breathe();
  await world.widget({ name: 'b' });
  await world.settle();
  deepEqual(log.toSorted(), ['a', 'b', 'made']);
  await world.client.patch(widgets, { namespace: 'default', name: 'a' }, { spec: { size: 1 } });
  await world.settle();
  deepEqual(log.slice(3), ['a']);
});

test('one that was stopped before is not made', async () => {
  const world = await World.make();
  const log: string[] = [];
  world.run(
    controllerOnDemand('late', widgets, () => {
      log.push('made');
      return defineController({ name: 'late', resource: widgets, reconcile: async () => undefined });
    }),
  );
  await world.plane.stop(1_000);
  await world.widget({ name: 'a' });
  await breathe();
  deepEqual(log, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unavailable } from '../../model/status-error.ts';
import { type ControllerDefinition, defineController, specChanged } from '../controller.ts';
import { conditionsOf } from '../dead-letter.ts';
import { faultLaw } from './fault-law.ts';
import { settle } from './settle.ts';
import { breathe } from './virtual-clock.ts';
import { configMaps, World, widgets } from './world.ts';

const name = { namespace: 'default', name: 'w' };

function widgetController(
  reconcile: ControllerDefinition['reconcile'],
  more: Partial<ControllerDefinition> = {},
) {
  return defineController({ name: 'widget', resource: widgets, reconcile, ...more });
}

test('every object is reconciled at the start, on changes, and when a watched object points at it', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  const seen: string[] = [];
  world.run(
    widgetController(async (object) => void seen.push(`${object.namespace ?? ''}/${object.name}`), {
      watches: [
        {
          resource: configMaps,
          map: (map) => [{ namespace: 'default', name: map.metadata.labels?.['for'] ?? '' }],
        },
      ],
    }),
  );
  await world.settle();
  assert.deepEqual(seen.splice(0), ['default/w']);
  await world.client.patch(widgets, name, { spec: { size: 1 } });
  await world.settle();
  assert.deepEqual(seen.splice(0), ['default/w']);
  await world.configMap('c', { labels: { for: 'x' } });
  await world.settle();
  assert.deepEqual(seen.splice(0), ['default/x']);
  await world.client.patch(
    configMaps,
    { namespace: 'default', name: 'c' },
    { metadata: { labels: { for: 'y' } } },
  );
  await world.settle();
  assert.deepEqual(seen.sort(), ['default/x', 'default/y'], 'the one it pointed at before is told too');
});

test('reconciles of one object never overlap, those of several run up to the concurrency', async () => {
  const world = await World.make();
  for (const n of ['a', 'b', 'c']) await world.widget({ name: n });
  const running = new Map<string, number>();
  let most = 0;
  const releases: (() => void)[] = [];
  world.run(
    widgetController(
      async (object) => {
        running.set(object.name, (running.get(object.name) ?? 0) + 1);
        assert.equal(running.get(object.name), 1);
        most = Math.max(most, [...running.values()].filter((count) => count > 0).length);
        await new Promise<void>((resolve) => releases.push(resolve));
        running.set(object.name, 0);
      },
      { concurrency: 2 },
    ),
  );
  for (let round = 0; round < 12; round++) {
    await world.clock.advance(1);
    await world.client.patch(widgets, { namespace: 'default', name: 'a' }, { spec: { round } });
    releases.shift()?.();
  }
  while (world.plane.busy()) {
    releases.shift()?.();
    await world.clock.advance(1);
  }
  assert.equal(most, 2);
});

test('requeueAfterMs and resyncMs bring an object back; a deleted object stays away', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let count = 0;
  world.run(widgetController(async () => ({ requeueAfterMs: 1_000 * ++count }), { resyncMs: 2_500 }));
  await world.clock.advance(7_000);
  // At 0, 1000, 3000, and then every 2500 because the resync is sooner.
  assert.equal(count, 4);
  await world.client.delete(widgets, name);
  await world.clock.advance(60_000);
  assert.equal(count, 5, 'once for the deletion');
});

test('a dead letter that cannot be told is tried again all the same', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let tries = 0;
  const patch = world.client.patch.bind(world.client);
  world.client.patch = () => Promise.reject(unavailable('the disk is full'));
  world.run(
    widgetController(async () => {
      tries++;
      throw new Error('the disk is full');
    }),
  );
  await world.settle(300_000);
  assert.equal(tries, 15);
  assert.match(String(world.errors.at(-1)), /StatusError: the disk is full/);
  world.client.patch = patch;
  await world.settle(700_000);
  assert.equal(tries, 16);
  const dead = world.client.get(widgets, name);
  assert.deepEqual(dead && conditionsOf(dead).map(({ reason }) => reason), ['DeadLetter']);
});

test('an object that keeps failing becomes a dead letter, and recovers when its specification changes', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let tries = 0;
  world.run(
    widgetController(async (object, { client }) => {
      tries++;
      const spec = client.get(widgets, object)?.['spec'] as { good?: boolean } | undefined;
      if (!spec?.good) throw new Error('the spec is bad');
    }),
  );
  await world.settle(300_000);
  assert.equal(tries, 15);
  const dead = world.client.get(widgets, name);
  assert.ok(dead);
  const [condition] = conditionsOf(dead);
  assert.deepEqual(
    [condition?.type, condition?.status, condition?.reason],
    ['Reconciled', 'False', 'DeadLetter'],
  );
  assert.match(condition?.message ?? '', /controller widget failed 15 times: the spec is bad/);
  assert.equal(condition?.observedGeneration, 1);
  assert.equal(world.events('DeadLetter').length, 1);
  await world.client.patch(widgets, name, { status: { touched: true } }, 'status');
  await world.settle(10_000);
  assert.equal(tries, 15, 'a status is no news');
  await world.clock.advance(600_000);
  assert.equal(tries, 16, 'a slow retry');
  await world.client.patch(widgets, name, { spec: { good: true } });
  await world.settle();
  const alive = world.client.get(widgets, name);
  assert.ok(alive);
  assert.deepEqual(
    conditionsOf(alive).map(({ status, reason }) => [status, reason]),
    [['True', 'Succeeded']],
  );
});

test('the trigger leaves out what the controller itself writes', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let count = 0;
  world.run(widgetController(async () => void count++, { trigger: specChanged }));
  await world.settle();
  await world.client.patch(widgets, name, { status: { ready: true } }, 'status');
  await world.settle();
  assert.equal(count, 1);
  await world.client.patch(widgets, name, { metadata: { labels: { a: 'b' } } });
  await world.settle();
  assert.equal(count, 2);
});

test('stop waits for what runs, tells when it does not end, and a stopped controller starts again', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let release = (): void => undefined;
  let aborted = false;
  let count = 0;
  world.run(
    widgetController(async (_object, { signal }) => {
      count++;
      signal.addEventListener('abort', () => (aborted = true));
      await new Promise<void>((resolve) => (release = resolve));
    }),
  );
  await world.clock.advance(1);
  const stopping = world.plane.stop(1_000);
  await breathe();
  assert.ok(aborted);
  release();
  assert.deepEqual(await stopping, []);
  world.plane.start();
  await world.clock.advance(1);
  assert.equal(count, 2);
  const hanging = world.plane.stop(1_000);
  await world.clock.advance(1_000);
  assert.deepEqual(await hanging, ['widget']);
  release();
});

test('nothing is followed and no timer is left after a stop', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let count = 0;
  world.run(widgetController(async () => ({ requeueAfterMs: 10 * ++count })));
  await world.clock.advance(5);
  await world.plane.stop();
  await world.client.patch(widgets, name, { spec: { size: 1 } });
  await world.clock.advance(10_000);
  assert.equal(count, 1);
  assert.equal(world.clock.untilNext(), undefined);
});

test('two controllers of one name are refused', async () => {
  const world = await World.make();
  world.run(widgetController(async () => undefined));
  assert.throws(() => world.plane.add(widgetController(async () => undefined)), /widget is there already/);
});

test('the fault law finds a controller that forgets after a crash, and one that creates twice', async () => {
  const setup = async () => {
    const world = await World.make();
    await world.widget({ name: 'w' });
    return { client: world.client, clock: world.clock, objects: () => world.client.dump() };
  };
  const make = (reconcile: ControllerDefinition['reconcile']) => ({
    setup,
    controllers: () => [widgetController(reconcile)],
  });
  // Marks the work as done before it is done.
  const forgetful = make(async (object, { client }) => {
    const widget = client.get(widgets, object);
    if (!widget || widget['status']) return;
    await client.patch(widgets, object, { status: { done: true } }, 'status');
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...widget.metadata, name: 'made' },
    });
  });
  await assert.rejects(faultLaw(forgetful), /in step [01] the world ends in another state/);
  let n = 0;
  const doubling = make(async (object, { client }) => {
    const widget = client.get(widgets, object);
    if (!widget || widget['status']) return;
    const metadata = { ...widget.metadata, name: `made-${n++ % 1000}` };
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await client.patch(widgets, object, { status: { done: true } }, 'status');
  });
  await assert.rejects(faultLaw(doubling));
  const restless = make(async (object, { client }) => {
    const size = (client.get(widgets, object)?.['status'] as { size?: number } | undefined)?.size ?? 0;
    if (size < 3) await client.patch(widgets, object, { status: { size: size + 1 } }, 'status');
  });
  assert.equal((await faultLaw(restless)).runs, 15);
});

test('a controller that keeps changing its own specification is stopped by its failures', async () => {
  const world = await World.make();
  await world.widget({ name: 'w' });
  let count = 0;
  world.run(
    widgetController(
      async (object, { client }) => {
        await client.patch(widgets, object, { spec: { count: ++count } });
        if (count > 50) throw new Error('enough');
      },
      { attemptsMax: 1 },
    ),
  );
  await settle(world.plane, world.clock, { horizonMs: 1_000 });
  assert.ok(count > 50);
});

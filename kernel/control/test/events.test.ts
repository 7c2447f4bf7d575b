import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventExpiry } from '../event-expiry.ts';
import { EventWriter } from '../events.ts';
import { World } from './world.ts';

const events = { group: '', resource: 'events' };

test('an event names its object and reporter, and the same event counts up, also after a restart', async () => {
  const world = await World.make();
  const object = await world.widget({ name: 'w' });
  const event = { object, type: 'Normal', reason: 'Applied', message: 'all is well' } as const;
  world.recorder.record(event);
  await world.recorder.flush();
  await world.clock.advance(5_000);
  world.recorder.record(event);
  await world.recorder.flush();
  const restarted = new EventWriter({ client: world.client, clock: world.clock, component: 'test' });
  restarted.record(event);
  await restarted.flush();
  const [stored, ...others] = world.client.list(events);
  assert.equal(others.length, 0);
  assert.deepEqual(stored?.['involvedObject'], {
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    name: 'w',
    namespace: 'default',
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
  });
  assert.deepEqual(
    [
      stored?.['count'],
      stored?.['firstTimestamp'],
      stored?.['lastTimestamp'],
      stored?.['reportingComponent'],
    ],
    [3, '2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z', 'test'],
  );
  assert.equal(stored?.metadata.namespace, 'default');
});

test('another message is another event; events of cluster-scoped objects are in default, under a valid name', async () => {
  const world = await World.make();
  const object = await world.cluster({ name: 'system:Weird..Name' });
  for (const message of ['one', 'two'])
    world.recorder.record({ object, type: 'Warning', reason: 'R', message });
  await world.recorder.flush();
  const stored = world.client.list(events);
  assert.equal(stored.length, 2);
  for (const { metadata } of stored) {
    assert.equal(metadata.namespace, 'default');
    assert.match(metadata.name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  }
});

test('an object that babbles is cut off, another one is heard', async () => {
  const world = await World.make();
  const loud = await world.widget({ name: 'loud' });
  const quiet = await world.widget({ name: 'quiet' });
  for (let i = 0; i < 100; i++) {
    world.recorder.record({ object: loud, type: 'Normal', reason: 'R', message: `message ${i}` });
  }
  world.recorder.record({ object: quiet, type: 'Normal', reason: 'R', message: 'hello' });
  await world.recorder.flush();
  assert.equal(world.events('R').length, 26);
  const [family] = world.recorder.collect();
  assert.deepEqual(
    family?.samples.map(({ value }) => value),
    [26, 75],
  );
});

test('an event that cannot be written is dropped, and those after it are written', async () => {
  const world = await World.make();
  const object = await world.widget({ name: 'w' });
  const lost = { ...object, metadata: { ...object.metadata, namespace: 'nowhere' } };
  world.recorder.record({ object: lost, type: 'Normal', reason: 'R', message: 'lost' });
  world.recorder.record({ object, type: 'Normal', reason: 'R', message: 'kept' });
  await world.recorder.flush();
  assert.deepEqual(
    world.events('R').map((event) => event['message']),
    ['kept'],
  );
});

test('an event is deleted an hour after it last happened', async () => {
  const world = await World.make();
  world.run(eventExpiry());
  const object = await world.widget({ name: 'w' });
  const record = async (message: string) => {
    world.recorder.record({ object, type: 'Normal', reason: 'R', message });
    await world.recorder.flush();
  };
  await record('old');
  await record('repeated');
  await world.clock.advance(1_800_000);
  await record('repeated');
  await world.clock.advance(1_900_000);
  assert.deepEqual(
    world.events('R').map((event) => event['message']),
    ['repeated'],
  );
  await world.clock.advance(1_900_000);
  assert.deepEqual(world.events('R'), []);
});

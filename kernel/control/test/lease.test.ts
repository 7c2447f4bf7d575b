import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaderElection } from '../lease.ts';
import { FaultPoint, faultyClient } from './faulty-client.ts';
import { seededRandom } from './seeded-random.ts';
import { World } from './world.ts';

const leases = { group: 'coordination.k8s.io', resource: 'leases' };
const leaseName = { namespace: 'default', name: 'leader' };

function candidate(
  world: World,
  identity: string,
  client: World['client'] | ReturnType<typeof faultyClient> = world.client,
) {
  const log: string[] = [];
  const election = new LeaderElection({
    client,
    clock: world.clock,
    random: seededRandom(identity.length),
    ...leaseName,
    identity,
    onStartedLeading: () => log.push('started'),
    onStoppedLeading: () => log.push('stopped'),
  });
  return { election, log };
}

function leaseSpec(world: World): Record<string, unknown> {
  return world.client.get(leases, leaseName)?.['spec'] as Record<string, unknown>;
}

test('the first candidate leads and renews; the second one waits', async () => {
  const world = await World.make();
  const a = candidate(world, 'a');
  const b = candidate(world, 'bb');
  a.election.start();
  await world.clock.advance(1);
  b.election.start();
  await world.clock.advance(120_000);
  assert.deepEqual([a.election.leading, b.election.leading, b.election.holder], [true, false, 'a']);
  const spec = leaseSpec(world);
  assert.deepEqual(
    [spec['holderIdentity'], spec['leaseDurationSeconds'], spec['leaseTransitions']],
    ['a', 15, 0],
  );
  assert.match(String(spec['renewTime']), /^2026-01-01T00:0[12]:\d\d\.\d{6}Z$/);
  assert.match(String(spec['acquireTime']), /^2026-01-01T00:00:00\.\d{6}Z$/);
});

test('a leader that stops hands the lease over at once', async () => {
  const world = await World.make();
  const a = candidate(world, 'a');
  const b = candidate(world, 'bb');
  a.election.start();
  await world.clock.advance(1);
  b.election.start();
  await world.clock.advance(1_000);
  await a.election.stop();
  await world.clock.advance(3_000);
  assert.deepEqual([a.log, b.log], [['started', 'stopped'], ['started']]);
  assert.equal(leaseSpec(world)['leaseTransitions'], 1);
});

test('a leader that dies is followed after its lease has run out, not before', async () => {
  const world = await World.make();
  const point = new FaultPoint({ kind: 'crash-before', step: 3 });
  const a = candidate(world, 'a', faultyClient(world.client, point));
  a.election.start();
  await world.clock.advance(1);
  const b = candidate(world, 'bb');
  b.election.start();
  await world.clock.advance(14_000);
  assert.equal(b.election.leading, false);
  await world.clock.advance(12_000);
  assert.equal(b.election.leading, true);
});

test('a leader that cannot renew steps down before anybody else may lead', async () => {
  const world = await World.make();
  const point = new FaultPoint({ kind: 'crash-before', step: 2 });
  const a = candidate(world, 'a', faultyClient(world.client, point));
  const b = candidate(world, 'bb');
  a.election.start();
  await world.clock.advance(1);
  b.election.start();
  for (let i = 0; i < 400; i++) {
    await world.clock.advance(100);
    assert.ok(!(a.election.leading && b.election.leading), `two leaders after ${i * 100} ms`);
  }
  assert.deepEqual([a.log, b.log], [['started', 'stopped'], ['started']]);
});

test('a clock that is set back or ahead changes nothing', async () => {
  const world = await World.make();
  const a = candidate(world, 'a');
  const b = candidate(world, 'bb');
  a.election.start();
  await world.clock.advance(1);
  b.election.start();
  for (const shiftMs of [-86_400_000, 86_400_000 * 30, -3_600_000]) {
    world.clock.shiftWallClock(shiftMs);
    await world.clock.advance(30_000);
  }
  assert.deepEqual([a.log, b.log], [['started'], []]);
});

test('property of safety: whatever step fails, there are never two leaders, and in the end there is one', async () => {
  for (let step = 0; step < 12; step++) {
    for (const kind of ['fail', 'lose', 'repeat', 'crash-after'] as const) {
      const world = await World.make();
      const a = candidate(world, 'a', faultyClient(world.client, new FaultPoint({ kind, step })));
      const b = candidate(world, 'bb');
      a.election.start();
      b.election.start();
      for (let i = 0; i < 120; i++) {
        await world.clock.advance(500);
        assert.ok(!(a.election.leading && b.election.leading), `two leaders: ${kind} in step ${step}`);
      }
      assert.ok(a.election.leading || b.election.leading, `no leader: ${kind} in step ${step}`);
    }
  }
});

test('durations that contradict each other are refused', async () => {
  const world = await World.make();
  const base = {
    client: world.client,
    clock: world.clock,
    random: seededRandom(1),
    ...leaseName,
    identity: 'a',
  };
  const nothing = () => undefined;
  const handlers = { onStartedLeading: nothing, onStoppedLeading: nothing };
  assert.throws(
    () => new LeaderElection({ ...base, ...handlers, leaseDurationMs: 5_000, renewDeadlineMs: 10_000 }),
    /found 5000, 10000, 2000/,
  );
});

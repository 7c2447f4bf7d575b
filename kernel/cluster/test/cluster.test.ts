import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { breathe } from '../../control/test/virtual-clock.ts';
import { StoreError } from '../../store/port.ts';
import { leasePrefix, memberKey } from '../lease-record.ts';
import type { Unit } from '../ownership.ts';
import { ClusterWorld, type Process } from './cluster-world.ts';

const units: Unit[] = [
  ...Array.from({ length: 5 }, (_, i): Unit => ({ name: `controller.${i}`, role: 'controllers' })),
  ...Array.from({ length: 8 }, (_, i): Unit => ({ name: `runs.${i}`, role: 'workers' })),
];

function counts(...processes: Process[]): number[] {
  return processes.map(({ fences }) => fences.size);
}

/** How long it takes until every unit is held by one of the living, in milliseconds. */
async function untilAllHeld(world: ClusterWorld): Promise<number> {
  const startedAtMs = world.clock.monotonic();
  for (let i = 0; i < 300; i++) {
    if (units.every(({ name }) => world.holding(name).length === 1)) break;
    await world.clock.advance(100);
  }
  return world.clock.monotonic() - startedAtMs;
}

test('a process that is alone owns everything at once; a second and a third one get their share', async () => {
  const world = new ClusterWorld();
  const a = await world.start(units);
  assert.deepEqual(counts(a), [13]);
  const b = await world.start(units);
  await world.clock.advance(2_000);
  assert.deepEqual(counts(a, b), [7, 6]);
  const c = await world.start(units);
  await world.clock.advance(2_000);
  assert.deepEqual(counts(a, b, c).sort(), [4, 4, 5]);
  for (const { name } of units) assert.equal(world.holding(name).length, 1, name);
  // Those that stayed were never interrupted.
  assert.equal(a.log.filter((line) => line.startsWith('begin')).length, 13);
  assert.equal(a.log.filter((line) => line.startsWith('abandon')).length, 0);
});

test('roles: nobody gets a unit of another role, and the API owns nothing', async () => {
  const world = new ClusterWorld();
  const api = await world.start(units, ['api']);
  const controllers = await world.start(units, ['controllers']);
  const workers = await world.start(units, ['workers']);
  await world.clock.advance(3_000);
  assert.deepEqual(counts(api, controllers, workers), [0, 5, 8]);
  assert.equal(api.cluster.members.length, 3);
});

test('what a dead process did is taken over within 7 s; what a process hands over, at once', async () => {
  const world = new ClusterWorld();
  const [a, b, c] = [await world.start(units), await world.start(units), await world.start(units)];
  await world.clock.advance(3_000);
  b.kill();
  const tookMs = await untilAllHeld(world);
  assert.ok(tookMs > 3_000 && tookMs <= 7_000, `${tookMs} ms`);
  await a.leave();
  assert.ok((await untilAllHeld(world)) <= 100);
  assert.deepEqual(counts(c), [13]);
  // The dead one is shown for a while.
  assert.ok(world.store.get(memberKey(b.cluster.id)));
  await world.clock.advance(62_000);
  assert.equal(world.store.get(memberKey(b.cluster.id)), undefined);
  assert.equal(world.store.get(memberKey(a.cluster.id)), undefined);
});

test('a process that is stopped for 12 s and wakes writes nothing, and stops its work', async () => {
  const world = new ClusterWorld();
  const [a, b] = [await world.start(units), await world.start(units)];
  await world.clock.advance(3_000);
  const [fence] = [...a.fences.values()];
  assert.ok(fence?.holds() === true && fence);
  a.pause();
  await world.clock.advance(12_000);
  assert.deepEqual(counts(b), [13]);
  // Before anything else of it has run, it knows by its clock; and by the store it is refused all the same.
  assert.equal(fence.holds(), false);
  const put = { type: 'put', key: 'default/core/configmaps/default/stale', value: () => '{}' } as const;
  await assert.rejects(
    world.store.commit([put, fence.check()]),
    (error) => error instanceof StoreError && error.key === leasePrefix + fence.unit,
  );
  const heldBefore = a.fences.size;
  const logged = a.log.length;
  a.resume();
  await world.clock.advance(100);
  const abandoned = a.log.slice(logged, logged + heldBefore);
  assert.ok(
    abandoned.every((line) => line.startsWith('abandon')),
    abandoned.join(),
  );
  // It did not take the others for dead, although it had not heard of them.
  assert.equal(b.log.filter((line) => line.startsWith('abandon')).length, 0);
  await world.clock.advance(5_000);
  assert.deepEqual(counts(a, b).sort(), [6, 7]);
});

test('a process without its database stops its work before others may take it, and goes on when it is back', async () => {
  const world = new ClusterWorld();
  const [a, b] = [await world.start(units), await world.start(units)];
  await world.clock.advance(3_000);
  world.isStoreAway = true;
  await world.clock.advance(4_000);
  assert.equal(a.fences.size + b.fences.size, 13);
  await world.clock.advance(600);
  assert.deepEqual(counts(a, b), [0, 0]);
  assert.match(a.cluster.problem ?? '', /could not renew its membership for [45] s: its work rests/);
  assert.equal(a.faults.length, 1, a.faults.join());
  await world.clock.advance(30_000);
  world.isStoreAway = false;
  await world.clock.advance(1_500);
  assert.deepEqual(counts(a, b).sort(), [6, 7]);
  assert.equal(a.cluster.problem, undefined);
  // The one that came back first did not take the other, who could not be heard, for dead.
  await world.clock.advance(10_000);
  for (const { log } of [a, b]) {
    const after = log.slice(log.findLastIndex((line) => line.startsWith('abandon')));
    assert.deepEqual(
      after.filter((line) => line.startsWith('yield')),
      [],
    );
  }
});

test('work that cannot end soon stays where it is, and is asked for again', async () => {
  const world = new ClusterWorld();
  const a = await world.start(units);
  a.yields = false;
  const b = await world.start(units);
  await world.clock.advance(20_000);
  assert.deepEqual(counts(a, b), [13, 0]);
  a.yields = true;
  await world.clock.advance(20_000);
  assert.deepEqual(counts(a, b), [7, 6]);
});

test('work that is offered while its unit is being given up, in vain, begins like the rest', async () => {
  const world = new ClusterWorld();
  const a = await world.start(units);
  a.yields = false;
  a.yieldMs = 500;
  const b = await world.start(units);
  await world.clock.advance(300);
  for (const unit of units) a.offer(unit);
  await world.clock.advance(2_000);
  const begun = a.log.filter((line) => line.startsWith('begin'));
  assert.deepEqual([begun.length, b.log.length], [2 * units.length, 0]);
});

test('a record that somebody deletes or edits is made good, and the work begins anew', async () => {
  const world = new ClusterWorld();
  const a = await world.start(units);
  const key = `${leasePrefix}runs.3`;
  const fence = a.fences.get('runs.3');
  await world.store.commit([{ type: 'delete', key, value: () => '{}' }]);
  await world.clock.advance(10);
  assert.deepEqual(a.log.slice(-2), ['abandon runs.3', 'begin runs.3']);
  assert.equal(fence?.holds(), false);
  const { value = '' } = world.store.get(key) ?? {};
  await world.store.commit([{ type: 'put', key, value: () => value }]);
  await world.clock.advance(10);
  assert.deepEqual(a.log.slice(-2), ['abandon runs.3', 'begin runs.3']);
  assert.equal(a.fences.get('runs.3')?.holds(), true);
  await world.store.commit([{ type: 'delete', key: memberKey(a.cluster.id), value: () => '{}' }]);
  await world.clock.advance(2_000);
  assert.deepEqual(counts(a), [13]);
});

test('processes of two versions work together, and say so once', async () => {
  const world = new ClusterWorld();
  const a = await world.start(units);
  const b = world.make(undefined, '1.1.0');
  for (const unit of units) b.offer(unit);
  await b.cluster.start('');
  await world.clock.advance(5_000);
  assert.deepEqual(counts(a, b).sort(), [6, 7]);
  assert.match(
    a.notices.join(),
    /^host-1-\S+ on the same database runs Plinth 1\.1\.0, this process 1\.0\.0;/,
  );
  assert.equal(b.notices.length, 1);
});

test('whatever happens to processes, no two hold a unit at the same time, and in the end each has its share', async () => {
  const step = fc.record({
    what: fc.constantFrom('start', 'kill', 'leave', 'pause', 'resume', 'outage'),
    who: fc.nat(5),
    thenMs: fc.integer({ min: 0, max: 9_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const world = new ClusterWorld();
      await world.start(units);
      for (const { what, who, thenMs } of steps) {
        await act(world, what, world.processes[who % world.processes.length]);
        for (let passed = 0; passed < thenMs; passed += 250) {
          await world.clock.advance(250);
          for (const { name } of units) assert.ok(world.holding(name).length <= 1, `two hold ${name}`);
        }
      }
      world.isStoreAway = false;
      for (const process of world.processes) process.resume();
      if (world.processes.every(({ isDead }) => isDead)) await world.start(units);
      await world.clock.advance(30_000);
      const alive = world.processes.filter(({ isDead }) => !isDead);
      const held = counts(...alive);
      assert.equal(
        held.reduce((sum, count) => sum + count),
        units.length,
      );
      assert.ok(Math.max(...held) - Math.min(...held) <= 1, held.join());
      for (const { name } of units) {
        assert.deepEqual(
          world.holding(name).map(({ cluster }) => cluster.id),
          [world.holder(name)],
        );
      }
    }),
    { numRuns: Number(process.env['PLINTH_CLUSTER_RUNS'] ?? 25) },
  );
});

async function act(world: ClusterWorld, what: string, process: Process | undefined): Promise<void> {
  if (what === 'start' && world.processes.length < 5) {
    world.isStoreAway = false;
    await world.start(units);
  }
  if (what === 'outage') world.isStoreAway = !world.isStoreAway;
  if (!process || process.isDead) return;
  if (what === 'kill') process.kill();
  if (what === 'pause') process.pause();
  if (what === 'resume') process.resume();
  if (what === 'leave') {
    process.resume();
    await Promise.all([process.leave(), breathe()]);
  }
}

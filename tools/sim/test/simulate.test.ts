import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, VirtualClock } from '@plinth/kernel/testing';
import { Violation } from '../src/invariant.ts';
import { simulate } from '../src/simulate.ts';
import { DiskHandle, SimulatedDisk } from '../src/simulated-disk.ts';
import { SimulatedStore } from '../src/simulated-store.ts';
import { Tail } from '../src/tail.ts';

const seeds = Number(process.env['PLINTH_SIM_RUNS'] ?? 20);

test(`${seeds} seeds: commits fail, processes die, and in the end everything is right`, async (t) => {
  let operations = 0;
  let lives = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      const report = await simulate(seed);
      operations += report.done;
      lives += report.lives;
    } catch (error) {
      throw new Error(`seed ${seed} fails; again: npm run sim -- --seed ${seed}`, { cause: error });
    }
  }
  assert.ok(operations > seeds * 30, `only ${operations} operations came to something`);
  assert.ok(lives > seeds * 2, `only ${lives} processes`);
  t.diagnostic(`${operations} operations, ${lives} processes`);
});

test('a seed repeats its run, and another seed is another run', async () => {
  const first = await simulate(77);
  assert.deepEqual(await simulate(77), first);
  assert.notEqual((await simulate(78)).digest, first.digest);
});

/** A store over a disk that has it all at once, and the disk. */
function quickStore(): { store: SimulatedStore; disk: SimulatedDisk; clock: VirtualClock } {
  const clock = new VirtualClock();
  const disk = new SimulatedDisk(() => undefined);
  disk.faults.slowMsMax = 0;
  return { store: new SimulatedStore(disk, clock, seededRandom(1), 1_000), disk, clock };
}

test('a watcher that is told something that is not durable, or not told something that is, is noticed', async () => {
  const { store, disk, clock } = quickStore();
  const tail = new Tail('t/core/things/', disk);
  tail.resume(store);
  const put = store.commit([{ type: 'put', key: 't/core/things/n/a', value: () => '{}' }]);
  await clock.advance(100);
  await put;
  assert.equal(tail.seen, 1);
  disk.history.push({ revision: 2, deleted: false, key: 't/core/things/n/b', value: '{}' });
  const another = store.commit([{ type: 'put', key: 't/core/things/n/c', value: () => '{}' }]);
  // The disk has a change at 2 that the store knows nothing of.
  await assert.rejects(async () => {
    await clock.advance(100);
    await another;
    tail.read();
  }, Violation);
});

test('a disk takes no revision twice', () => {
  const disk = new SimulatedDisk(() => undefined);
  const group = {
    revisions: [1],
    types: [0],
    keys: ['t/core/x/n/a'],
    values: ['{}'],
    entries: { logs: [], sequences: [], values: [], openings: [] },
    forget: [],
    compacted: 0,
  };
  disk.apply(group);
  assert.throws(() => disk.apply(group), Violation);
});

test('what a process was writing when it died is durable as a whole or not at all', () => {
  const outcomes = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new SimulatedDisk(() => undefined);
    const handle = new DiskHandle(disk, new VirtualClock(), seededRandom(seed));
    const keys = ['t/core/x/n/a', 't/core/x/n/b'];
    void handle.write({
      revisions: [1, 2],
      types: [0, 0],
      keys,
      values: ['{}', '{}'],
      entries: { logs: [], sequences: [], values: [], openings: [] },
      forget: [],
      compacted: 0,
    });
    handle.cut();
    outcomes.add(disk.history.length);
  }
  assert.deepEqual(outcomes, new Set([0, 2]));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { FairQueue } from '../fair-queue.ts';
import { WorkerShares } from '../worker-shares.ts';

interface Job {
  readonly tenant: string;
  readonly priority: number;
  readonly order: number;
}

test('within a tenant the higher priority goes first, then the older; nobody is lost or doubled', () => {
  const jobs = fc.array(
    fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), priority: fc.integer({ min: -3, max: 3 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(jobs, (made) => {
      const queue = new FairQueue<Job>();
      const all = made.map((job, order) => ({ ...job, order }));
      for (const job of all) queue.add(job);
      const taken: Job[] = [];
      for (let job = queue.take(); job; job = queue.take()) taken.push(job);
      assert.equal(queue.size, 0);
      assert.deepEqual(new Set(taken), new Set(all));
      for (const tenant of ['a', 'b', 'c']) {
        const expected = all
          .filter((job) => job.tenant === tenant)
          .sort((x, y) => y.priority - x.priority || x.order - y.order);
        assert.deepEqual(
          taken.filter((job) => job.tenant === tenant),
          expected,
        );
      }
    }),
  );
});

test('tenants take turns: between two of a tenant, everybody else who waits comes once', () => {
  const steps = fc.array(fc.oneof(fc.constantFrom('add a', 'add b', 'add c', 'add d'), fc.constant('take')), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (script) => {
      const queue = new FairQueue<Job>();
      const waiting = new Map<string, number>();
      /** Turns that others had since a tenant began to wait. */
      const passed = new Map<string, Map<string, number>>();
      let order = 0;
      for (const step of script) {
        if (step === 'take') {
          const job = queue.take();
          if (!job) continue;
          const left = (waiting.get(job.tenant) ?? 0) - 1;
          waiting.set(job.tenant, left);
          passed.delete(job.tenant);
          if (left > 0) passed.set(job.tenant, new Map());
          for (const [tenant, turns] of passed) {
            if (tenant === job.tenant) continue;
            turns.set(job.tenant, (turns.get(job.tenant) ?? 0) + 1);
            assert.ok(
              (turns.get(job.tenant) ?? 0) <= 1,
              `${job.tenant} had two turns while ${tenant} waited`,
            );
          }
        } else {
          const tenant = step.slice(4);
          queue.add({ tenant, priority: 0, order: order++ });
          if ((waiting.get(tenant) ?? 0) === 0) passed.set(tenant, new Map());
          waiting.set(tenant, (waiting.get(tenant) ?? 0) + 1);
        }
      }
    }),
  );
});

test('100,000 waiting runs of one tenant raise the p99 start of another at most twofold', () => {
  const alone = p99Start(0);
  const beside = p99Start(100_000);
  assert.ok(beside <= 2 * alone, `${beside} ms instead of ${alone} ms`);
});

/**
 * The p99 start, in virtual milliseconds, of tenant `small`, whose runs keep a quarter of the workers busy; `waiting` runs of
 * tenant `large` are there from the beginning.
 */
function p99Start(waiting: number): number {
  const shares = new WorkerShares(64, 2);
  const random = seededRandom(7);
  const queue = new FairQueue<Job & { readonly atMs: number }>();
  for (let order = 0; order < waiting; order++) queue.add({ tenant: 'large', priority: 0, order, atMs: 0 });
  const busyUntil: { atMs: number; tenant: string }[] = [];
  const starts: number[] = [];
  for (let nowMs = 0; nowMs < 20_000; nowMs++) {
    for (let at = busyUntil.length - 1; at >= 0; at--) {
      const one = busyUntil[at];
      if (!one || one.atMs > nowMs) continue;
      shares.release(one.tenant);
      busyUntil.splice(at, 1);
    }
    for (let i = random.below(3); i > 0; i--)
      queue.add({ tenant: 'small', priority: 0, order: nowMs, atMs: nowMs });
    for (
      let job = queue.take((one) => shares.mayTake(one));
      job;
      job = queue.take((one) => shares.mayTake(one))
    ) {
      shares.take(job.tenant);
      busyUntil.push({ atMs: nowMs + 1 + random.below(30), tenant: job.tenant });
      if (job.tenant === 'small') starts.push(nowMs - job.atMs + 1);
    }
  }
  assert.ok(starts.length > 19_000, 'every run of the small tenant starts');
  starts.sort((a, b) => a - b);
  return starts[Math.floor(starts.length * 0.99)] ?? 0;
}

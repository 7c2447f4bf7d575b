import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorkQueue, type WorkQueueOptions } from '../queue.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

function make(options: Partial<WorkQueueOptions> = {}) {
  const clock = new VirtualClock();
  let wakes = 0;
  const queue = new WorkQueue({ name: 'q', clock, random: seededRandom(7), wake: () => wakes++, ...options });
  return { clock, queue, wakes: () => wakes };
}

/** Takes a key and fails it, as a reconcile would. */
function fail(queue: WorkQueue) {
  const key = queue.take();
  assert.ok(key);
  const outcome = queue.retry(key);
  queue.done(key);
  return outcome;
}

test('a key that is added often while it waits is taken once, in order of arrival', () => {
  const { queue, wakes } = make();
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  assert.deepEqual([queue.take(), queue.take(), queue.take()], ['a', 'b', undefined]);
  assert.equal(wakes(), 2);
});

test('a key that is added while it is worked on comes once more after it is done, not before', () => {
  const { queue } = make();
  queue.add('a');
  queue.take();
  queue.add('a');
  queue.add('a');
  assert.equal(queue.take(), undefined);
  queue.done('a');
  assert.equal(queue.take(), 'a');
  queue.done('a');
  assert.equal(queue.take(), undefined);
});

test('the back-off doubles from 5 ms to 5 min, less up to a quarter; forget starts over', () => {
  const { queue, clock } = make({ attemptsMax: 100, retriesPerSecond: 1e9 });
  queue.add('a');
  for (let attempt = 1; attempt <= 20; attempt++) {
    const { delayMs } = fail(queue);
    const fullMs = Math.min(300_000, 5 * 2 ** (attempt - 1));
    assert.ok(delayMs <= fullMs && delayMs >= fullMs * 0.75, `attempt ${attempt}: ${delayMs} of ${fullMs}`);
    assert.equal(queue.take(), undefined, 'not before its time');
    assert.ok(clock.step(delayMs + 1));
  }
  queue.take();
  queue.forget('a');
  assert.ok(queue.retry('a').delayMs <= 5);
});

test('retries over all keys are limited: a thousand failures do not come back at once', () => {
  const { queue } = make({ retriesPerSecond: 10 });
  const delays: number[] = [];
  for (let i = 0; i < 1000; i++) {
    queue.add(`k${i}`);
    delays.push(fail(queue).delayMs);
  }
  assert.ok(Math.max(...delays.slice(0, 100)) <= 5, 'the burst is free');
  assert.ok(Math.max(...delays) >= 89_000, 'the last ones wait for the bucket');
});

test('after too many failures a key is parked: adds leave it, a revival or ten minutes bring it back', () => {
  const { queue, clock } = make({ attemptsMax: 3, parkedRetryMs: 600_000 });
  queue.add('a');
  for (const parked of [false, false, true]) {
    assert.equal(fail(queue).parked, parked);
    if (!parked) clock.step();
  }
  queue.add('a');
  assert.equal(queue.take(), undefined);
  assert.deepEqual([...queue.parked], ['a']);
  clock.step(600_000);
  assert.equal(fail(queue).parked, true, 'one failure parks it again');
  queue.revive('a');
  assert.equal(queue.take(), 'a');
  assert.equal(queue.failures('a'), 0);
});

test('a delayed key comes at the earlier of two times, and at once when it is added', () => {
  const { queue, clock } = make();
  queue.addAfter('a', 500);
  queue.addAfter('a', 100);
  queue.addAfter('a', 900);
  clock.step(100);
  assert.equal(queue.take(), 'a');
  queue.done('a');
  queue.addAfter('b', 500);
  queue.add('b');
  assert.equal(queue.take(), 'b');
  queue.done('b');
  clock.step();
  assert.equal(queue.take(), undefined, 'the delayed one was answered by the add');
});

test('the metrics are those of client-go', async () => {
  const { queue, clock } = make();
  queue.add('a');
  await clock.advance(2_000);
  queue.take();
  await clock.advance(3_000);
  const value = (name: string, suffix?: string): number | undefined =>
    queue
      .collect()
      .find((family) => family.name === name)
      ?.samples.find((sample) => sample.suffix === suffix)?.value;
  assert.equal(value('workqueue_adds_total'), 1);
  assert.equal(value('workqueue_depth'), 0);
  assert.equal(value('workqueue_queue_duration_seconds', '_sum'), 2);
  assert.equal(value('workqueue_longest_running_processor_seconds'), 3);
  assert.equal(value('workqueue_unfinished_work_seconds'), 3);
  queue.retry('a');
  queue.done('a');
  assert.equal(value('workqueue_retries_total'), 1);
  assert.equal(value('workqueue_work_duration_seconds', '_sum'), 3);
});

test('property: no key is lost, none is worked on twice at a time, and every add is followed by work', async () => {
  const command = fc.oneof(
    fc.record({ do: fc.constant('add'), key: fc.nat(4) }),
    fc.record({ do: fc.constant('addAfter'), key: fc.nat(4) }),
    fc.record({ do: fc.constant('take'), key: fc.nat(4) }),
    fc.record({ do: fc.constant('succeed'), key: fc.nat(4) }),
    fc.record({ do: fc.constant('fail'), key: fc.nat(4) }),
    fc.record({ do: fc.constant('tick'), key: fc.nat(4) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const { queue, clock } = make({ attemptsMax: 1_000, retriesPerSecond: 1e9 });
      const owed = new Set<string>();
      const working = new Set<string>();
      const take = (): string | undefined => {
        const key = queue.take();
        if (key === undefined) return undefined;
        assert.ok(!working.has(key), 'twice at a time');
        working.add(key);
        owed.delete(key);
        return key;
      };
      for (const { do: action, key: number } of commands) {
        const key = `k${number}`;
        if (action === 'add' || action === 'addAfter') owed.add(key);
        if (action === 'add') queue.add(key);
        if (action === 'addAfter') queue.addAfter(key, 10);
        if (action === 'take') take();
        if (action === 'tick') clock.step();
        if ((action === 'succeed' || action === 'fail') && working.delete(key)) {
          if (action === 'succeed') queue.forget(key);
          else {
            queue.retry(key);
            owed.add(key);
          }
          queue.done(key);
        }
      }
      const finish = (): void => {
        for (let key = take(); key !== undefined; key = take()) {
          queue.forget(key);
          queue.done(key);
          working.delete(key);
        }
      };
      for (const key of working) queue.done(key);
      working.clear();
      finish();
      while (clock.step()) finish();
      assert.deepEqual([...owed], []);
    }),
    { numRuns: 300 },
  );
});

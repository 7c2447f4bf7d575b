import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { turnMs } from '../limits.ts';
import { type Pausing, policyTurns } from '../turns.ts';

/** A clock that stands still until it is set, and counts how often it is asked. */
function standingClock(): Clock & { ms: number; asked: number } {
  return {
    ...systemClock,
    ms: 0,
    asked: 0,
    monotonic() {
      this.asked++;
      return this.ms;
    },
  };
}

/** Work that pauses a few times before it does something. */
function* steps<T>(pauses: readonly Promise<unknown>[], end: () => T): Pausing<T> {
  yield* pauses;
  return end();
}

describe('the turns of policies', () => {
  test('end when policies have worked long enough, and begin again with the next turn of the loop', async () => {
    const clock = standingClock();
    const rooms: boolean[] = [];
    function* work(): Pausing<string> {
      rooms.push(policyTurns.hasRoom);
      clock.ms += turnMs;
      policyTurns.spend(10_000, clock);
      rooms.push(policyTurns.hasRoom);
      while (!policyTurns.hasRoom) yield policyTurns.nextTurn();
      rooms.push(policyTurns.hasRoom);
      return 'done';
    }
    equal(await policyTurns.run(work(), clock), 'done');
    deepEqual(rooms, [true, false, true]);
  });

  test('do not count pauses', async () => {
    const clock = standingClock();
    const pause = Promise.resolve().then(() => {
      clock.ms += 100 * turnMs;
    });
    const work = steps([pause], () => {
      policyTurns.spend(10_000, clock);
      return policyTurns.hasRoom;
    });
    equal(await policyTurns.run(work, clock), true);
  });

  test('count work that did not pause for those who come after it in the same turn', async () => {
    const clock = standingClock();
    const work = (): boolean => {
      clock.ms += turnMs;
      return policyTurns.hasRoom;
    };
    const both = [1, 2].map(() => policyTurns.run(steps([], work), clock));
    deepEqual(await Promise.all(both), [true, false]);
    await new Promise<void>((resolve) => setImmediate(resolve));
    equal(policyTurns.hasRoom, true);
  });

  test('ask the clock only now and then', async () => {
    const clock = standingClock();
    const work = (): void => {
      for (let i = 0; i < 100; i++) policyTurns.spend(10, clock);
    };
    await policyTurns.run(steps([], work), clock);
    equal(clock.asked, 3);
  });

  test('pass on what work throws, and what it waited for', async () => {
    const clock = standingClock();
    const failing = steps([], () => {
      throw new Error('broken');
    });
    const waiting = steps([Promise.reject(new Error('refused'))], () => undefined);
    await rejects(policyTurns.run(failing, clock), /broken/);
    await rejects(policyTurns.run(waiting, clock), /refused/);
  });
});

import { Gate } from '../api/gate.ts';
import type { Clock } from '../ports/clock.ts';
import { slowWaitingMax, turnMs } from './limits.ts';

/** Work in steps: each promise that it yields is a pause, which ends when the promise is settled. */
export type Pausing<T> = Generator<Promise<unknown>, T, unknown>;

/** Cost units after which it is looked how long policies have worked: about 0.1 ms. */
const costBetweenReadings = 2_000;
/** Cost units that setting about an expression amounts to. */
const expressionCost = 10;

/**
 * Shares the event loop between policies and everybody else. In each turn of the loop policies work for a few
 * milliseconds, whatever number of writes they judge. What has once taken longer than that for a user waits in a line,
 * one for each user taken in turn, of which one goes on at a time, and leaves the loop to others for twice as long as it
 * took. So an expression that explodes slows down those who set it off.
 */
class PolicyTurns {
  readonly #slow = new Gate(
    1,
    slowWaitingMax,
    'too many writes wait for policies that take long; try again later',
  );
  #spentMs = 0;
  /** When the stretch of work at hand began, or was last added to `#spentMs`. */
  #sinceMs = 0;
  /** Cost since then. */
  #cost = 0;
  #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Whether policies may still work in this turn of the loop. */
  get hasRoom(): boolean {
    return this.#spentMs < turnMs;
  }

  /** Does work to its end, and meanwhile counts how long it takes, but for its pauses. */
  async run<T>(work: Pausing<T>, clock: Clock): Promise<T> {
    for (;;) {
      this.#sinceMs = clock.monotonic();
      let step: IteratorResult<Promise<unknown>, T>;
      try {
        step = work.next();
      } finally {
        this.#read(clock);
        this.#schedule();
      }
      if (step.done) return step.value;
      await step.value;
    }
  }

  /** Notes the cost of an expression. The clock is asked only now and then, as it takes as long as an expression. */
  spend(cost: number, clock: Clock): void {
    this.#cost += cost + expressionCost;
    if (this.#cost >= costBetweenReadings) this.#read(clock);
  }

  /**
   * Does work that is known to be slow.
   * @throws StatusError 429 when too many wait already
   */
  async slow(user: string, clock: Clock, work: () => void): Promise<void> {
    await this.#slow.pass(user, async () => {
      const startMs = clock.monotonic();
      this.#sinceMs = startMs;
      work();
      const ms = clock.monotonic() - startMs;
      if (ms >= turnMs) await new Promise<void>((resolve) => clock.after(2 * ms, resolve));
    });
  }

  /** Waits for the next turn of the loop. */
  nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  #read(clock: Clock): void {
    const nowMs = clock.monotonic();
    this.#spentMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#cost = 0;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#spentMs = 0;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    });
  }
}

/** There is one event loop in a process, so this is one, whatever tenants the policies belong to. */
export const policyTurns = new PolicyTurns();

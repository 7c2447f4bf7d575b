import { Gate } from '../api/gate.ts';
import type { Clock } from '../ports/clock.ts';
import { slowWaitingMax, turnMs } from './limits.ts';

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
  #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Whether policies may still work in this turn of the loop. */
  get hasRoom(): boolean {
    return this.#spentMs < turnMs;
  }

  /** Waits until they may. */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.#nextTurn();
  }

  /** Notes how long a policy has worked in this turn. */
  spend(ms: number): void {
    this.#spentMs += ms;
    this.#schedule();
  }

  /**
   * Does work that is known to be slow.
   * @throws StatusError 429 when too many wait already
   */
  async slow<T>(user: string, clock: Clock, work: () => { result: T; ms: number }): Promise<T> {
    return await this.#slow.pass(user, async () => {
      const { result, ms } = work();
      if (ms >= turnMs) await new Promise<void>((resolve) => clock.after(2 * ms, resolve));
      return result;
    });
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
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

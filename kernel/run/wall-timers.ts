import { DelayHeap } from '../control/delay-heap.ts';
import type { Clock } from '../ports/clock.ts';
import { timerMsMax } from './limits.ts';

/** Keys that are due at instants of the wall clock, with one timer for all of them. */
export class WallTimers {
  readonly #clock: Clock;
  readonly #due: (key: string) => void;
  readonly #heap = new DelayHeap();
  #cancel: (() => void) | undefined;
  #armedMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, due: (key: string) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** @param atMs milliseconds since the Unix epoch; the earliest one of a key counts */
  put(key: string, atMs: number): void {
    this.#heap.put(key, atMs);
    this.#arm();
  }

  remove(key: string): void {
    this.#heap.remove(key);
  }

  stop(): void {
    this.#cancel?.();
    this.#heap.clear();
  }

  #arm(): void {
    const nextMs = this.#heap.nextAtMs;
    if (nextMs === undefined || nextMs >= this.#armedMs) return;
    this.#cancel?.();
    this.#armedMs = nextMs;
    // A wall clock may be set, which a timer does not notice: so it is looked at from time to time.
    const delayMs = Math.min(timerMsMax, Math.max(0, nextMs - this.#clock.now()));
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#armedMs = Number.POSITIVE_INFINITY;
      for (const key of this.#heap.takeDue(this.#clock.now())) this.#due(key);
      this.#arm();
    });
  }
}

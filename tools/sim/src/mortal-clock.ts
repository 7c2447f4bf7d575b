import type { Clock, Random } from '@plinth/kernel';

/** Timers of one process: they fire a little late, and never once the process is dead. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lateMsMax: number;
  #alive = true;

  /** @param lateMsMax how late a timer may fire, in milliseconds: the order of what is due together is open */
  constructor(clock: Clock, random: Random, lateMsMax: number) {
    this.#clock = clock;
    this.#random = random;
    this.#lateMsMax = lateMsMax;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, fn: () => void): () => void {
    const lateMs = this.#random.below(this.#lateMsMax + 1);
    return this.#clock.after(Math.max(0, delayMs) + lateMs, () => {
      if (this.#alive) fn();
    });
  }

  /** The process is dead. */
  stop(): void {
    this.#alive = false;
  }
}

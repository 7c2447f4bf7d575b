import type { Clock } from '../ports/clock.ts';

/** A budget of `burst` tokens that refills at `perSecond`; what is taken beyond it is owed, and paid by waiting. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMs = clock.monotonic();
  }

  /** Takes tokens and returns the milliseconds to wait until they are really there; 0 within the budget. */
  reserve(tokens = 1): number {
    this.#refill();
    this.#tokens -= tokens;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }

  /** Takes a token if there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(): void {
    const nowMs = this.#clock.monotonic();
    const refilled = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + refilled);
    this.#filledAtMs = nowMs;
  }
}

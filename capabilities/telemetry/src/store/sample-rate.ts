import { type Clock, StatusError } from '@plinth/kernel';

/** Seconds of samples that may come at once. */
const burstSeconds = 10;

/**
 * Bounds how many samples are sent in a second, over a longer time. What a request holds is known when it has been read, so
 * it is taken whole, and those after it are refused until its debt is paid.
 */
export class SampleRate {
  readonly #clock: Clock;
  readonly #perSecond: () => number | undefined;
  #tokens = Number.NaN;
  #atMs = 0;

  /** @param perSecond - as it is now; undefined: there is no bound */
  constructor(clock: Clock, perSecond: () => number | undefined) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** @throws StatusError 429 while there is a debt */
  admit(): void {
    const rate = this.#refill();
    if (rate === undefined || this.#tokens > 0) return;
    const seconds = rate > 0 ? Math.ceil((1 - this.#tokens) / rate) : 3_600;
    const message = `the quota of ${rate} samples per second is used up; try again in ${seconds} s`;
    throw new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds: seconds });
  }

  /** Counts samples that were sent. */
  charge(samples: number): void {
    if (this.#refill() !== undefined) this.#tokens -= samples;
  }

  #refill(): number | undefined {
    const rate = this.#perSecond();
    if (rate === undefined) return undefined;
    const now = this.#clock.monotonic();
    const most = rate * burstSeconds;
    this.#tokens = Number.isNaN(this.#tokens)
      ? most
      : Math.min(most, this.#tokens + ((now - this.#atMs) / 1000) * rate);
    this.#atMs = now;
    return rate;
  }
}

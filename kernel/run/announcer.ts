import type { Clock } from '../ports/clock.ts';
import type { Invocation } from './invocation.ts';
import { announceAfterMs } from './limits.ts';

/** What is under way, and since when (monotonic milliseconds). */
export interface Announced {
  readonly invocation: Invocation | undefined;
  readonly beganAtMs: number;
}

/** Has the status of what takes longer written from time to time, for those who look at it. */
export class Announcer {
  readonly #clock: Clock;
  readonly #active: ReadonlySet<Announced>;
  readonly #announced: (writing: Promise<void>) => void;
  #cancel: (() => void) | undefined;

  /** @param announced told of each write, which never fails */
  constructor(clock: Clock, active: ReadonlySet<Announced>, announced: (writing: Promise<void>) => void) {
    this.#clock = clock;
    this.#active = active;
    this.#announced = announced;
  }

  /** Something began. */
  begin(): void {
    this.#cancel ??= this.#clock.after(announceAfterMs, () => {
      this.#cancel = undefined;
      const nowMs = this.#clock.monotonic();
      for (const { invocation, beganAtMs } of this.#active) {
        if (invocation && nowMs - beganAtMs >= announceAfterMs) this.#announced(invocation.announce());
      }
      if (this.#active.size > 0) this.begin();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

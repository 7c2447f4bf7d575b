import type { Clock } from '@plinth/kernel';

/** Something that is waited for, within a bound. */
export class Signal {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends all waiting. */
  raise(): void {
    for (const end of this.#waiting) end();
  }

  /** @returns when it is raised, or after so long. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(end);
        resolve();
      };
      const cancel = this.#clock.after(ms, end);
      this.#waiting.add(end);
    });
  }
}

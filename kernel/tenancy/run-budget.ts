import type { Clock } from '../ports/clock.ts';

const minuteMs = 60_000;
/** Longest wait for the next month in one go, in milliseconds: a clock that was set is noticed within it. */
const waitMsMax = 3_600_000;

/** Whether the runs of a tenant may go on, by the minutes that they have worked in this month. */
export class RunBudget {
  readonly #clock: Clock;
  readonly #workedMs: () => number;
  readonly #renewed: () => void;
  #minutes: number | undefined;
  #cancelWait: (() => void) | undefined;

  /**
   * @param workedMs milliseconds worked in the present month
   * @param renewed called when runs that were withheld may go on
   */
  constructor(clock: Clock, workedMs: () => number, renewed: () => void) {
    this.#clock = clock;
    this.#workedMs = workedMs;
    this.#renewed = renewed;
  }

  /** Takes another limit over; undefined: there is none. */
  set(minutes: number | undefined): void {
    if (this.#minutes === minutes) return;
    this.#minutes = minutes;
    this.#renewed();
  }

  /** Why no run may go on now; undefined: they may. */
  withheld(): string | undefined {
    const minutes = this.#minutes;
    if (minutes === undefined) return undefined;
    const workedMs = this.#workedMs();
    if (workedMs < minutes * minuteMs) return undefined;
    this.#waitForMonth();
    const next = nextMonthMs(this.#clock.now());
    return (
      `the tenant has used ${(workedMs / minuteMs).toFixed(1)} of its ${minutes} run minutes of this month: ` +
      `the run goes on from ${new Date(next).toISOString()}, or when the quota is raised`
    );
  }

  stop(): void {
    this.#cancelWait?.();
  }

  #waitForMonth(): void {
    if (this.#cancelWait) return;
    const nowMs = this.#clock.now();
    const waitMs = Math.min(waitMsMax, nextMonthMs(nowMs) - nowMs);
    this.#cancelWait = this.#clock.after(waitMs, () => {
      this.#cancelWait = undefined;
      this.#renewed();
    });
  }
}

/** When the next calendar month begins, in milliseconds since the Unix epoch (UTC). */
function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}

import type { Clock } from '@plinth/kernel';
import { endsKnownMax, lateEndMs, lateRunEndMs } from '../limits.ts';

/**
 * Tells of ends a moment after they have come, in the order in which clients ask.
 *
 * - A client asks for a log, and then whether it is over: what came in between it would never ask for. So it is told of the end when
 *   it has had the time to ask for the log once more.
 * - A client that finds a run failed after it has followed the plan does not ask for the log of the apply, which says why. So the end
 *   of a run is told when that of its apply was, or when nobody has asked for that.
 *
 * Spec: github.com/hashicorp/go-tfe 1.70, LogReader; github.com/hashicorp/terraform 1.11, internal/cloud, opApply.
 */
export class LateEnds {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #seen = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether the end of a log is told; called when it is over. */
  ofLog(runUid: string, log: 'plan' | 'apply'): boolean {
    return this.#sinceMs(`${log} ${runUid}`) >= lateEndMs;
  }

  /** Whether the end of a run is told; called when it is over, and its apply has a log. */
  ofRun(runUid: string): boolean {
    const log = `apply ${runUid}`;
    const isLogTold = this.#seen.has(log) && this.#sinceMs(log) >= lateEndMs;
    return isLogTold || this.#sinceMs(`run ${runUid}`) >= lateRunEndMs;
  }

  /** How long ago it was asked for first. */
  #sinceMs(end: string): number {
    const nowMs = this.#clock.monotonic();
    const seenMs = this.#seen.get(end) ?? nowMs;
    this.#seen.set(end, seenMs);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > endsKnownMax && oldest !== undefined) this.#seen.delete(oldest);
    return nowMs - seenMs;
  }
}

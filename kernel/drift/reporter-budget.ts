import type { Client } from '../model/client.ts';
import { countingInstants, minuteMs } from './correction-limit.ts';
import { drifts, isDrift } from './drift-kind.ts';
import { instantsOf } from './drift-status.ts';

/**
 * The corrections of one reporter within the last minute, over all of its targets. Read from its Drifts when it is first
 * asked, so that a restart does not forget them; from then on kept in memory, where a correction is taken in the same
 * turn of the event loop in which it is judged.
 */
export class ReporterBudget {
  readonly #client: Client;
  readonly #reporter: string;
  #instants: number[] | undefined;
  /** Drifts that are held back, in the order in which they came. */
  readonly #waiting = new Set<string>();

  constructor(client: Client, reporter: string) {
    this.#client = client;
    this.#reporter = reporter;
  }

  /** Instants that count at `nowMs`, in milliseconds since the Unix epoch. */
  recent(nowMs: number): readonly number[] {
    this.#instants = countingInstants(this.#instants ?? this.#stored(), nowMs, minuteMs);
    return this.#instants;
  }

  /** Counts a correction. Returns what takes it back, for one that came to nothing before it was begun. */
  take(nowMs: number): () => void {
    this.#instants = [...this.recent(nowMs), nowMs];
    return () => {
      const at = this.#instants?.indexOf(nowMs) ?? -1;
      if (at >= 0) this.#instants = this.#instants?.toSpliced(at, 1);
    };
  }

  /** How many others wait since before this drift does. */
  ahead(drift: string): number {
    let ahead = 0;
    for (const waiting of this.#waiting) {
      if (waiting === drift) break;
      ahead++;
    }
    return ahead;
  }

  /** Puts a drift into line, where it keeps its place, or takes it out. */
  setWaiting(drift: string, isWaiting: boolean): void {
    if (isWaiting) this.#waiting.add(drift);
    else this.#waiting.delete(drift);
  }

  #stored(): number[] {
    return this.#client
      .list(drifts)
      .filter(isDrift)
      .filter(({ spec }) => spec.reporter === this.#reporter)
      .flatMap(({ status }) => instantsOf(status));
  }
}

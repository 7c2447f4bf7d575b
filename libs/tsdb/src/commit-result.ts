import type { Refusal, RefusalReason } from './head/refusal.ts';
import { refusalText } from './head/refusal.ts';

/** What became of a batch. */
export interface CommitResult {
  /** Floats and stale marks that were taken; those that were there already count too. */
  readonly samples: number;
  readonly histograms: number;
  /** Exemplars that were taken, or were there already. Those that come too late or are too long are no reason to refuse anything. */
  readonly exemplars: number;
  /** What was not taken, by reason. */
  readonly refusals: readonly Refusal[];
}

interface Found {
  count: number;
  readonly ref: number;
  readonly timestampMs: number | undefined;
}

/** Refusals of one batch. */
export class RefusalList {
  readonly #found = new Map<RefusalReason, Found>();

  /** @param ref - negative where there is no series. */
  add(reason: RefusalReason, ref: number, timestampMs: number | undefined): void {
    const found = this.#found.get(reason);
    if (found) found.count++;
    else this.#found.set(reason, { count: 1, ref, timestampMs });
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** @param nameOf - labels of a series as text. */
  take(nameOf: (ref: number) => string): Refusal[] {
    const refusals = [...this.#found].map(([reason, { count, ref, timestampMs }]) => ({
      reason,
      text: refusalText(reason),
      count,
      series: ref < 0 ? undefined : nameOf(ref),
      timestampMs,
    }));
    this.#found.clear();
    return refusals;
  }
}

import type { SampleBuffer } from '@plinth/prometheus-model';
import { markOf, removeRange, type TimeRange } from '../block/tombstones.ts';

/** Samples of a series that were deleted: from the first to the last instant, both included. */
export interface DeletedInterval extends TimeRange {
  readonly ref: number;
}

/** What was deleted of the series of the head. */
export class Deletions {
  readonly #ranges = new Map<number, TimeRange[]>();

  add(intervals: readonly DeletedInterval[]): void {
    for (const { ref, startMs, endMs } of intervals) {
      const ranges = this.#ranges.get(ref);
      if (ranges) ranges.push({ startMs, endMs });
      else this.#ranges.set(ref, [{ startMs, endMs }]);
    }
  }

  /** All intervals that reach beyond an instant; the others are forgotten. */
  keepFrom(startMs: number): void {
    for (const [ref, ranges] of this.#ranges) {
      const kept = ranges.filter(({ endMs }) => endMs >= startMs);
      if (kept.length > 0) this.#ranges.set(ref, kept);
      else this.#ranges.delete(ref);
    }
  }

  get intervals(): DeletedInterval[] {
    return [...this.#ranges].flatMap(([ref, ranges]) => ranges.map((range) => ({ ref, ...range })));
  }

  of(ref: number): readonly TimeRange[] | undefined {
    return this.#ranges.get(ref);
  }

  /** Reads a series and takes out what was deleted. */
  read(ref: number, buffer: SampleBuffer, readAll: (buffer: SampleBuffer) => void): void {
    const ranges = this.#ranges.get(ref);
    if (!ranges) {
      readAll(buffer);
      return;
    }
    const mark = markOf(buffer);
    readAll(buffer);
    for (const range of ranges) removeRange(buffer, range, mark);
  }
}

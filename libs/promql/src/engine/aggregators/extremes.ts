import type { Aggregator } from '../aggregation.ts';
import { absent, type Column, float } from '../column.ts';
import { type AggregationSubject, ignoreHistogram } from './subject.ts';

/** `min` and `max`. NaN only where there is nothing else. */
export class Extremes implements Aggregator {
  readonly #best: Float64Array;
  readonly #hasFloats: Uint8Array;
  readonly #sign: 1 | -1;
  readonly #subject: AggregationSubject;

  /** @param sign - 1 for the highest, -1 for the lowest. */
  constructor(steps: number, sign: 1 | -1, subject: AggregationSubject) {
    this.#best = new Float64Array(steps);
    this.#hasFloats = new Uint8Array(steps);
    this.#sign = sign;
    this.#subject = subject;
  }

  add({ kinds, values }: Column): void {
    const best = this.#best;
    const hasFloats = this.#hasFloats;
    const sign = this.#sign;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === absent) continue;
      if (kind !== float) {
        ignoreHistogram(this.#subject);
        continue;
      }
      const value = values[step] ?? 0;
      const other = best[step] ?? 0;
      if (hasFloats[step] === 0 || sign * value > sign * other || Number.isNaN(other)) {
        best[step] = value;
      }
      hasFloats[step] = 1;
    }
  }

  finish(out: Column): void {
    for (let step = 0; step < out.steps; step++) {
      if (this.#hasFloats[step] === 1) out.setFloat(step, this.#best[step] ?? 0);
    }
  }
}

import type { Aggregator } from '../aggregation.ts';
import { absent, type Column, float } from '../column.ts';
import { type AggregationSubject, ignoreHistogram } from './subject.ts';

/** `stdvar` and `stddev` of the whole group, by Welford's method. */
export class Variances implements Aggregator {
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #counts: Float64Array;
  readonly #isDeviation: boolean;
  readonly #subject: AggregationSubject;

  constructor(steps: number, isDeviation: boolean, subject: AggregationSubject) {
    this.#means = new Float64Array(steps);
    this.#squares = new Float64Array(steps);
    this.#counts = new Float64Array(steps);
    this.#isDeviation = isDeviation;
    this.#subject = subject;
  }

  add({ kinds, values }: Column): void {
    const means = this.#means;
    const squares = this.#squares;
    const counts = this.#counts;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === absent) continue;
      if (kind !== float) {
        ignoreHistogram(this.#subject);
        continue;
      }
      const value = values[step] ?? 0;
      const count = (counts[step] ?? 0) + 1;
      counts[step] = count;
      if (count === 1) {
        means[step] = value;
        // Infinity has no distance from the mean.
        squares[step] = Number.isFinite(value) ? 0 : Number.NaN;
        continue;
      }
      const distance = value - (means[step] ?? 0);
      const mean = (means[step] ?? 0) + distance / count;
      means[step] = mean;
      squares[step] = (squares[step] ?? 0) + distance * (value - mean);
    }
  }

  finish(out: Column): void {
    for (let step = 0; step < out.steps; step++) {
      const count = this.#counts[step] ?? 0;
      if (count === 0) continue;
      const variance = (this.#squares[step] ?? 0) / count;
      out.setFloat(step, this.#isDeviation ? Math.sqrt(variance) : variance);
    }
  }
}

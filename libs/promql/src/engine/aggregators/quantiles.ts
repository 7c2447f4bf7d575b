import { quantileOf } from '../../functions/quantile.ts';
import type { Aggregator } from '../aggregation.ts';
import { absent, type Column, float } from '../column.ts';
import { type AggregationSubject, ignoreHistogram } from './subject.ts';

/** `quantile`. Needs all values at once. */
export class Quantiles implements Aggregator {
  readonly keepsColumns = true;
  readonly #positions: Float64Array;
  readonly #subject: AggregationSubject;
  readonly #columns: Column[] = [];

  /** @param positions - which quantile, for each step. */
  constructor(positions: Float64Array, subject: AggregationSubject) {
    this.#positions = positions;
    this.#subject = subject;
  }

  add(column: Column): void {
    for (const kind of column.kinds) {
      if (kind !== absent && kind !== float) ignoreHistogram(this.#subject);
    }
    this.#columns.push(column);
  }

  finish(out: Column): void {
    const values = new Float64Array(this.#columns.length);
    for (let step = 0; step < out.steps; step++) {
      let count = 0;
      for (const column of this.#columns) {
        if (column.kinds[step] === float) values[count++] = column.values[step] ?? 0;
      }
      if (count === 0) continue;
      const position = this.#positions[step] ?? Number.NaN;
      out.setFloat(step, quantileOf(values.subarray(0, count), position));
    }
  }
}

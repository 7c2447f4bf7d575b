import { HistogramSum } from '../../functions/histogram-total.ts';
import type { Aggregator } from '../aggregation.ts';
import { absent, type Column, float } from '../column.ts';
import { HistogramTotals } from './histogram-totals.ts';
import type { AggregationSubject } from './subject.ts';

/** `sum`, with Kahan's compensation. */
export class Sums implements Aggregator {
  readonly #sums: Float64Array;
  /** What rounding lost at each step. */
  readonly #errors: Float64Array;
  readonly #hasFloats: Uint8Array;
  readonly #subject: AggregationSubject;
  #histograms: HistogramTotals | undefined;

  constructor(steps: number, subject: AggregationSubject) {
    this.#sums = new Float64Array(steps);
    this.#errors = new Float64Array(steps);
    this.#hasFloats = new Uint8Array(steps);
    this.#subject = subject;
  }

  add(column: Column): void {
    const { kinds, values } = column;
    const sums = this.#sums;
    const errors = this.#errors;
    const hasFloats = this.#hasFloats;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === float) {
        hasFloats[step] = 1;
        const value = values[step] ?? 0;
        const sum = sums[step] ?? 0;
        const total = sum + value;
        sums[step] = total;
        if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) {
          errors[step] = 0;
        } else {
          const isLarger = Math.abs(sum) >= Math.abs(value);
          const lost = isLarger ? sum - total + value : value - total + sum;
          errors[step] = (errors[step] ?? 0) + lost;
        }
      } else if (kind !== absent) this.#addHistogram(column, step);
    }
  }

  #addHistogram(column: Column, step: number): void {
    this.#histograms ??= new HistogramTotals(HistogramSum, this.#subject);
    this.#histograms.add(step, column.histogramAt(step), column.labels);
  }

  finish(out: Column): void {
    for (let step = 0; step < out.steps; step++) {
      if (this.#hasFloats[step] === 0) continue;
      out.setFloat(step, (this.#sums[step] ?? 0) + (this.#errors[step] ?? 0));
    }
    this.#histograms?.finish(out);
  }
}

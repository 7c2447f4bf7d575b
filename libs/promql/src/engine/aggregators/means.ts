import { HistogramMean } from '../../functions/histogram-total.ts';
import { KahanSum } from '../../functions/kahan-sum.ts';
import type { Aggregator } from '../aggregation.ts';
import { absent, type Column, float } from '../column.ts';
import { HistogramTotals } from './histogram-totals.ts';
import type { AggregationSubject } from './subject.ts';

/**
 * `avg`. A sum divided in the end is more exact than a running mean, so that is what it is at each step until the sum is too large for a
 * float.
 */
export class Means implements Aggregator {
  /** Sums or, at the steps of `#isMean`, means. */
  readonly #totals: Float64Array;
  /** What rounding lost at each step. */
  readonly #errors: Float64Array;
  readonly #counts: Float64Array;
  readonly #isMean: Uint8Array;
  readonly #subject: AggregationSubject;
  #histograms: HistogramTotals | undefined;

  constructor(steps: number, subject: AggregationSubject) {
    this.#totals = new Float64Array(steps);
    this.#errors = new Float64Array(steps);
    this.#counts = new Float64Array(steps);
    this.#isMean = new Uint8Array(steps);
    this.#subject = subject;
  }

  add(column: Column): void {
    const { kinds, values } = column;
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[step];
      if (kind === float) this.#addFloat(step, values[step] ?? 0);
      else if (kind !== absent) {
        this.#histograms ??= new HistogramTotals(HistogramMean, this.#subject);
        this.#histograms.add(step, column.histogramAt(step), column.labels);
      }
    }
  }

  #addFloat(step: number, value: number): void {
    const count = (this.#counts[step] ?? 0) + 1;
    this.#counts[step] = count;
    if (count === 1) {
      this.#totals[step] = value;
      return;
    }
    const total = new KahanSum(this.#totals[step] ?? 0);
    total.error = this.#errors[step] ?? 0;
    if (this.#isMean[step] === 0) {
      const before = total.sum;
      const error = total.error;
      total.add(value);
      if (Math.abs(total.sum) !== Number.POSITIVE_INFINITY) return this.#keep(step, total);
      this.#isMean[step] = 1;
      total.sum = before / (count - 1);
      total.error = error / (count - 1);
    }
    const weight = (count - 1) / count;
    total.sum *= weight;
    total.error *= weight;
    total.add(value / count);
    this.#keep(step, total);
  }

  #keep(step: number, { sum, error }: KahanSum): void {
    this.#totals[step] = sum;
    this.#errors[step] = error;
  }

  finish(out: Column): void {
    for (let step = 0; step < out.steps; step++) {
      const count = this.#counts[step] ?? 0;
      if (count === 0) continue;
      const divisor = this.#isMean[step] === 1 ? 1 : count;
      out.setFloat(step, (this.#totals[step] ?? 0) / divisor + (this.#errors[step] ?? 0) / divisor);
    }
    this.#histograms?.finish(out);
  }
}

import type { FloatHistogram, Labels } from '@plinth/prometheus-model';
import type { HistogramTotal } from '../../functions/histogram-total.ts';
import {
  counterResetCollision,
  mismatchedCustomBuckets,
  mixedExponentialCustomHistograms,
  mixedFloatsHistogramsInAggregation,
} from '../annotation-texts.ts';
import type { Column } from '../column.ts';
import type { AggregationSubject } from './subject.ts';

/** The histograms among the members of a group: a sum or mean at each step that has any. */
export class HistogramTotals {
  readonly #Total: new (
    first: FloatHistogram,
  ) => HistogramTotal;
  readonly #subject: AggregationSubject;
  readonly #totals = new Map<number, HistogramTotal>();
  readonly #incompatible = new Set<number>();

  constructor(Total: new (first: FloatHistogram) => HistogramTotal, subject: AggregationSubject) {
    this.#Total = Total;
    this.#subject = subject;
  }

  add(step: number, histogram: FloatHistogram | undefined, labels: Labels): void {
    if (!histogram || this.#incompatible.has(step)) return;
    const total = this.#totals.get(step);
    if (!total) {
      this.#totals.set(step, new this.#Total(histogram));
      return;
    }
    if (total.add(histogram)) return;
    const { annotations, range } = this.#subject;
    annotations.add(mixedExponentialCustomHistograms(labels.metricName, range));
    this.#incompatible.add(step);
  }

  /** Sets the histograms; steps that have floats too lose them, with a warning. */
  finish(out: Column): void {
    const { annotations, range } = this.#subject;
    for (const [step, total] of this.#totals) {
      const hasFloats = out.kinds[step] !== 0;
      out.remove(step);
      if (total.boundsReconciled) annotations.add(mismatchedCustomBuckets('aggregation', range));
      if (this.#incompatible.has(step)) continue;
      if (hasFloats) {
        annotations.add(mixedFloatsHistogramsInAggregation(range));
        continue;
      }
      out.setHistogram(step, total.result().compact());
      if (total.countersCollide) annotations.add(counterResetCollision('aggregation', range));
    }
  }
}

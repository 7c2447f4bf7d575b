import { FloatHistogram, HistogramAccumulator } from '@plinth/prometheus-model';

/** What a user should know of a sum or mean of histograms. */
class InputNotes {
  #sawReset = false;
  #sawNoReset = false;
  boundsReconciled = false;

  see(histogram: FloatHistogram): void {
    if (histogram.fields.counterResetHint === 'reset') this.#sawReset = true;
    if (histogram.fields.counterResetHint === 'not-reset') this.#sawNoReset = true;
  }

  get countersCollide(): boolean {
    return this.#sawReset && this.#sawNoReset;
  }
}

/** A sum or mean that grows by one histogram after the other: `sum`, `avg` and their `_over_time` forms. */
export interface HistogramTotal {
  /** @returns false where the histograms have exponential and custom buckets; then there is no result. */
  add(histogram: FloatHistogram): boolean;
  /** May have empty buckets. Nothing can be added afterwards. */
  result(): FloatHistogram;
  /** Some counters say that they were reset, others that they were not. */
  readonly countersCollide: boolean;
  /** There were different custom bounds, and the result has only those in common. */
  readonly boundsReconciled: boolean;
}

/** The sum of histograms, with Kahan's compensation. */
export class HistogramSum implements HistogramTotal {
  readonly #notes = new InputNotes();
  readonly #sum: HistogramAccumulator;

  constructor(first: FloatHistogram) {
    this.#notes.see(first);
    this.#sum = new HistogramAccumulator(first.fields);
  }

  add(histogram: FloatHistogram): boolean {
    this.#notes.see(histogram);
    const notes = this.#sum.add(histogram.fields);
    if (notes?.boundsReconciled) this.#notes.boundsReconciled = true;
    return notes !== undefined;
  }

  result(): FloatHistogram {
    return new FloatHistogram(this.#sum.compensated());
  }

  get countersCollide(): boolean {
    return this.#notes.countersCollide;
  }

  get boundsReconciled(): boolean {
    return this.#notes.boundsReconciled;
  }
}

/**
 * The mean of histograms. A sum divided in the end is more exact than a running mean, so that is what it is until the sum would leave
 * what a float can hold.
 */
export class HistogramMean implements HistogramTotal {
  readonly #notes = new InputNotes();
  #count = 1;
  /** The sum or, once that overflowed, the mean. */
  #total: HistogramAccumulator;
  #isMean = false;

  constructor(first: FloatHistogram) {
    this.#notes.see(first);
    this.#total = new HistogramAccumulator(first.fields);
  }

  add(histogram: FloatHistogram): boolean {
    this.#notes.see(histogram);
    this.#count++;
    const notes = this.#isMean ? this.#addToMean(histogram) : this.#addToSum(histogram);
    if (notes?.boundsReconciled) this.#notes.boundsReconciled = true;
    return notes !== undefined;
  }

  result(): FloatHistogram {
    if (!this.#isMean) this.#total.scale((value) => value / this.#count);
    return new FloatHistogram(this.#total.compensated());
  }

  get countersCollide(): boolean {
    return this.#notes.countersCollide;
  }

  get boundsReconciled(): boolean {
    return this.#notes.boundsReconciled;
  }

  #addToSum(histogram: FloatHistogram): ReturnType<HistogramAccumulator['add']> {
    const next = this.#total.copy();
    const notes = next.add(histogram.fields);
    if (!notes) return undefined;
    if (!next.hasOverflow) {
      this.#total = next;
      return notes;
    }
    const before = this.#count - 1;
    this.#isMean = true;
    this.#total.scale((value) => value / before);
    return this.#addToMean(histogram);
  }

  #addToMean(histogram: FloatHistogram): ReturnType<HistogramAccumulator['add']> {
    const weight = (this.#count - 1) / this.#count;
    this.#total.scale((value) => value * weight);
    return this.#total.add(histogram.div(this.#count).fields);
  }
}

/** The sum or mean of some histograms of a list. @returns undefined where they have exponential and custom buckets. */
export function totalOf(
  Total: new (first: FloatHistogram) => HistogramTotal,
  histograms: readonly FloatHistogram[],
  from: number,
  to: number,
): HistogramTotal | undefined {
  const first = histograms[from];
  if (!first) return undefined;
  const total = new Total(first);
  for (let i = from + 1; i < to; i++) {
    const next = histograms[i];
    if (next && !total.add(next)) return undefined;
  }
  return total;
}

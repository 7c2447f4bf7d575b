import { bucketBound } from './bucket-bound.ts';
import { addCompensated, CompensatedBuckets } from './compensated-buckets.ts';
import { boundsAreSame, coarserIndex, sharedBounds } from './custom-bounds.ts';
import type { CounterResetHint, FloatHistogramFields } from './float-histogram.ts';
import { customBucketsSchema } from './schema.ts';

/** What a user should know of an addition or subtraction that was done. */
export interface CombinationNotes {
  /** One histogram says that its counter was reset, the other that it was not. */
  readonly countersCollide: boolean;
  /** The custom bounds differed; the result has those that both have. */
  readonly boundsReconciled: boolean;
}

const zeroCount = 0;
const count = 1;
const sum = 2;

/**
 * A histogram that others are added to, in place and with what rounding lost beside each number, so that long sums stay exact. The one
 * mutable form of a histogram, behind the arithmetic of `FloatHistogram` and behind sums and means.
 * Spec: Prometheus 3.14, FloatHistogram.KahanAdd.
 */
export class HistogramAccumulator {
  #counterResetHint: CounterResetHint;
  #schema: number;
  #zeroThreshold: number;
  #customValues: readonly number[];
  #scalars: number[];
  #scalarErrors: number[];
  #positive: CompensatedBuckets;
  #negative: CompensatedBuckets;

  constructor(fields: FloatHistogramFields) {
    this.#counterResetHint = fields.counterResetHint;
    this.#schema = fields.schema;
    this.#zeroThreshold = fields.zeroThreshold;
    this.#customValues = fields.customValues;
    this.#scalars = [fields.zeroCount, fields.count, fields.sum];
    this.#scalarErrors = [0, 0, 0];
    this.#positive = CompensatedBuckets.of(fields.positiveSpans, fields.positiveBuckets);
    this.#negative = CompensatedBuckets.of(fields.negativeSpans, fields.negativeBuckets);
  }

  copy(): HistogramAccumulator {
    const copy = new HistogramAccumulator(emptyFields);
    copy.#counterResetHint = this.#counterResetHint;
    copy.#schema = this.#schema;
    copy.#zeroThreshold = this.#zeroThreshold;
    copy.#customValues = this.#customValues;
    copy.#scalars = this.#scalars.slice();
    copy.#scalarErrors = this.#scalarErrors.slice();
    copy.#positive = this.#positive.copy();
    copy.#negative = this.#negative.copy();
    return copy;
  }

  /**
   * Adds a histogram, or subtracts it with the sign -1. Resolution, zero bucket and custom bounds become what both can be brought to.
   * @returns undefined, and nothing was done, where one histogram has exponential and the other custom buckets.
   */
  add(other: FloatHistogramFields, sign: 1 | -1 = 1): CombinationNotes | undefined {
    const isCustom = this.#schema === customBucketsSchema;
    if (isCustom !== (other.schema === customBucketsSchema)) return undefined;
    const hint = combinedHint(this.#counterResetHint, other.counterResetHint);
    this.#counterResetHint = hint ?? 'unknown';
    const boundsReconciled = isCustom && !boundsAreSame(this.#customValues, other.customValues);
    if (boundsReconciled || !this.#hasLayoutOf(other)) this.#addOtherLayout(other, sign);
    else this.#addSameLayout(other, sign);
    return { countersCollide: hint === undefined, boundsReconciled };
  }

  /** Multiplies or divides every number, with what rounding lost. */
  scale(scaled: (value: number) => number): void {
    this.#scalars = this.#scalars.map(scaled);
    this.#scalarErrors = this.#scalarErrors.map(scaled);
    this.#positive.scale(scaled);
    this.#negative.scale(scaled);
  }

  /** Makes the buckets coarser. The schema is at most that of now. */
  reduceResolution(schema: number): void {
    const steps = this.#schema - schema;
    if (steps === 0) return;
    this.#positive.regroup((index) => coarserExponentialIndex(index, steps));
    this.#negative.regroup((index) => coarserExponentialIndex(index, steps));
    this.#schema = schema;
  }

  /** Makes the zero bucket at least so wide, wider where it would otherwise end inside of a bucket that has observations. */
  widenZeroBucket(atLeast: number): void {
    let threshold = atLeast;
    let widened = -1;
    while (widened !== threshold) {
      widened = threshold;
      threshold = Math.max(
        this.#endOfPopulatedBucketAt(this.#positive, threshold),
        this.#endOfPopulatedBucketAt(this.#negative, threshold),
      );
    }
    this.#zeroThreshold = threshold;
    for (const side of [this.#positive, this.#negative]) {
      const within = side.indexes.findIndex((index) => this.#bound(index - 1) >= threshold);
      const covered = within < 0 ? side.indexes.length : within;
      side.moveFirst(covered, this.#scalars, this.#scalarErrors, zeroCount);
    }
  }

  get zeroThreshold(): number {
    return this.#zeroThreshold;
  }

  /** Whether a number left what a float can hold. */
  get hasOverflow(): boolean {
    return (
      this.#scalars.some(isInfinite) ||
      this.#positive.sums.some(isInfinite) ||
      this.#negative.sums.some(isInfinite) ||
      this.#customValues.some(isInfinite)
    );
  }

  /** The histogram as plain additions would have left it. */
  rounded(): FloatHistogramFields {
    return this.#fields(this.#scalars, this.#positive.sums, this.#negative.sums);
  }

  /** The histogram with what rounding lost along the way. */
  compensated(): FloatHistogramFields {
    const scalars = this.#scalars.map((value, i) => value + (this.#scalarErrors[i] ?? 0));
    return this.#fields(scalars, this.#positive.totals(), this.#negative.totals());
  }

  #fields(
    scalars: readonly number[],
    positiveBuckets: readonly number[],
    negativeBuckets: readonly number[],
  ): FloatHistogramFields {
    return {
      counterResetHint: this.#counterResetHint,
      schema: this.#schema,
      zeroThreshold: this.#zeroThreshold,
      zeroCount: scalars[zeroCount] ?? 0,
      count: scalars[count] ?? 0,
      sum: scalars[sum] ?? 0,
      positiveSpans: this.#positive.spans,
      negativeSpans: this.#negative.spans,
      positiveBuckets,
      negativeBuckets,
      customValues: this.#customValues,
    };
  }

  #hasLayoutOf(other: FloatHistogramFields): boolean {
    return this.#schema === other.schema && this.#zeroThreshold === other.zeroThreshold;
  }

  #addSameLayout(other: FloatHistogramFields, sign: 1 | -1): void {
    this.#addScalars([other.zeroCount, other.count, other.sum], sign);
    if (!this.#positive.addAligned(other.positiveSpans, other.positiveBuckets, sign)) {
      this.#positive.add(CompensatedBuckets.of(other.positiveSpans, other.positiveBuckets), sign);
    }
    if (!this.#negative.addAligned(other.negativeSpans, other.negativeBuckets, sign)) {
      this.#negative.add(CompensatedBuckets.of(other.negativeSpans, other.negativeBuckets), sign);
    }
  }

  /**
   * What the zero bucket takes over leaves the other's buckets before they are made coarser, so that it counts once. (Prometheus 3.14 counts
   * it in the coarser bucket too when that is cut by the threshold.)
   */
  #addOtherLayout(fields: FloatHistogramFields, sign: 1 | -1): void {
    const other = new HistogramAccumulator(fields);
    if (this.#schema === customBucketsSchema) {
      const shared = sharedBounds(this.#customValues, other.#customValues);
      this.#reduceBounds(shared);
      other.#reduceBounds(shared);
    } else {
      while (this.#zeroThreshold !== other.#zeroThreshold) {
        if (this.#zeroThreshold < other.#zeroThreshold) this.widenZeroBucket(other.#zeroThreshold);
        else other.widenZeroBucket(this.#zeroThreshold);
      }
      const coarser = Math.min(this.#schema, other.#schema);
      this.reduceResolution(coarser);
      other.reduceResolution(coarser);
    }
    this.#addScalars(other.#scalars, sign);
    this.#addScalars(other.#scalarErrors, sign);
    this.#positive.add(other.#positive, sign);
    this.#negative.add(other.#negative, sign);
  }

  #addScalars(values: readonly number[], sign: 1 | -1): void {
    for (let i = 0; i < values.length; i++) {
      addCompensated(this.#scalars, this.#scalarErrors, i, sign * (values[i] ?? 0));
    }
  }

  #reduceBounds(shared: readonly number[]): void {
    this.#positive.regroup(coarserIndex(this.#customValues, shared));
    this.#customValues = shared;
  }

  /** Where the bucket ends that the threshold would cut, if it has observations; else the threshold. */
  #endOfPopulatedBucketAt(side: CompensatedBuckets, threshold: number): number {
    for (const [position, index] of side.indexes.entries()) {
      if (this.#bound(index - 1) >= threshold) break;
      if (this.#bound(index) > threshold && side.sums[position] !== 0) return this.#bound(index);
    }
    return threshold;
  }

  #bound(index: number): number {
    return bucketBound(index, this.#schema, this.#customValues);
  }
}

const emptyFields: FloatHistogramFields = {
  counterResetHint: 'unknown',
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: [],
  negativeBuckets: [],
  customValues: [],
};

function coarserExponentialIndex(index: number, steps: number): number {
  return Math.floor((index - 1) / 2 ** steps) + 1;
}

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** What is known of the counter of a sum; undefined where the histograms contradict each other. */
function combinedHint(one: CounterResetHint, other: CounterResetHint): CounterResetHint | undefined {
  if (one === other) return one;
  if (one === 'gauge' || other === 'gauge') return 'gauge';
  if (one === 'unknown' || other === 'unknown') return 'unknown';
  return undefined;
}

import type { Bucket } from './bucket.ts';
import { ascendingBuckets, descendingBuckets, negativeBuckets, positiveBuckets } from './bucket-walk.ts';
import { compacted } from './compact.ts';
import { boundsAreSame } from './custom-bounds.ts';
import { type CombinationNotes, HistogramAccumulator } from './histogram-accumulator.ts';
import { type ApiHistogram, apiHistogram } from './histogram-api.ts';
import { histogramsAreEqual } from './histogram-equality.ts';
import { histogramProblem } from './histogram-problem.ts';
import { detectReset } from './histogram-reset.ts';
import { histogramDescription, histogramText } from './histogram-text.ts';
import { customBucketsSchema } from './schema.ts';
import type { Span } from './span.ts';

export type { Span } from './span.ts';

/** How a histogram relates to the one before it in its series. */
export type CounterResetHint = 'unknown' | 'reset' | 'not-reset' | 'gauge';

/** What a native histogram holds. Spec: Prometheus 3.14, model/histogram/float_histogram.go. */
export interface FloatHistogramFields {
  readonly counterResetHint: CounterResetHint;
  /** -4 to 8: buckets grow by 2^(2^-schema); -53: the bounds are `customValues`. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  /** Absolute counts, one for each bucket of the spans. */
  readonly positiveBuckets: readonly number[];
  readonly negativeBuckets: readonly number[];
  /** Upper bounds of custom buckets, without +Inf. */
  readonly customValues: readonly number[];
}

/** A sum or difference of two histograms, and what a user should know of it. */
export interface CombinedHistogram extends CombinationNotes {
  readonly histogram: FloatHistogram;
}

/** A native histogram with counts that are floats. Immutable. */
export class FloatHistogram {
  readonly fields: FloatHistogramFields;

  constructor(fields: FloatHistogramFields) {
    this.fields = fields;
  }

  get usesCustomBuckets(): boolean {
    return this.fields.schema === customBucketsSchema;
  }

  withCounterResetHint(counterResetHint: CounterResetHint): FloatHistogram {
    if (counterResetHint === this.fields.counterResetHint) return this;
    return new FloatHistogram({ ...this.fields, counterResetHint });
  }

  /**
   * With the hint that a database gives it when it is read: `not-reset` where the counter went on from the histogram stored before it in
   * the same resolution. Anything else but a gauge is `unknown`, a reset too: what came before may be gone or replaced by then, and readers
   * look for themselves.
   *
   * @param previous - undefined where a float or nothing came before.
   */
  withHintAfter(previous: FloatHistogram | undefined): FloatHistogram {
    const hint = this.fields.counterResetHint;
    if (hint === 'gauge') return this;
    const goesOn =
      hint !== 'reset' &&
      previous !== undefined &&
      previous.fields.counterResetHint !== 'gauge' &&
      resolutionsAreSame(this.fields, previous.fields) &&
      !this.withCounterResetHint('unknown').detectReset(previous);
    return this.withCounterResetHint(goesOn ? 'not-reset' : 'unknown');
  }

  /**
   * The sum, in the coarser resolution and the wider zero bucket of the two. It may have empty buckets.
   * @returns undefined where one histogram has exponential and the other custom buckets.
   */
  add(other: FloatHistogram): CombinedHistogram | undefined {
    return this.#combined(other, 1);
  }

  /** The difference; as `add`. A difference is a gauge: the caller sets the hint. */
  sub(other: FloatHistogram): CombinedHistogram | undefined {
    return this.#combined(other, -1);
  }

  /** Every number but the bounds times a factor. A negative factor makes a gauge. */
  mul(factor: number): FloatHistogram {
    return this.#scaled((value) => value * factor, factor < 0);
  }

  /** Every number but the bounds divided. What is divided by zero has no buckets. */
  div(divisor: number): FloatHistogram {
    const quotient = this.#scaled((value) => value / divisor, divisor < 0);
    if (divisor !== 0) return quotient;
    return new FloatHistogram({
      ...quotient.fields,
      positiveSpans: [],
      negativeSpans: [],
      positiveBuckets: [],
      negativeBuckets: [],
    });
  }

  /**
   * The histogram in a coarser resolution.
   * @throws RangeError when the schema is a finer one, or either has custom buckets.
   */
  reduceResolution(schema: number): FloatHistogram {
    if (schema === this.fields.schema) return this;
    if (this.usesCustomBuckets)
      throw new RangeError('cannot reduce resolution when there are custom buckets');
    if (schema === customBucketsSchema)
      throw new RangeError('cannot reduce resolution to custom buckets schema');
    if (schema > this.fields.schema) {
      throw new RangeError(`cannot reduce resolution from schema ${this.fields.schema} to ${schema}`);
    }
    const accumulator = new HistogramAccumulator(this.fields);
    accumulator.reduceResolution(schema);
    return new FloatHistogram(accumulator.rounded());
  }

  /** Without empty buckets, but for gaps of at most so many, which become buckets. */
  compact(maxEmptyBuckets = 0): FloatHistogram {
    const fields = compacted(this.fields, maxEmptyBuckets);
    return fields === this.fields ? this : new FloatHistogram(fields);
  }

  /** Whether the data are the same: NaN equals NaN, and the hint does not count. Empty buckets count. */
  equals(other: FloatHistogram): boolean {
    return histogramsAreEqual(this.fields, other.fields);
  }

  /** Whether the counter began anew after the histogram before this one. */
  detectReset(previous: FloatHistogram): boolean {
    return detectReset(this.fields, previous.fields);
  }

  /** What is wrong with it, in the words of Prometheus; undefined when nothing is. */
  validate(): string | undefined {
    return histogramProblem(this.fields);
  }

  /** From the zero bucket upwards. */
  positiveBuckets(): Iterable<Bucket> {
    return positiveBuckets(this.fields);
  }

  /** From the zero bucket downwards. */
  negativeBuckets(): Iterable<Bucket> {
    return negativeBuckets(this.fields);
  }

  /** From the lowest to the highest; buckets that overlap with the zero bucket begin where it ends. */
  ascendingBuckets(): Iterable<Bucket> {
    return ascendingBuckets(this.fields);
  }

  /** From the highest to the lowest. */
  descendingBuckets(): Iterable<Bucket> {
    return descendingBuckets(this.fields);
  }

  /** With the bounds of the buckets: `{count:3, sum:2.5, (0.5,1]:2, (1,2]:1}`. */
  toString(): string {
    return histogramText(this.fields);
  }

  /** As unit tests of rules write it: `{{schema:1 count:3 sum:2.5 buckets:[2 1]}}`. */
  toDescription(): string {
    return histogramDescription(this.fields);
  }

  /** As the HTTP API shows it. */
  toApi(): ApiHistogram {
    return apiHistogram(this.fields);
  }

  #combined(other: FloatHistogram, sign: 1 | -1): CombinedHistogram | undefined {
    const accumulator = new HistogramAccumulator(this.fields);
    const notes = accumulator.add(other.fields, sign);
    return notes && { ...notes, histogram: new FloatHistogram(accumulator.rounded()) };
  }

  #scaled(scaled: (value: number) => number, becomesGauge: boolean): FloatHistogram {
    const fields = this.fields;
    return new FloatHistogram({
      ...fields,
      counterResetHint: becomesGauge ? 'gauge' : fields.counterResetHint,
      zeroCount: scaled(fields.zeroCount),
      count: scaled(fields.count),
      sum: scaled(fields.sum),
      positiveBuckets: fields.positiveBuckets.map(scaled),
      negativeBuckets: fields.negativeBuckets.map(scaled),
    });
  }
}

function resolutionsAreSame(one: FloatHistogramFields, other: FloatHistogramFields): boolean {
  return (
    one.schema === other.schema &&
    one.zeroThreshold === other.zeroThreshold &&
    boundsAreSame(one.customValues, other.customValues)
  );
}

import { formatFloatShort } from '@plinth/go-format';
import type { FloatHistogramFields } from './float-histogram.ts';
import { coarsestSchema, customBucketsSchema, finestSchema, isExponentialSchema } from './schema.ts';
import type { Span } from './span.ts';

const negativeBucketCount = 'histogram has a bucket whose observation count is negative';
const spansMismatch = 'histogram spans specify different number of buckets than provided';

/**
 * What is wrong with a histogram, in the words of Prometheus; undefined when nothing is. Whether the count fits the buckets is not
 * looked at, since floats do not add up exactly. Spec: Prometheus 3.14, FloatHistogram.Validate.
 */
export function histogramProblem(fields: FloatHistogramFields): string | undefined {
  const problem = layoutProblem(fields);
  if (problem !== undefined) return problem;
  if (fields.count < 0) {
    return `observation count is  ${formatFloatShort(fields.count)}: histogram's observation count is negative`;
  }
  return prefixed('positive side', countsProblem(fields.positiveBuckets));
}

/**
 * What is wrong with the count of a histogram whose counts are integers; undefined when nothing is. Observations that are NaN are counted
 * but are in no bucket, and make the sum NaN. Spec: Prometheus 3.14, Histogram.Validate.
 */
export function integerCountProblem(fields: FloatHistogramFields): string | undefined {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const found = total(fields.positiveBuckets) + total(fields.negativeBuckets) + fields.zeroCount;
  const text = `${found} observations found in buckets, but the Count field is ${fields.count}: histogram's observation count should`;
  if (Number.isNaN(fields.sum)) {
    return found > fields.count
      ? `${text} be at least the number of observations found in the buckets`
      : undefined;
  }
  return found === fields.count
    ? undefined
    : `${text} equal the number of observations found in the buckets (in absence of NaN)`;
}

/** Schema, spans, bounds, zero bucket and negative buckets. The rest is the same for a histogram with integer counts. */
function layoutProblem(fields: FloatHistogramFields): string | undefined {
  if (fields.schema === customBucketsSchema) return customProblem(fields);
  if (!isExponentialSchema(fields.schema)) {
    return `histogram has an invalid schema, which must be between ${coarsestSchema} and ${finestSchema} for exponential buckets, or ${customBucketsSchema} for custom buckets, got schema ${fields.schema}`;
  }
  const sides =
    prefixed('positive side', spansProblem(fields.positiveSpans, fields.positiveBuckets.length)) ??
    prefixed('negative side', spansProblem(fields.negativeSpans, fields.negativeBuckets.length)) ??
    prefixed('negative side', countsProblem(fields.negativeBuckets));
  if (sides !== undefined) return sides;
  if (fields.zeroCount < 0) {
    return `zero bucket has observation count of ${formatFloatShort(fields.zeroCount)}: ${negativeBucketCount}`;
  }
  if (fields.customValues.length > 0) {
    return 'histogram with exponential schema must not have custom bounds';
  }
  return undefined;
}

function customProblem(fields: FloatHistogramFields): string | undefined {
  const bounds = boundsProblem(fields.customValues) ?? customSpansProblem(fields);
  if (bounds !== undefined) return `custom buckets: ${bounds}`;
  if (fields.zeroCount !== 0) return 'custom buckets: must have zero count of 0';
  if (fields.zeroThreshold !== 0) return 'custom buckets: must have zero threshold of 0';
  if (fields.negativeSpans.length > 0) return 'custom buckets: must not have negative spans';
  if (fields.negativeBuckets.length > 0) return 'custom buckets: must not have negative buckets';
  return undefined;
}

function boundsProblem(bounds: readonly number[]): string | undefined {
  let previous = Number.NEGATIVE_INFINITY;
  for (const [position, bound] of bounds.entries()) {
    if (Number.isNaN(bound)) return 'histogram custom bounds must not be NaN';
    if (position > 0 && bound <= previous) {
      return `previous bound is ${fixed(previous)} and current is ${fixed(bound)}: histogram custom bounds must be in strictly increasing order`;
    }
    previous = bound;
  }
  return previous === Number.POSITIVE_INFINITY
    ? 'last +Inf bound must not be explicitly defined: histogram custom bounds must be finite'
    : undefined;
}

function customSpansProblem(fields: FloatHistogramFields): string | undefined {
  const spans = fields.positiveSpans;
  const negative = negativeOffsetProblem(spans, 0);
  if (negative !== undefined) return negative;
  const mismatch = spansProblem(spans, fields.positiveBuckets.length);
  if (mismatch !== undefined) return mismatch;
  const covered = spans.reduce((sum, span) => sum + span.length + span.offset, 0);
  const bounds = fields.customValues.length;
  return bounds + 1 < covered
    ? `only ${bounds} custom bounds defined which is insufficient to cover total span length of ${covered}: histogram custom bounds are too few`
    : undefined;
}

function spansProblem(spans: readonly Span[], bucketCount: number): string | undefined {
  const negative = negativeOffsetProblem(spans, 1);
  if (negative !== undefined) return negative;
  const needed = spans.reduce((sum, span) => sum + span.length, 0);
  return needed === bucketCount
    ? undefined
    : `spans need ${needed} buckets, have ${bucketCount} buckets: ${spansMismatch}`;
}

function negativeOffsetProblem(spans: readonly Span[], from: number): string | undefined {
  const position = spans.findIndex((span, i) => i >= from && span.offset < 0);
  if (position < 0) return undefined;
  return `span number ${position + 1} with offset ${spans[position]?.offset}: histogram has a span whose offset is negative`;
}

function countsProblem(counts: readonly number[]): string | undefined {
  const position = counts.findIndex((count) => count < 0);
  if (position < 0) return undefined;
  const count = formatFloatShort(counts[position] ?? 0);
  return `bucket number ${position + 1} has observation count of ${count}: ${negativeBucketCount}`;
}

function prefixed(side: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${side}: ${problem}`;
}

/** Go's `%f`. */
function fixed(value: number): string {
  return Number.isFinite(value) ? value.toFixed(6) : formatFloatShort(value);
}

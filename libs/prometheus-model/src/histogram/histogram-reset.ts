import { bucketBound } from './bucket-bound.ts';
import { boundsAreSame, coarserIndex, sharedBounds } from './custom-bounds.ts';
import type { FloatHistogramFields } from './float-histogram.ts';
import { HistogramAccumulator } from './histogram-accumulator.ts';
import { customBucketsSchema } from './schema.ts';
import { bucketIndexes, type Span, spansAreSame } from './span.ts';

/**
 * Whether a counter began anew between two histograms: a count fell, a bucket vanished, or the layout changed in a way that only a new
 * counter does (finer buckets, a narrower zero bucket). The histogram's own hint, where it has one, decides without a look.
 * Spec: Prometheus 3.14, FloatHistogram.DetectReset.
 */
export function detectReset(current: FloatHistogramFields, previous: FloatHistogramFields): boolean {
  if (current.counterResetHint === 'reset') return true;
  if (current.counterResetHint === 'not-reset') return false;
  if (current.count < previous.count) return true;
  if (current.schema === customBucketsSchema && previous.schema === customBucketsSchema) {
    return customBucketsFell(current, previous);
  }
  const isCoarser = current.schema < previous.schema;
  if (current.schema > previous.schema || current.schema === customBucketsSchema) return true;
  if (current.zeroThreshold < previous.zeroThreshold) return true;
  if (isCoarser || current.zeroThreshold !== previous.zeroThreshold) {
    return fellAfterLayoutChange(current, previous);
  }
  return current.zeroCount < previous.zeroCount || sidesFell(current, previous);
}

function fellAfterLayoutChange(current: FloatHistogramFields, previous: FloatHistogramFields): boolean {
  const adapted = new HistogramAccumulator(previous);
  if (current.zeroThreshold !== previous.zeroThreshold) {
    adapted.widenZeroBucket(current.zeroThreshold);
    if (adapted.zeroThreshold !== current.zeroThreshold) return true;
  }
  adapted.reduceResolution(current.schema);
  const before = adapted.rounded();
  return current.zeroCount < before.zeroCount || sidesFell(current, before);
}

function sidesFell(current: FloatHistogramFields, previous: FloatHistogramFields): boolean {
  return (
    sideFell(current, side(current, 'positive'), side(previous, 'positive')) ||
    sideFell(current, side(current, 'negative'), side(previous, 'negative'))
  );
}

interface Side {
  readonly spans: readonly Span[];
  readonly counts: readonly number[];
}

function side(fields: FloatHistogramFields, which: 'positive' | 'negative'): Side {
  return which === 'positive'
    ? { spans: fields.positiveSpans, counts: fields.positiveBuckets }
    : { spans: fields.negativeSpans, counts: fields.negativeBuckets };
}

/** Buckets that the zero bucket covers do not count: their observations may be in either. */
function sideFell(layout: FloatHistogramFields, current: Side, previous: Side): boolean {
  const firstIndex = Math.min(
    current.spans[0]?.offset ?? Number.POSITIVE_INFINITY,
    previous.spans[0]?.offset ?? Number.POSITIVE_INFINITY,
  );
  if (firstIndex === Number.POSITIVE_INFINITY) return false;
  const isCovered = (index: number): boolean =>
    layout.schema !== customBucketsSchema &&
    bucketBound(index, layout.schema, layout.customValues) <= layout.zeroThreshold;
  if (spansAreSame(current.spans, previous.spans) && !isCovered(firstIndex)) {
    return anyIsLess(current.counts, previous.counts);
  }
  const now = bucketIndexes(current.spans, current.counts.length);
  let at = 0;
  for (const [i, index] of bucketIndexes(previous.spans, previous.counts.length).entries()) {
    while ((now[at] ?? Number.POSITIVE_INFINITY) < index) at++;
    const count = previous.counts[i] ?? 0;
    const fell = now[at] === index ? (current.counts[at] ?? 0) < count : count !== 0;
    if (fell && !isCovered(index)) return true;
  }
  return false;
}

function anyIsLess(counts: readonly number[], others: readonly number[]): boolean {
  for (let i = 0; i < counts.length; i++) if ((counts[i] ?? 0) < (others[i] ?? 0)) return true;
  return false;
}

/** With other bounds only what lies between shared bounds can be compared. */
function customBucketsFell(current: FloatHistogramFields, previous: FloatHistogramFields): boolean {
  if (boundsAreSame(current.customValues, previous.customValues)) {
    return sideFell(current, side(current, 'positive'), side(previous, 'positive'));
  }
  const shared = sharedBounds(current.customValues, previous.customValues);
  const now = countsBetween(current, shared);
  return anyIsLess(now, countsBetween(previous, shared));
}

function countsBetween(fields: FloatHistogramFields, bounds: readonly number[]): readonly number[] {
  const counts = [...bounds, 0].fill(0);
  const targetOf = coarserIndex(fields.customValues, bounds);
  const indexes = bucketIndexes(fields.positiveSpans, fields.positiveBuckets.length);
  for (const [i, index] of indexes.entries()) {
    const target = targetOf(index);
    counts[target] = (counts[target] ?? 0) + (fields.positiveBuckets[i] ?? 0);
  }
  return counts;
}

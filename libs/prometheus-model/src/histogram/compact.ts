import type { FloatHistogramFields } from './float-histogram.ts';
import { bucketIndexes, type Span } from './span.ts';

/**
 * Without empty buckets, but for gaps of at most so many, which are filled with them: a short gap costs less as buckets than as another
 * span. Spec: Prometheus 3.14, FloatHistogram.Compact.
 */
export function compacted(fields: FloatHistogramFields, maxEmptyBuckets: number): FloatHistogramFields {
  const positive = compactedSide(fields.positiveSpans, fields.positiveBuckets, maxEmptyBuckets);
  const negative = compactedSide(fields.negativeSpans, fields.negativeBuckets, maxEmptyBuckets);
  if (!positive && !negative) return fields;
  return {
    ...fields,
    ...(positive ? { positiveSpans: positive.spans, positiveBuckets: positive.counts } : {}),
    ...(negative ? { negativeSpans: negative.spans, negativeBuckets: negative.counts } : {}),
  };
}

interface Side {
  readonly spans: readonly Span[];
  readonly counts: readonly number[];
}

/** Undefined when the side is compact already. */
function compactedSide(
  spans: readonly Span[],
  counts: readonly number[],
  maxEmptyBuckets: number,
): Side | undefined {
  if (isCompact(spans, counts, maxEmptyBuckets)) return undefined;
  const kept: { offset: number; length: number }[] = [];
  const keptCounts: number[] = [];
  let next = 0;
  for (const [position, index] of bucketIndexes(spans, counts.length).entries()) {
    const count = counts[position] ?? 0;
    if (count === 0) continue;
    const gap = index - next;
    const last = kept.at(-1);
    if (last && gap <= maxEmptyBuckets) {
      last.length += gap + 1;
      for (let i = 0; i < gap; i++) keptCounts.push(0);
    } else kept.push({ offset: gap, length: 1 });
    keptCounts.push(count);
    next = index + 1;
  }
  return { spans: kept, counts: keptCounts };
}

function isCompact(spans: readonly Span[], counts: readonly number[], maxEmptyBuckets: number): boolean {
  for (let i = 0; i < counts.length; i++) if (counts[i] === 0) return false;
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i];
    if (span?.length === 0 || (i > 0 && (span?.offset ?? 0) <= maxEmptyBuckets)) return false;
  }
  return true;
}

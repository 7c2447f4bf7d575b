import { formatFloatShort } from '@plinth/go-format';
import { type Bucket, bucketText } from './bucket.ts';
import { negativeBuckets, positiveBuckets, zeroBucket } from './bucket-walk.ts';
import { compacted } from './compact.ts';
import type { CounterResetHint, FloatHistogramFields } from './float-histogram.ts';
import { customBucketsSchema } from './schema.ts';
import type { Span } from './span.ts';

/** With the bounds of the buckets: `{count:3, sum:2.5, (0.5,1]:2, (1,2]:1}`. Spec: Prometheus 3.14, FloatHistogram.String. */
export function histogramText(fields: FloatHistogramFields): string {
  const buckets: Bucket[] = [
    ...[...negativeBuckets(fields)].toReversed(),
    zeroBucket(fields),
    ...positiveBuckets(fields),
  ];
  const parts = buckets.filter((bucket) => bucket.count !== 0).map(bucketText);
  const totals = [`count:${formatFloatShort(fields.count)}`, `sum:${formatFloatShort(fields.sum)}`];
  return `{${[...totals, ...parts].join(', ')}}`;
}

/**
 * As the series of unit tests write it: `{{schema:1 count:3 sum:2.5 buckets:[2 1]}}`. Gaps between buckets become buckets without
 * observations, so a histogram with few buckets far apart has a long text.
 * Spec: Prometheus 3.14, FloatHistogram.TestExpression.
 */
export function histogramDescription(fields: FloatHistogramFields): string {
  const single = compacted(fields, Number.POSITIVE_INFINITY);
  const parts: string[] = [];
  const add = (key: string, value: number): void => {
    if (value !== 0) parts.push(`${key}:${formatFloatShort(value)}`);
  };
  add('schema', fields.schema);
  add('count', fields.count);
  add('sum', fields.sum);
  add('z_bucket', fields.zeroCount);
  add('z_bucket_w', fields.zeroThreshold);
  if (fields.schema === customBucketsSchema) parts.push(`custom_values:${list(fields.customValues)}`);
  const hint = hintTexts[fields.counterResetHint];
  if (hint !== undefined) parts.push(`counter_reset_hint:${hint}`);
  const addSide = (prefix: string, spans: readonly Span[], counts: readonly number[]): void => {
    add(`${prefix}offset`, spans[0]?.offset ?? 0);
    if (counts.length > 0) parts.push(`${prefix}buckets:${list(counts)}`);
  };
  addSide('', single.positiveSpans, single.positiveBuckets);
  addSide('n_', single.negativeSpans, single.negativeBuckets);
  return `{{${parts.join(' ')}}}`;
}

const hintTexts: Readonly<Record<CounterResetHint, string | undefined>> = {
  unknown: undefined,
  reset: 'reset',
  'not-reset': 'not_reset',
  gauge: 'gauge',
};

function list(values: readonly number[]): string {
  return `[${values.map((value) => formatFloatShort(value)).join(' ')}]`;
}

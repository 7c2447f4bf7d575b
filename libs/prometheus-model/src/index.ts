export { DurationSyntaxError, formatDuration, parseDuration } from './format/duration.ts';
export { type Bucket, fractionBelow } from './histogram/bucket.ts';
export {
  type ClassicHistogram,
  type ClassicPart,
  type CumulativeBucket,
  classicPart,
  fromClassicHistogram,
  toClassicBuckets,
} from './histogram/classic-histogram.ts';
export type { HistogramConversion } from './histogram/conversion.ts';
export {
  type CombinedHistogram,
  type CounterResetHint,
  FloatHistogram,
  type FloatHistogramFields,
  type Span,
} from './histogram/float-histogram.ts';
export { type CombinationNotes, HistogramAccumulator } from './histogram/histogram-accumulator.ts';
export type { ApiBucket, ApiHistogram } from './histogram/histogram-api.ts';
export { integerCountProblem } from './histogram/histogram-problem.ts';
export { formatOpenMetricsFloat } from './histogram/open-metrics-float.ts';
export { coarsestSchema, customBucketsSchema, finestSchema } from './histogram/schema.ts';
export { expandTemplate } from './labels/expand-template.ts';
export { compareNames, type Label, Labels, metricNameLabel } from './labels/labels.ts';
export { Matcher, type MatchOperator } from './labels/matcher.ts';
export { quoteName } from './labels/quote-name.ts';
export { type MetricType, metricTypes } from './metadata/metric-type.ts';
export type { Queryable, SelectedSeries, Selection, SelectionHints } from './sample/queryable.ts';
export { SampleBuffer, staleNaNBits } from './sample/sample-buffer.ts';
export { type ReadonlyFloats, SampleTimes } from './sample/sample-times.ts';

import { formatFloatShort, quote } from '@plinth/go-format';
import type { TextRange } from '../syntax/expression.ts';
import type { Annotation } from './annotations.ts';

/** The annotations of Prometheus in its words. Spec: Prometheus 3.14, util/annotations. */

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation';

const warning = (text: string, range: TextRange): Annotation => ({
  level: 'warning',
  text: `PromQL warning: ${text}`,
  range,
});

const info = (text: string, range: TextRange): Annotation => ({
  level: 'info',
  text: `PromQL info: ${text}`,
  range,
});

/** The name of the metric, where it is known. */
const forMetric = (name: string): string => (name === '' ? '' : ` for metric name ${quote(name)}`);

export const invalidQuantile = (quantile: number, range: TextRange): Annotation =>
  warning(`quantile value should be between 0 and 1, got ${formatFloatShort(quantile)}`, range);

export const invalidRatio = (ratio: number, limit: number, range: TextRange): Annotation =>
  warning(
    `ratio value should be between -1 and 1, got ${formatFloatShort(ratio)}, capping to ${formatFloatShort(limit)}`,
    range,
  );

export const badBucketLabel = (name: string, label: string, range: TextRange): Annotation =>
  warning(
    `bucket label "le" is missing or has a malformed value of ${quote(label)}${forMetric(name)}`,
    range,
  );

export const mixedFloatsHistograms = (name: string, range: TextRange): Annotation =>
  warning(`encountered a mix of histograms and floats for metric name ${quote(name)}`, range);

export const mixedFloatsHistogramsInAggregation = (range: TextRange): Annotation =>
  warning('encountered a mix of histograms and floats for aggregation', range);

export const mixedClassicNativeHistograms = (name: string, range: TextRange): Annotation =>
  warning(`vector contains a mix of classic and native histograms${forMetric(name)}`, range);

export const nativeHistogramNotCounter = (name: string, range: TextRange): Annotation =>
  warning(`this native histogram metric is not a counter: ${quote(name)}`, range);

export const nativeHistogramNotGauge = (name: string, range: TextRange): Annotation =>
  warning(`this native histogram metric is not a gauge: ${quote(name)}`, range);

export const mixedExponentialCustomHistograms = (name: string, range: TextRange): Annotation =>
  warning(
    `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${quote(name)}`,
    range,
  );

export const possibleNonCounter = (name: string, range: TextRange): Annotation =>
  info(
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${quote(name)}`,
    range,
  );

export const possibleNonCounterType = (name: string, type: string, range: TextRange): Annotation =>
  info(
    `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${quote(type)}: ${quote(name)}`,
    range,
  );

export const incompatibleTypes = (
  left: string,
  operator: string,
  right: string,
  range: TextRange,
): Annotation =>
  info(
    `incompatible sample types encountered for binary operator ${quote(operator)}: ${left} ${operator} ${right}`,
    range,
  );

export const histogramIgnoredInAggregation = (operator: string, range: TextRange): Annotation =>
  info(`ignored histogram in ${operator} aggregation`, range);

export const histogramIgnoredInMixedRange = (name: string, range: TextRange): Annotation =>
  info(
    `ignored histograms in a range containing both floats and histograms for metric name ${quote(name)}`,
    range,
  );

export const incompatibleBucketLayout = (operator: string, range: TextRange): Annotation =>
  warning(`incompatible bucket layout encountered for binary operator ${operator}`, range);

export const sortInRangeQuery = (range: TextRange): Annotation =>
  warning('sort is ineffective for range queries since results are always ordered by labels', range);

export const quantileOfNaN = (name: string, range: TextRange): Annotation =>
  info(`input to histogram_quantile has NaN observations, result is NaN${forMetric(name)}`, range);

export const quantileSkewedByNaN = (name: string, range: TextRange): Annotation =>
  info(`input to histogram_quantile has NaN observations, result is skewed higher${forMetric(name)}`, range);

export const fractionWithoutNaN = (name: string, range: TextRange): Annotation =>
  info(
    `input to histogram_fraction has NaN observations, which are excluded from all fractions${forMetric(name)}`,
    range,
  );

export const counterResetCollision = (operation: HistogramOperation, range: TextRange): Annotation =>
  warning(`conflicting counter resets during histogram ${operation}`, range);

export const mismatchedCustomBuckets = (operation: HistogramOperation, range: TextRange): Annotation =>
  info(`mismatched custom buckets were reconciled during ${operation}`, range);

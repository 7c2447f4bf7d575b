import { FloatHistogram, type FloatHistogramFields, Labels } from '@plinth/prometheus-model';
import { type VectorSample, vectorOf } from '@plinth/prometheus-rules/vector';
import type { ResultValue } from '@plinth/promql';
import { labelParts } from './label-parts.ts';

/** A sample of an instant vector that can be cloned. */
export interface PlainSample {
  /** Name, value, name, value, ... in order of names. */
  readonly labels: readonly string[];
  readonly value: number;
  readonly histogram?: FloatHistogramFields;
}

/** What a query gave, as samples that can be sent to another thread. @throws RangeError when it is no vector and no scalar */
export function instantVector(value: ResultValue): readonly PlainSample[] {
  return vectorOf(value).map((sample) => ({
    labels: labelParts(sample.labels),
    value: sample.value,
    ...(sample.histogram ? { histogram: sample.histogram.fields } : {}),
  }));
}

/** The sample that was sent. */
export function vectorSample({ labels, value, histogram }: PlainSample): VectorSample {
  const own = Labels.fromSorted(labels);
  return histogram
    ? { labels: own, value, histogram: new FloatHistogram(histogram) }
    : { labels: own, value };
}

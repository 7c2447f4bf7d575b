import type { FloatHistogram, Labels, MetricType } from '@plinth/prometheus-model';

/** What is known about the metric of a series. */
export interface TranslatedMetric {
  /** The name without the suffixes that parts of histograms and summaries have. */
  readonly metricFamily: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

/** An exemplar of a sample. */
export interface TranslatedExemplar {
  readonly labels: Labels;
  readonly value: number;
  /** 0 when there is none. */
  readonly timestampMs: number;
}

/** What all samples have. Timestamps are milliseconds since the epoch. */
interface Sampled {
  readonly timestampMs: number;
  /** 0 where it is not known. */
  readonly startTimestampMs: number;
  /** The series ends here; there is no value. */
  readonly isStale: boolean;
  readonly exemplars: readonly TranslatedExemplar[];
}

/** A sample of a series. */
export interface TranslatedSample extends Sampled {
  readonly value: number;
}

/** A native histogram of a series. */
export interface TranslatedHistogram extends Sampled {
  readonly histogram: FloatHistogram;
}

/** Takes the series that metrics become. */
export interface TranslationVisitor {
  sample(labels: Labels, metric: TranslatedMetric, sample: TranslatedSample): void;
  histogram(labels: Labels, metric: TranslatedMetric, sample: TranslatedHistogram): void;
  /** Data points that have no place in Prometheus. @param reason - for the sender. */
  rejected(dataPoints: number, reason: string): void;
}

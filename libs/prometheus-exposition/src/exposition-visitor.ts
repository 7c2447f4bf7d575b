import type { FloatHistogram, Labels, MetricType } from '@plinth/prometheus-model';

/** An example of what was counted, such as a trace. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number | undefined;
}

/** The series of one sample. Valid within the call only: the same object serves for all. */
export interface ExposedSeries {
  /** The same for the same series as long as the target writes it in the same way: the key of a cache of labels. */
  readonly text: string;
  readonly exemplars: readonly Exemplar[];
  /** When the counting began, in milliseconds since the epoch; 0 where it is not known. */
  readonly startTimestampMs: number;
  /** The labels with the name of the metric, made anew at each call. */
  labels(): Labels;
}

/** Takes what a target exposes, in its order. Timestamps are milliseconds since the epoch; undefined where the target has none. */
export interface ExpositionVisitor {
  sample(series: ExposedSeries, value: number, timestampMs: number | undefined): void;
  histogram(series: ExposedSeries, histogram: FloatHistogram, timestampMs: number | undefined): void;
  type(metricFamily: string, type: MetricType): void;
  help(metricFamily: string, help: string): void;
  unit(metricFamily: string, unit: string): void;
}

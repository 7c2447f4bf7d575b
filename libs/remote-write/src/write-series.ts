import type { FloatHistogram, Labels, MetricType } from '@plinth/prometheus-model';

/** One sample. Timestamps are milliseconds since the epoch. */
export interface WriteSample {
  readonly timestampMs: number;
  /** Ignored when the sample is a mark of staleness. */
  readonly value: number;
  readonly isStale?: boolean;
  /** When the counting began; 2.0 alone sends it. */
  readonly startTimestampMs?: number;
}

/** One native histogram. */
export interface WriteHistogram {
  readonly timestampMs: number;
  readonly histogram: FloatHistogram;
  readonly isStale?: boolean;
  readonly startTimestampMs?: number;
}

/** One exemplar. */
export interface WriteExemplar {
  readonly labels: Labels;
  readonly value: number;
  /** 0 when there is none. */
  readonly timestampMs: number;
}

/** What is known about a metric. */
export interface WriteMetadata {
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

/** A series as a sender has it. */
export interface WriteSeries {
  readonly labels: Labels;
  readonly samples?: readonly WriteSample[];
  readonly histograms?: readonly WriteHistogram[];
  readonly exemplars?: readonly WriteExemplar[];
  /** 2.0 sends it with the series, 1.0 beside them under the name of the metric. */
  readonly metadata?: WriteMetadata;
}

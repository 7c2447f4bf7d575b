import type { Label } from '@plinth/prometheus-model';

/** An exemplar to write; OpenMetrics alone has them. */
export interface WrittenExemplar {
  readonly labels: Iterable<Label>;
  readonly value: number;
  readonly timestampMs?: number;
}

/** One value of a metric. Timestamps are milliseconds since the epoch; without one the value is that of now. */
export interface ValuePoint {
  /** In the order in which they are to be written, without the name of the metric. */
  readonly labels: Iterable<Label>;
  readonly value: number;
  readonly timestampMs?: number;
  /** When the counting began; counters only. */
  readonly createdMs?: number;
  /** Counters only. */
  readonly exemplar?: WrittenExemplar;
}

/** One histogram of classic buckets. */
export interface HistogramPoint {
  readonly labels: Iterable<Label>;
  /** In order of their upper bounds. The one of +Inf may be left out: it has the count. */
  readonly buckets: readonly {
    readonly upperBound: number;
    readonly cumulativeCount: number;
    readonly exemplar?: WrittenExemplar;
  }[];
  readonly sum: number;
  readonly count: number;
  readonly timestampMs?: number;
  readonly createdMs?: number;
}

/** One summary. */
export interface SummaryPoint {
  readonly labels: Iterable<Label>;
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
  readonly sum: number;
  readonly count: number;
  readonly timestampMs?: number;
  readonly createdMs?: number;
}

interface Description {
  /** Without the suffix that the type brings: `_total` of counters, `_info` of infos. */
  readonly name: string;
  readonly help: string;
  /** The name ends in it; empty when there is none. */
  readonly unit?: string;
}

/** All metrics of one name. */
export type MetricFamily = Description &
  (
    | {
        readonly type: 'counter' | 'gauge' | 'unknown' | 'info' | 'stateset';
        readonly points: Iterable<ValuePoint>;
      }
    | { readonly type: 'histogram'; readonly points: Iterable<HistogramPoint> }
    | { readonly type: 'summary'; readonly points: Iterable<SummaryPoint> }
  );

import type { Labels, Matcher, Queryable } from '@plinth/prometheus-model';

/** Instants within which series are looked for, both included, in milliseconds since the epoch. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** How many series a name or a value has. */
export interface Cardinality {
  readonly name: string;
  readonly value: number;
}

/** What `/status/tsdb` tells. Spec: Prometheus 3.14, HTTP API, TSDB Stats. */
export interface DatabaseStatus {
  readonly headStats: {
    readonly numSeries: number;
    readonly numLabelPairs: number;
  };
  readonly seriesCountByMetricName: readonly Cardinality[];
  readonly labelValueCountByLabelName: readonly Cardinality[];
  readonly memoryInBytesByLabelName: readonly Cardinality[];
  readonly seriesCountByLabelValuePair: readonly Cardinality[];
}

/** What is known about a metric. */
export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** Series that can be read, with their labels. Results are in order, and complete. */
export interface MetricsReader extends Queryable {
  /** What is missing, and why. */
  readonly warnings?: readonly string[];
  /** @param matchers - none: of all series. */
  labelNames(matchers: readonly Matcher[], range: TimeRange): readonly string[];
  labelValues(name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[];
  series(matchers: readonly Matcher[], range: TimeRange): readonly Labels[];
  /** @param limit - of each list. */
  status(limit: number): DatabaseStatus;
}

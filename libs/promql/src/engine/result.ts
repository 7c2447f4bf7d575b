import type { FloatHistogram, Labels } from '@plinth/prometheus-model';

/** What a query gave. Times are milliseconds since the epoch. */
export interface Result {
  readonly value: ResultValue;
  /** Texts with their positions in the query, as Prometheus has them. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly statistics: QueryStatistics;
}

/** The value of a query, by its type. Spec: Prometheus 3.14, HTTP API, `resultType`. */
export type ResultValue = ScalarResult | StringResult | VectorResult | MatrixResult;

/** A number at a time in milliseconds since the epoch. */
export interface ScalarResult {
  readonly type: 'scalar';
  readonly timeMs: number;
  readonly value: number;
}

/** A text at a time in milliseconds since the epoch. */
export interface StringResult {
  readonly type: 'string';
  readonly timeMs: number;
  readonly value: string;
}

/** A sample of each series, all at one time in milliseconds since the epoch. */
export interface VectorResult {
  readonly type: 'vector';
  readonly timeMs: number;
  /** In the order that the query gives; without `sort` and the like in no particular one. */
  readonly samples: readonly VectorSample[];
}

/** The sample of one series: a float or a histogram. */
export interface VectorSample {
  readonly labels: Labels;
  /** Meaningful where there is no histogram. */
  readonly value: number;
  readonly histogram: FloatHistogram | undefined;
}

/** Samples of each series over time. */
export interface MatrixResult {
  readonly type: 'matrix';
  /** In order of their labels. */
  readonly series: readonly MatrixSeries[];
}

/** The samples of one series: floats and histograms, each in order of time, in milliseconds. Arrays may be shared, or parts of
 * larger ones. */
export interface MatrixSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly histogramTimestamps: readonly number[];
  readonly histograms: readonly FloatHistogram[];
}

/** What a query cost, in samples. Spec: Prometheus 3.14, HTTP API, `stats`. */
export interface QueryStatistics {
  /** Samples that were looked at, each once for every step that has it in its window. */
  readonly totalQueryableSamples: number;
  /** The same for each step; only when asked for. */
  readonly totalQueryableSamplesPerStep: readonly { timeMs: number; samples: number }[] | undefined;
  /** The most samples that were held at one time. */
  readonly peakSamples: number;
}

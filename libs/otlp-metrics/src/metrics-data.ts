/** Value of an attribute. Integers are bigints, doubles numbers; undefined is a value that is not set. */
export type AttributeValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | readonly AttributeValue[]
  | ReadonlyMap<string, AttributeValue>
  | undefined;

/** Attributes by their keys; of several with one key the last one counts. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** An exemplar. Timestamps of this model are milliseconds since the epoch, rounded down; 0 where there is none. */
export interface ExemplarPoint {
  readonly attributes: Attributes;
  readonly timeMs: number;
  /** Undefined when it is not set. */
  readonly value: number | undefined;
  /** Hex, in lower case; empty when there is none. */
  readonly traceId: string;
  readonly spanId: string;
}

/** What all data points have. */
export interface DataPoint {
  readonly attributes: Attributes;
  readonly startTimeMs: number;
  readonly timeMs: number;
  /** False when the point says that there is no value any more. */
  readonly isRecorded: boolean;
}

/** A point of a gauge or a sum. */
export interface NumberPoint extends DataPoint {
  readonly value: number;
  readonly exemplars: readonly ExemplarPoint[];
}

/** A point of a histogram with explicit bounds. */
export interface HistogramPoint extends DataPoint {
  readonly count: number;
  readonly sum: number | undefined;
  /** One more than bounds, not cumulative. */
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
  readonly exemplars: readonly ExemplarPoint[];
}

/** One side of an exponential histogram. */
export interface ExponentialBuckets {
  /** Index of the first count; the bucket with the index 0 begins above 1. */
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

/** A point of an exponential histogram. */
export interface ExponentialPoint extends DataPoint {
  readonly count: number;
  readonly sum: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  readonly exemplars: readonly ExemplarPoint[];
}

/** A point of a summary. */
export interface SummaryPoint extends DataPoint {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
}

/** Whether points count from the start, or from the point before. */
export type Temporality = 'unspecified' | 'delta' | 'cumulative';

/** The points of a metric, by its type; undefined when it has none that is known. */
export type MetricData =
  | { readonly type: 'gauge'; readonly points: readonly NumberPoint[] }
  | {
      readonly type: 'sum';
      readonly temporality: Temporality;
      readonly isMonotonic: boolean;
      readonly points: readonly NumberPoint[];
    }
  | {
      readonly type: 'histogram';
      readonly temporality: Temporality;
      readonly points: readonly HistogramPoint[];
    }
  | {
      readonly type: 'exponential';
      readonly temporality: Temporality;
      readonly points: readonly ExponentialPoint[];
    }
  | { readonly type: 'summary'; readonly points: readonly SummaryPoint[] }
  | undefined;

/** A metric as an SDK names it. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly data: MetricData;
}

/** Metrics of one instrumentation scope. */
export interface ScopeMetrics {
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: Attributes };
  readonly schemaUrl: string;
  readonly metrics: readonly Metric[];
}

/** Metrics of one resource, such as a process. */
export interface ResourceMetrics {
  readonly attributes: Attributes;
  readonly scopes: readonly ScopeMetrics[];
}

/** In the order of their numbers on the wire. */
export const temporalities: readonly Temporality[] = ['unspecified', 'delta', 'cumulative'];

/** The bit of the flags that says that there is no value. */
export const noRecordedValueFlag = 1;

/** Deepest nesting of lists and maps in attributes. */
export const attributeDepthMax = 32;

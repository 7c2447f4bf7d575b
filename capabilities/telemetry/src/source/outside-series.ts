import type { FloatHistogramFields } from '@plinth/prometheus-model';
import type { PlainSelection } from './plain-selection.ts';

/** A series that another server has, in order of time, in a form that can be cloned. */
export interface OutsideSeries {
  /** Name, value, name, value, ... in order of names. */
  readonly labels: readonly string[];
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly staleAt: readonly number[];
  readonly histogramTimestamps: readonly number[];
  readonly histograms: readonly FloatHistogramFields[];
}

/** What other servers have of what a query selects. */
export interface OutsideData {
  readonly found: readonly {
    readonly selection: PlainSelection;
    readonly series: readonly OutsideSeries[];
  }[];
  /** Which servers could not be asked, and why. */
  readonly warnings: readonly string[];
}

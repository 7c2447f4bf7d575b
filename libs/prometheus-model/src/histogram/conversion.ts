import type { FloatHistogram } from './float-histogram.ts';

/** A histogram that came of another form, or why there is none. */
export type HistogramConversion = { readonly histogram: FloatHistogram } | { readonly problem: string };

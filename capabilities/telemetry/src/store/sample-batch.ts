import type { FloatHistogramFields } from '@plinth/prometheus-model';

/** One sample of a series that Plinth itself writes: what a rule gave, or what was scraped. Can be cloned. */
export interface WrittenSample {
  /** Name, value, name, value, ... in order of names, the name of the metric among them. */
  readonly labels: readonly string[];
  readonly timestampMs: number;
  readonly value: number | 'stale' | FloatHistogramFields;
  readonly exemplars?: readonly WrittenExemplar[];
}

/** An exemplar of a sample. Can be cloned. */
export interface WrittenExemplar {
  /** Name, value, name, value, ... in order of names. */
  readonly labels: readonly string[];
  readonly timestampMs: number;
  readonly value: number;
}

/** What became of what was written. */
export interface WriteOutcome {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  /** Why something was not taken, one text for each reason. */
  readonly refusals: readonly string[];
  /** How much was not taken, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Series that are in the head now. */
  readonly series: number;
}

/** How many samples the sender sent, taken or not. */
export function sentSamples({ samples, histograms, refused }: WriteOutcome): number {
  return Object.values(refused).reduce((sum, count) => sum + count, samples + histograms);
}

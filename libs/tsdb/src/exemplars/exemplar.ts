import type { Labels } from '@plinth/prometheus-model';

/** What one sample of a series came from, such as a request with its trace. Spec: OpenMetrics 1.0.0, "Exemplars". */
export interface Exemplar {
  readonly labels: Labels;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly value: number;
}

/** Characters that names and values of an exemplar may have together. Spec: OpenMetrics 1.0.0, "Exemplars". */
const charactersMax = 128;

/** Whether the labels are longer than they may be. */
export function isTooLong(labels: Labels): boolean {
  let text = '';
  for (const { name, value } of labels) text += name + value;
  // A character is one or two units.
  return text.length > charactersMax && Array.from(text).length > charactersMax;
}

/** The order of exemplars of a series: by time, value and labels. @returns negative, 0 or positive */
export function compareExemplars(one: Exemplar, other: Exemplar): number {
  if (one.timestampMs !== other.timestampMs) return one.timestampMs - other.timestampMs;
  if (one.value !== other.value && !(Number.isNaN(one.value) && Number.isNaN(other.value))) {
    return one.value < other.value || Number.isNaN(one.value) ? -1 : 1;
  }
  return one.labels.compare(other.labels);
}

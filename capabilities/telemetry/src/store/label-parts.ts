import type { Labels } from '@plinth/prometheus-model';

/** Labels in a form that can be cloned: name, value, name, value, ... in order of names. */
export function labelParts(labels: Labels): readonly string[] {
  return [...labels].flatMap(({ name, value }) => [name, value]);
}

import type { FloatHistogram } from '@plinth/prometheus-model';

/**
 * A histogram that no longer comes after the one that its hint compared it with: the hint says nothing any more, and readers compare anew.
 * A gauge stays one.
 */
export function withoutResetHint(histogram: FloatHistogram): FloatHistogram {
  if (histogram.fields.counterResetHint === 'gauge') return histogram;
  return histogram.withCounterResetHint('unknown');
}

import { DurationSyntaxError, parseDuration } from '@plinth/prometheus-model';

/** A duration of Prometheus in milliseconds; undefined where there is none, NaN where it cannot be read. */
export function durationMsOf(text: string | undefined): number | undefined {
  // The pattern of the schema lets an empty text through.
  if (text === undefined || text === '') return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationSyntaxError)) throw error;
    return Number.NaN;
  }
}

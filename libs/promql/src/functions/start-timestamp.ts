/** Times of two samples that follow each other, in milliseconds since the epoch; a start that is not known is 0. */
export interface SampleTimes {
  readonly previousStartMs: number;
  readonly previousMs: number;
  readonly startMs: number;
  readonly timeMs: number;
}

/**
 * Whether the start timestamp of a sample says that the counter began anew after the sample before it. A start at or after the sample's
 * own time is not known (OpenTelemetry sets it to that time). A start at the time of the sample before is that of a delta series, but
 * only where the sample before has a start too: else it is a cumulative series that does not know its start.
 * Spec: Prometheus 3.14, promql/functions.go, isStartTimestampReset.
 */
export function isStartTimestampReset(times: SampleTimes): boolean {
  const { previousStartMs, previousMs, startMs, timeMs } = times;
  if (startMs === 0 || startMs >= timeMs || startMs < previousMs) return false;
  if (startMs > previousMs) return true;
  return previousStartMs !== 0 && previousStartMs < previousMs;
}

/** Whether a sample began before the one before it was taken, and is not of the same beginning: two sources write one series. */
export function startsOverlap(times: SampleTimes): boolean {
  const { previousStartMs, previousMs, startMs } = times;
  return startMs !== 0 && startMs < previousMs && startMs !== previousStartMs;
}

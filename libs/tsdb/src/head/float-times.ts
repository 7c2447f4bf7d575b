import type { SampleBuffer } from '@plinth/prometheus-model';

interface FloatTime {
  readonly timestampMs: number;
  /** Index of the value; -1 for a stale mark. */
  readonly at: number;
}

/** Floats and stale marks in order of time. */
export function floatTimes(buffer: SampleBuffer): readonly FloatTime[] {
  const times: FloatTime[] = [];
  let stale = 0;
  for (let at = 0; at < buffer.count; at++) {
    const timestampMs = buffer.timestamps[at] ?? 0;
    for (; (buffer.staleAt[stale] ?? Infinity) < timestampMs; stale++) {
      times.push({ timestampMs: buffer.staleAt[stale] ?? 0, at: -1 });
    }
    times.push({ timestampMs, at });
  }
  for (const timestampMs of buffer.staleAt.slice(stale)) times.push({ timestampMs, at: -1 });
  return times;
}

import type { ReadonlyFloats, SampleBuffer } from '@plinth/prometheus-model';

/** Adds samples behind those of a buffer, which must all be older. */
export function append(into: SampleBuffer, more: SampleBuffer): void {
  const { count } = into;
  into.reserve(count + more.count);
  appendTimes(into, more);
  const { values } = into;
  for (let i = 0; i < more.count; i++) values[count + i] = more.values[i] ?? 0;
  into.startTimestamps?.fill(0, count, count + more.count);
  into.count = count + more.count;
  for (const staleMs of more.staleAt) into.pushStale(staleMs);
  for (const [i, histogram] of more.histograms.entries()) {
    into.pushHistogram(more.histogramTimestamps[i] ?? 0, histogram);
    into.histogramStartTimestamps?.push(0);
  }
}

function appendTimes({ count: at, times }: SampleBuffer, { count, timestamps }: SampleBuffer): void {
  const firstMs = timestamps[0] ?? 0;
  const stepMs = (timestamps[1] ?? firstMs) - firstMs;
  if (isEven(timestamps, count, stepMs)) {
    if (count > 0) times.evenly(at, count, firstMs, count > 1 ? stepMs : 0);
    return;
  }
  const floats = times.write(at);
  for (let i = 0; i < count; i++) floats[at + i] = timestamps[i] ?? 0;
}

function isEven(timestamps: ReadonlyFloats, count: number, stepMs: number): boolean {
  for (let i = 2; i < count; i++)
    if ((timestamps[i] ?? 0) - (timestamps[i - 1] ?? 0) !== stepMs) return false;
  return true;
}

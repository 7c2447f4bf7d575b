import type { SampleBuffer } from '@plinth/prometheus-model';

/** Adds samples behind those of a buffer, which must all be older. */
export function append(into: SampleBuffer, more: SampleBuffer): void {
  const { count } = into;
  into.reserve(count + more.count);
  const { timestamps, values } = into;
  for (let i = 0; i < more.count; i++) {
    timestamps[count + i] = more.timestamps[i] ?? 0;
    values[count + i] = more.values[i] ?? 0;
  }
  into.startTimestamps?.fill(0, count, count + more.count);
  into.count = count + more.count;
  for (const staleMs of more.staleAt) into.pushStale(staleMs);
  for (const [i, histogram] of more.histograms.entries()) {
    into.pushHistogram(more.histogramTimestamps[i] ?? 0, histogram);
    into.histogramStartTimestamps?.push(0);
  }
}

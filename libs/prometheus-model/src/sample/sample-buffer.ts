import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { type ReadonlyFloats, SampleTimes } from './sample-times.ts';

/** Value that marks the end of a series: a NaN with bits of its own. Spec: Prometheus 3.14, model/value. */
export const staleNaNBits = 0x7ff0000000000002n;

/**
 * Samples of one series in order of time, as they are read for a query. Reused from series to series. Marks of staleness are not among
 * the samples, since their bits do not survive JavaScript numbers; they have a list of their own.
 * Timestamps are milliseconds since the epoch.
 */
export class SampleBuffer {
  /** How many floats there are; the arrays may be longer. */
  count = 0;
  /** Where the timestamps of the floats are written. */
  readonly times = new SampleTimes();
  values = new Float64Array(1024);
  /** When the series ended, in order; it begins again with the next sample. */
  readonly staleAt: number[] = [];
  /** Histograms, beside the floats: a series that changed its type has both. */
  readonly histogramTimestamps: number[] = [];
  readonly histograms: FloatHistogram[] = [];
  /** Start timestamps of the floats, where the source knows them; 0 where it does not. */
  startTimestamps: Float64Array | undefined;
  /** Start timestamps of the histograms. */
  histogramStartTimestamps: number[] | undefined;

  get timestamps(): ReadonlyFloats {
    return this.times.floats;
  }

  clear(): void {
    this.count = 0;
    this.staleAt.length = 0;
    this.histogramTimestamps.length = 0;
    this.histograms.length = 0;
    this.startTimestamps = undefined;
    this.histogramStartTimestamps = undefined;
  }

  /** Makes room for so many floats altogether. */
  reserve(count: number): void {
    if (this.values.length >= count) return;
    const size = Math.max(count, this.values.length * 2);
    this.times.reserve(size);
    this.values = grown(this.values, size);
    if (this.startTimestamps) this.startTimestamps = grown(this.startTimestamps, size);
  }

  push(timestampMs: number, value: number): void {
    this.reserve(this.count + 1);
    this.times.write(this.count)[this.count] = timestampMs;
    this.values[this.count] = value;
    this.count++;
  }

  pushHistogram(timestampMs: number, histogram: FloatHistogram): void {
    this.histogramTimestamps.push(timestampMs);
    this.histograms.push(histogram);
  }

  pushStale(timestampMs: number): void {
    this.staleAt.push(timestampMs);
  }
}

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}

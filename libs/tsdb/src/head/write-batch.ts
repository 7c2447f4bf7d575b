import type { FloatHistogram } from '@plinth/prometheus-model';

/** Words of the bits of a stale mark, low word first. Spec: Prometheus 3.14, model/value: 0x7ff0000000000002. */
export const staleLowWord = 2;
export const staleHighWord = 0x7ff00000;

/** Samples that wait to be written together, as columns. */
export class WriteBatch {
  count = 0;
  refs = new Int32Array(4096);
  timestamps = new Float64Array(4096);
  values = new Float64Array(4096);
  /** The memory of the values, to write and compare bits. */
  valueWords = new Uint32Array(this.values.buffer);
  readonly histogramRefs: number[] = [];
  readonly histogramTimestamps: number[] = [];
  readonly histograms: FloatHistogram[] = [];

  get size(): number {
    return this.count + this.histograms.length;
  }

  add(ref: number, timestampMs: number, value: number): void {
    const at = this.#next();
    this.refs[at] = ref;
    this.timestamps[at] = timestampMs;
    this.values[at] = value;
  }

  /** Adds a mark that the series ended. */
  addStale(ref: number, timestampMs: number): void {
    const at = this.#next();
    this.refs[at] = ref;
    this.timestamps[at] = timestampMs;
    this.valueWords[at * 2] = staleLowWord;
    this.valueWords[at * 2 + 1] = staleHighWord;
  }

  addHistogram(ref: number, timestampMs: number, histogram: FloatHistogram): void {
    this.histogramRefs.push(ref);
    this.histogramTimestamps.push(timestampMs);
    this.histograms.push(histogram);
  }

  clear(): void {
    this.count = 0;
    this.histogramRefs.length = 0;
    this.histogramTimestamps.length = 0;
    this.histograms.length = 0;
  }

  /** Makes room for so many floats. */
  reserve(count: number): void {
    if (count <= this.refs.length) return;
    const size = Math.max(count, this.refs.length * 2);
    const refs = new Int32Array(size);
    refs.set(this.refs);
    const timestamps = new Float64Array(size);
    timestamps.set(this.timestamps);
    const values = new Float64Array(size);
    values.set(this.values);
    this.refs = refs;
    this.timestamps = timestamps;
    this.values = values;
    this.valueWords = new Uint32Array(values.buffer);
  }

  #next(): number {
    if (this.count === this.refs.length) this.reserve(this.count + 1);
    return this.count++;
  }
}

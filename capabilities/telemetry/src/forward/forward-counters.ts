/** Upper bounds of the buckets of durations, in seconds. Spec: Prometheus 3, storage/remote, sentBatchDuration. */
export const durationBounds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300,
] as const;

const fields = [
  'samples',
  'histograms',
  'metadata',
  'samplesFailed',
  'histogramsFailed',
  'metadataFailed',
  'samplesRetried',
  'histogramsRetried',
  /** Not sent: relabeling dropped them, or histograms are not wanted. */
  'unwanted',
  'tooOld',
  /** Not sent: more waited than may. */
  'overflowed',
  /** Samples of series that the log does not introduce. */
  'unknownSeries',
  /** Segments of the log that were damaged or gone. */
  'lostSegments',
  'bytes',
  'metadataBytes',
  'pending',
  'logBytesPending',
  'shards',
  'highestSeconds',
  'highestSentSeconds',
  'durationSum',
  'durationCount',
] as const;

/** A number that a forward keeps. */
export type ForwardCounter = (typeof fields)[number];

const places = new Map<string, number>(fields.map((field, i) => [field, i]));

/** What one forward counts: memory that its thread writes, and others read when they like. */
export class ForwardCounters {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Float64Array;

  /** @param memory - of another thread's counters; absent: all are 0. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer((fields.length + durationBounds.length) * 8);
    this.#numbers = new Float64Array(this.memory);
  }

  get(counter: ForwardCounter): number {
    return this.#numbers[places.get(counter) ?? -1] ?? 0;
  }

  set(counter: ForwardCounter, value: number): void {
    this.#numbers[places.get(counter) ?? -1] = value;
  }

  add(counter: ForwardCounter, count: number): void {
    this.set(counter, this.get(counter) + count);
  }

  raise(counter: ForwardCounter, value: number): void {
    if (value > this.get(counter)) this.set(counter, value);
  }

  /** Notes how long a request took. */
  took(seconds: number): void {
    this.add('durationSum', seconds);
    this.add('durationCount', 1);
    const bucket = durationBounds.findIndex((bound) => seconds <= bound);
    if (bucket < 0) return;
    const at = fields.length + bucket;
    this.#numbers[at] = (this.#numbers[at] ?? 0) + 1;
  }

  /** Requests that took at most so long, for each bound. */
  get durations(): readonly number[] {
    let sum = 0;
    return durationBounds.map((_, i) => (sum += this.#numbers[fields.length + i] ?? 0));
  }

  /** Samples that will never arrive, though they should have. */
  get lost(): number {
    return (
      this.get('samplesFailed') +
      this.get('histogramsFailed') +
      this.get('overflowed') +
      this.get('unknownSeries')
    );
  }
}

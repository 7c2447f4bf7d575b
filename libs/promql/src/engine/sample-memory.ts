import type { FloatHistogram } from '@plinth/prometheus-model';
import { absent, type Column, float } from './column.ts';
import { QueryError } from './query-error.ts';

/** How many samples a query holds at once, counted as Prometheus counts them: a histogram weighs as much as the floats of its size. */
export class SampleMemory {
  readonly #max: number;
  #current = 0;
  #peak = 0;

  /** @param max - samples at which a query is refused. */
  constructor(max: number) {
    this.#max = max;
  }

  get current(): number {
    return this.#current;
  }

  /** The most samples that were held at one time. */
  get peak(): number {
    return this.#peak;
  }

  /** @throws QueryError when there are too many. */
  add(samples: number): void {
    this.#current += samples;
    if (this.#current > this.#peak) this.#peak = this.#current;
    if (this.#current > this.#max) {
      throw new QueryError(
        'too-many-samples',
        'query processing would load too many samples into memory in query execution',
      );
    }
  }

  /** Checks that there is room for a while. */
  touch(samples: number): void {
    this.add(samples);
    this.#current -= samples;
  }

  /** What was added since `current` was read is gone, but for these. */
  reset(current: number, kept: number): void {
    this.#current = current;
    this.add(kept);
  }
}

/** A float takes 16 bytes with its timestamp. */
const bytesPerSample = 16;
/** Sizes in Go, so that limits mean the same. Spec: Prometheus 3.14, FloatHistogram.Size. */
const histogramBytes = 168;
const spanBytes = 8;
const numberBytes = 8;

export function sizeOfHistogram({ fields }: FloatHistogram): number {
  const spans = fields.positiveSpans.length + fields.negativeSpans.length;
  const numbers = fields.positiveBuckets.length + fields.negativeBuckets.length + fields.customValues.length;
  const bytes = histogramBytes + spans * spanBytes + numbers * numberBytes;
  return Math.floor((bytes + 8) / bytesPerSample);
}

/** What a column counts for. */
export function sizeOfColumn(column: Column): number {
  const { kinds } = column;
  if (!column.histograms && !kinds.includes(absent)) return kinds.length;
  let size = 0;
  for (let step = 0; step < kinds.length; step++) {
    const kind = kinds[step];
    if (kind === float) size++;
    else if (kind !== absent) {
      const value = column.histogramAt(step);
      if (value) size += sizeOfHistogram(value);
    }
  }
  return size;
}

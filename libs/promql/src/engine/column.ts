import { type FloatHistogram, Labels } from '@plinth/prometheus-model';

/** What a column holds at a step. Numbers, so that a byte per step tells it. */
export const absent = 0;
export const float = 1;
export const histogram = 2;

/** The values of one series at all steps of an evaluation. */
export class Column {
  labels = Labels.empty;
  /** The name of the metric is to be taken away at the end of the evaluation. */
  dropsName = false;
  /** Meaningful where `kinds` says float. */
  readonly values: Float64Array<ArrayBuffer>;
  /** `absent`, `float` or `histogram` for each step. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Sparse, by step; there only when the series has histograms. */
  histograms: (FloatHistogram | undefined)[] | undefined;

  /** @param values - one for each step. @param kinds - as many, all `absent`. */
  constructor(values: Float64Array<ArrayBuffer>, kinds: Uint8Array<ArrayBuffer>) {
    this.values = values;
    this.kinds = kinds;
  }

  get steps(): number {
    return this.kinds.length;
  }

  setFloat(step: number, value: number): void {
    this.kinds[step] = float;
    this.values[step] = value;
  }

  setHistogram(step: number, value: FloatHistogram): void {
    this.histograms ??= [];
    this.kinds[step] = histogram;
    this.histograms[step] = value;
  }

  remove(step: number): void {
    this.kinds[step] = absent;
  }

  /** The histogram of a step at which there is one. */
  histogramAt(step: number): FloatHistogram | undefined {
    return this.kinds[step] === histogram ? this.histograms?.[step] : undefined;
  }

  /** Takes over what the other has at a step. */
  copyStep(step: number, other: Column, otherStep: number): void {
    const kind = other.kinds[otherStep] ?? absent;
    this.kinds[step] = kind;
    if (kind === float) this.values[step] = other.values[otherStep] ?? 0;
    else if (kind === histogram) {
      this.histograms ??= [];
      this.histograms[step] = other.histograms?.[otherStep];
    }
  }

  /** Whether there is a value at any step. */
  get isPresent(): boolean {
    for (const kind of this.kinds) if (kind !== absent) return true;
    return false;
  }

  clear(): void {
    this.labels = Labels.empty;
    this.dropsName = false;
    this.kinds.fill(absent);
    this.histograms = undefined;
  }
}

/**
 * Columns of one length. Whoever is handed a column owns it, and gives it back when done with it: an aggregation over ten thousand series
 * needs a single one.
 */
export class ColumnPool {
  readonly steps: number;
  readonly #free: Column[] = [];
  /** How many columns are made at once: most queries need a few, and many small arrays cost more than a large one. */
  #batch = 1;

  constructor(steps: number) {
    this.steps = steps;
  }

  /** An empty column. */
  take(): Column {
    const column = this.#free.pop() ?? this.#create();
    column.clear();
    return column;
  }

  give(column: Column): void {
    this.#free.push(column);
  }

  #create(): Column {
    const { steps } = this;
    const values = new Float64Array(this.#batch * steps);
    const kinds = new Uint8Array(this.#batch * steps);
    const columns = Array.from({ length: this.#batch }, (_, i) => {
      const [from, to] = [i * steps, (i + 1) * steps];
      return new Column(values.subarray(from, to), kinds.subarray(from, to));
    });
    const isSmall = this.#batch * 2 * steps <= batchSamplesMax;
    if (isSmall) this.#batch = Math.min(this.#batch * 2, batchMax);
    const [first, ...others] = columns;
    this.#free.push(...others);
    return first ?? new Column(values, kinds);
  }
}

/** Columns made at once. From 64 on, more make no difference. */
const batchMax = 64;
/** Values of the columns made at once: what is allocated and then not used stays below a megabyte. */
const batchSamplesMax = 131_072;

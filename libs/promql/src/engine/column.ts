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

  constructor(steps: number) {
    this.values = new Float64Array(steps);
    this.kinds = new Uint8Array(steps);
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

  constructor(steps: number) {
    this.steps = steps;
  }

  /** An empty column. */
  take(): Column {
    const column = this.#free.pop();
    if (!column) return new Column(this.steps);
    column.clear();
    return column;
  }

  give(column: Column): void {
    this.#free.push(column);
  }
}

import type { SampleBuffer } from '@plinth/prometheus-model';
import { fillBounds } from './bounds.ts';
import { type Column, float } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import type { PlannedVectorSelector, Selector } from './plan.ts';
import { sizeOfHistogram } from './sample-memory.ts';
import type { Scope } from './scope.ts';
import { readSeries } from './series-reading.ts';
import { smoothSeries } from './smoothing.ts';

/** The last sample of each series at each step, unless it is too old or the series has ended. */
export function streamVectorSelector(
  evaluator: Evaluator,
  { selector, range }: PlannedVectorSelector,
  scope: Scope,
  sink: Sink,
): void {
  const lookup = new Lookup(selector, scope, evaluator.settings.lookbackMs);
  const { buffer } = evaluator;
  for (const series of selector.series) {
    readSeries(evaluator, selector, series);
    const column = scope.columns.take();
    column.labels = series.labels;
    if (selector.extension === 'smoothed') smoothSeries(evaluator, selector, range, scope, column);
    else lookup.fill(buffer, column);
    countUsage(column, scope);
    evaluator.emit(column, scope, sink);
  }
}

function countUsage(column: Column, { usage }: Scope): void {
  const { kinds, histograms } = column;
  if (!histograms && !usage.perStep) {
    let floats = 0;
    for (let step = 0; step < kinds.length; step++) floats += kinds[step] ?? 0;
    usage.total += floats;
    return;
  }
  for (let step = 0; step < kinds.length; step++) {
    const value = column.histogramAt(step);
    const size = value ? sizeOfHistogram(value) : (kinds[step] ?? 0);
    if (size > 0) usage.add(step, size);
  }
}

/** Finds for each step the sample that is the value of a series then. */
export class Lookup {
  readonly #firstMs: number;
  readonly #stepMs: number;
  readonly #lookbackMs: number;
  readonly #floats: Int32Array<ArrayBuffer>;
  readonly #histograms: Int32Array<ArrayBuffer>;
  readonly #marks: Int32Array<ArrayBuffer>;

  constructor({ atMs, offsetMs }: Selector, { steps }: Scope, lookbackMs: number) {
    this.#firstMs = (atMs ?? steps.startMs) - offsetMs;
    this.#stepMs = atMs === undefined ? steps.stepMs : 0;
    this.#lookbackMs = lookbackMs;
    this.#floats = new Int32Array(steps.count);
    this.#histograms = new Int32Array(steps.count);
    this.#marks = new Int32Array(steps.count);
  }

  /** Sets the steps of the column that have a value. */
  fill(buffer: SampleBuffer, column: Column): void {
    if (buffer.histograms.length === 0) {
      this.#fillFloats(buffer, column);
      if (buffer.staleAt.length > 0) this.#removeEnded(buffer, column);
      return;
    }
    this.forEach(
      buffer,
      (step, index) => column.setFloat(step, buffer.values[index] ?? 0),
      (step, index) => {
        const value = buffer.histograms[index];
        if (value) column.setHistogram(step, value);
      },
    );
  }

  #fillFloats({ timestamps, values, count }: SampleBuffer, column: Column): void {
    const floats = this.#floats;
    fillBounds(timestamps, count, this.#firstMs, this.#stepMs, floats);
    const { kinds, values: results } = column;
    let oldest = this.#firstMs - this.#lookbackMs;
    for (let step = 0; step < floats.length; step++, oldest += this.#stepMs) {
      const index = (floats[step] ?? 0) - 1;
      if (index < 0 || (timestamps[index] ?? 0) <= oldest) continue;
      kinds[step] = float;
      results[step] = values[index] ?? 0;
    }
  }

  /** Takes away what is from before the last end of the series. */
  #removeEnded({ timestamps, staleAt }: SampleBuffer, column: Column): void {
    const marks = this.#marks;
    fillBounds(staleAt, staleAt.length, this.#firstMs, this.#stepMs, marks);
    for (let step = 0; step < marks.length; step++) {
      const endMs = staleAt[(marks[step] ?? 0) - 1] ?? Number.NEGATIVE_INFINITY;
      if (endMs >= (timestamps[(this.#floats[step] ?? 0) - 1] ?? 0)) column.remove(step);
    }
  }

  /** Calls for each step that has a sample with the index of it. */
  forEach(
    buffer: SampleBuffer,
    onFloat: (step: number, index: number) => void,
    onHistogram: (step: number, index: number) => void,
  ): void {
    const { timestamps, histogramTimestamps, staleAt } = buffer;
    const floats = this.#floats;
    fillBounds(timestamps, buffer.count, this.#firstMs, this.#stepMs, floats);
    const hasOthers = histogramTimestamps.length > 0 || staleAt.length > 0;
    if (hasOthers) this.#findOthers(buffer);
    for (let step = 0; step < floats.length; step++) {
      const oldest = this.#firstMs + step * this.#stepMs - this.#lookbackMs;
      const index = (floats[step] ?? 0) - 1;
      const floatMs = index < 0 ? Number.NEGATIVE_INFINITY : (timestamps[index] ?? 0);
      if (!hasOthers) {
        if (floatMs > oldest) onFloat(step, index);
        continue;
      }
      const other = (this.#histograms[step] ?? 0) - 1;
      const otherMs = histogramTimestamps[other] ?? Number.NEGATIVE_INFINITY;
      const endMs = staleAt[(this.#marks[step] ?? 0) - 1] ?? Number.NEGATIVE_INFINITY;
      const latest = Math.max(floatMs, otherMs);
      if (latest <= oldest || latest <= endMs) continue;
      if (otherMs > floatMs) onHistogram(step, other);
      else onFloat(step, index);
    }
  }

  #findOthers({ histogramTimestamps, staleAt }: SampleBuffer): void {
    const histograms = histogramTimestamps.length;
    fillBounds(histogramTimestamps, histograms, this.#firstMs, this.#stepMs, this.#histograms);
    fillBounds(staleAt, staleAt.length, this.#firstMs, this.#stepMs, this.#marks);
  }
}

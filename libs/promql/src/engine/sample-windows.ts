import { Labels, type ReadonlyFloats, type SampleBuffer } from '@plinth/prometheus-model';
import type { Windows } from '../functions/function-call.ts';
import { fillBounds } from './bounds.ts';
import type { TimeShift } from './plan.ts';
import type { Steps } from './steps.ts';

/** What the windows of a range vector have in common. */
export interface WindowShape extends TimeShift {
  readonly rangeMs: number;
  readonly extension: 'anchored' | 'smoothed' | undefined;
}

/** The windows of one series after the other, in arrays that are used again. */
export class SampleWindows implements Windows {
  labels = Labels.empty;
  readonly samples: SampleBuffer;
  readonly floatFrom: Int32Array<ArrayBuffer>;
  readonly floatTo: Int32Array<ArrayBuffer>;
  readonly histogramFrom: Int32Array<ArrayBuffer>;
  readonly histogramTo: Int32Array<ArrayBuffer>;
  readonly rangeMs: number;
  readonly extension: 'anchored' | 'smoothed' | undefined;
  readonly #firstEndMs: number;
  readonly #stepMs: number;
  readonly #beforeMs: number;
  readonly #afterMs: number;
  /** How many steps earlier a window ends where that of a step begins; infinity when none does. */
  readonly #stepsToStart: number;
  #hadHistograms = false;
  /** Of which times the windows of floats are. */
  #timesVersion = -1;
  #count = 0;
  /** Floats in all windows together. */
  floatsTotal = 0;
  /** Floats in the window that has most. */
  floatsMost = 0;

  /** @param lookbackMs - how far extended windows reach beyond their ends. */
  constructor(samples: SampleBuffer, shape: WindowShape, steps: Steps, lookbackMs: number) {
    this.samples = samples;
    this.floatFrom = new Int32Array(steps.count);
    this.floatTo = new Int32Array(steps.count);
    this.histogramFrom = new Int32Array(steps.count);
    this.histogramTo = new Int32Array(steps.count);
    this.rangeMs = shape.rangeMs;
    this.extension = shape.extension;
    this.#firstEndMs = (shape.atMs ?? steps.startMs) - shape.offsetMs;
    this.#stepMs = shape.atMs === undefined ? steps.stepMs : 0;
    this.#beforeMs = shape.rangeMs + (shape.extension ? lookbackMs : 0);
    this.#afterMs = shape.extension === 'smoothed' ? lookbackMs : 0;
    const stepsToStart = (this.#beforeMs + this.#afterMs) / this.#stepMs;
    this.#stepsToStart = Number.isInteger(stepsToStart) ? stepsToStart : Number.POSITIVE_INFINITY;
  }

  endMs(step: number): number {
    return this.#firstEndMs + step * this.#stepMs;
  }

  /** Finds the windows in the samples that are in the buffer now. */
  locate(): void {
    const { samples } = this;
    const { times, count } = samples;
    if (times.version !== this.#timesVersion || count !== this.#count) {
      this.#fill(times.floats, count, this.floatFrom, this.floatTo);
      this.#measure();
      this.#timesVersion = times.version;
      this.#count = count;
    }
    const { histogramTimestamps } = samples;
    if (histogramTimestamps.length > 0 || this.#hadHistograms) {
      const times = Float64Array.from(histogramTimestamps);
      this.#fill(times, times.length, this.histogramFrom, this.histogramTo);
      this.#hadHistograms = times.length > 0;
    }
  }

  #measure(): void {
    const { floatFrom, floatTo } = this;
    let total = 0;
    let most = 0;
    for (let step = 0; step < floatTo.length; step++) {
      const size = (floatTo[step] ?? 0) - (floatFrom[step] ?? 0);
      total += size;
      if (size > most) most = size;
    }
    this.floatsTotal = total;
    this.floatsMost = most;
  }

  #fill(times: ReadonlyFloats, count: number, from: Int32Array, to: Int32Array): void {
    const end = this.#firstEndMs;
    const stepsToStart = Math.min(this.#stepsToStart, from.length);
    fillBounds(times, count, end + this.#afterMs, this.#stepMs, to);
    fillBounds(times, count, end - this.#beforeMs, this.#stepMs, from, stepsToStart);
    for (let step = stepsToStart; step < from.length; step++) from[step] = to[step - stepsToStart] ?? 0;
  }
}

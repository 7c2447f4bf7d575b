import type { FloatHistogram, SampleBuffer } from '@plinth/prometheus-model';
import { interpolatedHistogram } from '../functions/histogram-interpolation.ts';
import { type AnnotationSubject, isGauge } from '../functions/histogram-rate.ts';
import { interpolated } from '../functions/interpolation.ts';
import type { TextRange } from '../syntax/expression.ts';
import { mixedExponentialCustomHistograms, mixedFloatsHistograms } from './annotation-texts.ts';
import type { Annotation } from './annotations.ts';
import { fillBounds } from './bounds.ts';
import type { Column } from './column.ts';
import type { Evaluator } from './evaluator.ts';
import type { Selector } from './plan.ts';
import type { Scope } from './scope.ts';

/**
 * The values of a `smoothed` series: on the line between the samples before and after each step, within the look-back; the last value where
 * there is none after. Spec: Prometheus 3.14, smoothSeries.
 */
export function smoothSeries(
  evaluator: Evaluator,
  { offsetMs, atMs }: Selector,
  range: TextRange,
  { steps }: Scope,
  column: Column,
): void {
  const { lookbackMs, annotations } = evaluator.settings;
  const { buffer } = evaluator;
  const firstMs = (atMs ?? steps.startMs) - offsetMs;
  const stepMs = atMs === undefined ? steps.stepMs : 0;
  const floats = new Surroundings(buffer.timestamps, buffer.count, steps.count);
  floats.locate(firstMs, stepMs, lookbackMs);
  const { histogramTimestamps } = buffer;
  const others = new Surroundings(histogramTimestamps, histogramTimestamps.length, steps.count);
  others.locate(firstMs, stepMs, lookbackMs);
  for (let step = 0; step < steps.count; step++) {
    const hasHistograms = others.isPresent(step);
    if (floats.isPresent(step) && hasHistograms) {
      annotations.add(mixedFloatsHistograms(column.labels.metricName, range));
      continue;
    }
    const timeMs = firstMs + step * stepMs;
    if (!hasHistograms) {
      const value = smoothedFloat(buffer, floats.before(step), floats.after(step), timeMs);
      if (value !== undefined) column.setFloat(step, value);
      continue;
    }
    const before = others.before(step);
    const subject = { metricName: column.labels.metricName, range };
    const value = smoothedHistogram(evaluator, before, others.after(step), timeMs, subject);
    if (value) column.setHistogram(step, value);
  }
}

/** The samples next to each step, at most the look-back away. */
class Surroundings {
  readonly #timestamps: ArrayLike<number>;
  readonly #count: number;
  readonly #first: Int32Array<ArrayBuffer>;
  readonly #at: Int32Array<ArrayBuffer>;
  readonly #last: Int32Array<ArrayBuffer>;

  constructor(timestamps: ArrayLike<number>, count: number, steps: number) {
    this.#timestamps = timestamps;
    this.#count = count;
    this.#first = new Int32Array(steps);
    this.#at = new Int32Array(steps);
    this.#last = new Int32Array(steps);
  }

  locate(firstMs: number, stepMs: number, lookbackMs: number): void {
    fillBounds(this.#timestamps, this.#count, firstMs - lookbackMs, stepMs, this.#first);
    fillBounds(this.#timestamps, this.#count, firstMs, stepMs, this.#at);
    fillBounds(this.#timestamps, this.#count, firstMs + lookbackMs, stepMs, this.#last);
  }

  isPresent(step: number): boolean {
    return (this.#first[step] ?? 0) < (this.#last[step] ?? 0);
  }

  /** Index of the last sample not after the step; undefined when there is none. */
  before(step: number): number | undefined {
    const index = (this.#at[step] ?? 0) - 1;
    return index >= (this.#first[step] ?? 0) ? index : undefined;
  }

  /** Index of the first sample after the step. */
  after(step: number): number | undefined {
    const index = this.#at[step] ?? 0;
    return index < (this.#last[step] ?? 0) ? index : undefined;
  }
}

function smoothedFloat(
  { timestamps, values }: SampleBuffer,
  before: number | undefined,
  after: number | undefined,
  timeMs: number,
): number | undefined {
  if (before === undefined) return undefined;
  const value = values[before] ?? 0;
  const beforeMs = timestamps[before] ?? 0;
  if (beforeMs === timeMs || after === undefined) return value;
  const [afterMs = 0, next = 0] = [timestamps[after], values[after]];
  return interpolated(beforeMs, value, afterMs, next, timeMs, false);
}

function smoothedHistogram(
  { buffer, settings }: Evaluator,
  before: number | undefined,
  after: number | undefined,
  timeMs: number,
  subject: AnnotationSubject,
): FloatHistogram | undefined {
  const value = before === undefined ? undefined : buffer.histograms[before];
  if (before === undefined || !value) return undefined;
  const beforeMs = buffer.histogramTimestamps[before] ?? 0;
  if (beforeMs === timeMs) return value;
  const next = after === undefined ? undefined : buffer.histograms[after];
  // The hint tells of the sample before, which is not what is before this step.
  if (after === undefined || !next) return value.withCounterResetHint('unknown');
  const notes: Annotation[] = [];
  const isMixed = value.usesCustomBuckets !== next.usesCustomBuckets;
  const between = isMixed
    ? undefined
    : interpolatedHistogram(
        { timeMs: beforeMs, histogram: value },
        { timeMs: buffer.histogramTimestamps[after] ?? 0, histogram: next },
        timeMs,
        !(isGauge(value) && isGauge(next)),
        subject,
        notes,
      );
  if (!between) notes.push(mixedExponentialCustomHistograms(subject.metricName, subject.range));
  for (const note of notes) settings.annotations.add(note);
  return between;
}

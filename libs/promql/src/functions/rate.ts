import { mixedFloatsHistograms } from '../engine/annotation-texts.ts';
import { type Column, float } from '../engine/column.ts';
import { startTimeOverlap } from '../engine/start-time-overlap.ts';
import { extendedRate } from './extended-rate.ts';
import type { FunctionCall, RangeFunction, Windows } from './function-call.ts';
import { extendedHistogramRate } from './histogram-extended-rate.ts';
import { extrapolatedHistogramRate, type RateKind } from './histogram-rate.ts';
import { isStartTimestampReset, startsOverlap } from './start-timestamp.ts';

/** `rate`, `increase` and `delta`. Spec: Prometheus 3.14, promql/functions.go, extrapolatedRate. */
export const rateFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['rate', rateFunction({ isCounter: true, isPerSecond: true })],
  ['increase', rateFunction({ isCounter: true, isPerSecond: false })],
  ['delta', rateFunction({ isCounter: false, isPerSecond: false })],
]);

function rateFunction(kind: RateKind): RangeFunction {
  return {
    kind: 'range',
    apply: (windows, out, call) => {
      const { samples } = windows;
      if (samples.histograms.length > 0) histogramRates(windows, kind, out, call);
      else if (windows.extension) extendedRates(windows, kind, out);
      else if (kind.isCounter && samples.startTimestamps) ratesFromStarts(windows, kind, out, call);
      else floatRates(windows, kind, out);
    },
  };
}

/** Windows of floats alone, where nothing is known of the starts of counters. */
function floatRates(windows: Windows, { isCounter, isPerSecond }: RateKind, out: Column): void {
  const { floatFrom, floatTo, samples, rangeMs } = windows;
  const { timestamps, values } = samples;
  const { kinds, values: results } = out;
  const resets = isCounter ? new CounterResets(values, samples.count) : undefined;
  const divisor = isPerSecond ? rangeMs / 1000 : 1;
  const stepMs = windows.endMs(1) - windows.endMs(0);
  const unlimited = Number.POSITIVE_INFINITY;
  let endMs = windows.endMs(0);
  for (let step = 0; step < floatTo.length; step++, endMs += stepMs) {
    const from = floatFrom[step] ?? 0;
    const last = (floatTo[step] ?? 0) - 1;
    if (last <= from) continue;
    const first = values[from] ?? 0;
    let growth = (values[last] ?? 0) - first;
    if (resets?.isAny) growth = resets.withLost(growth, from, last);
    const firstMs = timestamps[from] ?? 0;
    const lastMs = timestamps[last] ?? 0;
    const sampledMs = lastMs - firstMs;
    const toStartMs = firstMs - endMs + rangeMs;
    const zero = isCounter && growth > 0 && first >= 0 ? first : unlimited;
    const reach = extrapolation(last - from, sampledMs, toStartMs, endMs - lastMs, growth, zero);
    results[step] = sampledMs === 0 ? growth / divisor : (growth * reach) / (sampledMs * divisor);
    kinds[step] = float;
  }
}

/** The resets of a counter. There are few, and they are looked at one by one: prefix sums would lose digits. */
class CounterResets {
  readonly isAny: boolean;
  readonly #values: Float64Array;
  readonly #indexes: readonly number[];
  /** The first reset that is in the window of the step before, or after it. */
  #next = 0;

  constructor(values: Float64Array, count: number) {
    this.#values = values;
    this.#indexes = resetsOf(values, count);
    this.isAny = this.#indexes.length > 0;
  }

  /**
   * The growth between two samples with what the counter had counted before each reset between them. The windows come in order; so do the
   * additions, from the growth on, which decides what is left when small numbers follow large ones.
   */
  withLost(growth: number, from: number, last: number): number {
    const indexes = this.#indexes;
    while ((indexes[this.#next] ?? Number.POSITIVE_INFINITY) <= from) this.#next++;
    let sum = growth;
    for (let i = this.#next; i < indexes.length; i++) {
      const index = indexes[i] ?? 0;
      if (index > last) break;
      sum += this.#values[index - 1] ?? 0;
    }
    return sum;
  }
}

/** Indexes of the samples that are less than the one before them. Four are looked at together: nearly all grow. */
function resetsOf(values: Float64Array, count: number): readonly number[] {
  const indexes: number[] = [];
  for (let from = 1; from < count; from += 4) {
    if (from + 4 <= count && isRising(values, from)) continue;
    for (let i = from; i < Math.min(from + 4, count); i++) {
      if ((values[i] ?? 0) < (values[i - 1] ?? 0)) indexes.push(i);
    }
  }
  return indexes;
}

/** Whether none of four values is less than the one before it. */
function isRising(values: Float64Array, from: number): boolean {
  const one = values[from] ?? 0;
  const two = values[from + 1] ?? 0;
  const three = values[from + 2] ?? 0;
  const four = values[from + 3] ?? 0;
  return !(one < (values[from - 1] ?? 0) || two < one || three < two || four < three);
}

/** Samples nearer to an end of the window than so many times their distance are taken to go on to that end. */
const closeness = 1.1;

/**
 * How much time the growth between the first and the last sample is extrapolated to. Times are in milliseconds.
 * @param gaps - how many there are between the samples, at least 1.
 * @param sampledMs - from the first to the last sample.
 * @param toStartMs - from the start of the window to the first sample.
 * @param toEndMs - from the last sample to the end of the window.
 * @param zero - the first value of a counter that grows, which was zero at some time before; else infinity.
 */
function extrapolation(
  gaps: number,
  sampledMs: number,
  toStartMs: number,
  toEndMs: number,
  growth: number,
  zero: number,
): number {
  const spacingMs = sampledMs / gaps;
  const thresholdMs = spacingMs * closeness;
  let startMs = toStartMs >= thresholdMs ? spacingMs / 2 : toStartMs;
  // Divides only where the counter would become negative.
  if (sampledMs * zero < startMs * growth) startMs = sampledMs * (zero / growth);
  return sampledMs + startMs + (toEndMs >= thresholdMs ? spacingMs / 2 : toEndMs);
}

/** Counters whose samples say when they began: a reset shows even when the value grew, and a single sample may be enough. */
function ratesFromStarts(
  windows: Windows,
  kind: RateKind,
  out: Column,
  { annotations, argumentRanges }: FunctionCall,
): void {
  const { samples, rangeMs, floatFrom, floatTo, labels } = windows;
  const { timestamps, values } = samples;
  const range = argumentRanges[0] ?? { start: 0, end: 0 };
  for (let step = 0; step < floatTo.length; step++) {
    const from = floatFrom[step] ?? 0;
    const last = (floatTo[step] ?? 0) - 1;
    if (last < from) continue;
    const found = growthFromStarts(windows, from, last);
    if (found.overlaps) annotations.add(startTimeOverlap(labels.metricName, range));
    const endMs = windows.endMs(step);
    const firstMs = timestamps[from] ?? 0;
    const lastMs = timestamps[last] ?? 0;
    const beganMs = samples.startTimestamps?.[from] ?? 0;
    const first = values[from] ?? 0;
    const divisor = kind.isPerSecond ? rangeMs / 1000 : 1;
    const startMs = endMs - rangeMs;
    const sampledMs = lastMs - firstMs;
    if (beganMs !== 0 && beganMs > startMs && beganMs < firstMs) {
      const factor = extrapolationFromStart(last - from, firstMs, lastMs, beganMs, endMs);
      out.setFloat(step, (found.growth + first) * (factor / divisor));
    } else if (last > from) {
      const zero = found.growth > 0 && first >= 0 ? first : Number.POSITIVE_INFINITY;
      const sides = [firstMs - startMs, endMs - lastMs] as const;
      const reach = extrapolation(last - from, sampledMs, ...sides, found.growth, zero);
      out.setFloat(
        step,
        sampledMs === 0 ? found.growth / divisor : (found.growth * reach) / (sampledMs * divisor),
      );
    }
  }
}

/** The counter began at zero within the window, so there is nothing to extrapolate to before that. */
function extrapolationFromStart(
  gaps: number,
  firstMs: number,
  lastMs: number,
  beganMs: number,
  endMs: number,
): number {
  const spacingMs = gaps > 0 ? (lastMs - firstMs) / gaps : 0;
  const sampledMs = lastMs - beganMs;
  const toEndMs = endMs - lastMs >= spacingMs * closeness ? spacingMs / 2 : endMs - lastMs;
  return sampledMs === 0 ? 1 : (sampledMs + toEndMs) / sampledMs;
}

function growthFromStarts(
  { samples }: Windows,
  from: number,
  last: number,
): { growth: number; overlaps: boolean } {
  const { timestamps, values, startTimestamps } = samples;
  let growth = (values[last] ?? 0) - (values[from] ?? 0);
  let overlaps = false;
  for (let i = from + 1; i <= last; i++) {
    const times = {
      previousStartMs: startTimestamps?.[i - 1] ?? 0,
      previousMs: timestamps[i - 1] ?? 0,
      startMs: startTimestamps?.[i] ?? 0,
      timeMs: timestamps[i] ?? 0,
    };
    overlaps ||= startsOverlap(times);
    const before = values[i - 1] ?? 0;
    if ((values[i] ?? 0) < before || isStartTimestampReset(times)) growth += before;
  }
  return { growth, overlaps };
}

function extendedRates(windows: Windows, kind: RateKind, out: Column): void {
  for (let step = 0; step < windows.floatTo.length; step++) {
    const value = extendedRate(windows, step, kind);
    if (value !== undefined) out.setFloat(step, value);
  }
}

/** Series with histograms. Windows that have floats too have no result. */
function histogramRates(windows: Windows, kind: RateKind, out: Column, call: FunctionCall): void {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo, labels, rangeMs } = windows;
  const subject = {
    metricName: labels.metricName,
    range: call.argumentRanges[0] ?? { start: 0, end: 0 },
  };
  if (windows.extension) extendedRates(windows, kind, out);
  else if (kind.isCounter && samples.startTimestamps) ratesFromStarts(windows, kind, out, call);
  else floatRates(windows, kind, out);
  for (let step = 0; step < floatTo.length; step++) {
    const from = histogramFrom[step] ?? 0;
    const to = histogramTo[step] ?? 0;
    if (to <= from) continue;
    out.remove(step);
    if ((floatTo[step] ?? 0) > (floatFrom[step] ?? 0)) {
      call.annotations.add(mixedFloatsHistograms(subject.metricName, subject.range));
      continue;
    }
    const endMs = windows.endMs(step);
    const window = {
      timestamps: samples.histogramTimestamps,
      histograms: samples.histograms,
      startTimestamps: samples.histogramStartTimestamps,
      from,
      to,
      startMs: endMs - rangeMs,
      endMs,
    };
    const outcome = windows.extension
      ? extendedHistogramRate(window, kind, windows.extension === 'smoothed', subject)
      : extrapolatedHistogramRate(window, kind, subject);
    for (const annotation of outcome.annotations) call.annotations.add(annotation);
    if (outcome.histogram) out.setHistogram(step, outcome.histogram);
  }
}

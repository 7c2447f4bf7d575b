import type { Windows } from './function-call.ts';
import type { RateKind } from './histogram-rate.ts';
import { interpolated } from './interpolation.ts';

/**
 * The growth of the floats of an `anchored` or `smoothed` window. The samples next to the ends count as if they were at the ends or, when
 * smoothed, what is between them and the samples beyond.
 * Spec: Prometheus 3.14, promql/functions.go, extendedRate.
 */
export function extendedRate(
  windows: Windows,
  step: number,
  { isCounter, isPerSecond }: RateKind,
): number | undefined {
  const ends = extendedEnds(windows, step, isCounter);
  if (!ends) return undefined;
  const { values } = windows.samples;
  let growth = ends.right - ends.left;
  if (isCounter) {
    let previous = ends.left;
    let lost = 0;
    for (let i = ends.from; i < ends.to; i++) {
      const value = values[i] ?? 0;
      if (value < previous) lost += previous;
      previous = value;
    }
    if (ends.right < previous) lost += previous;
    growth += lost;
  }
  return isPerSecond ? growth / (windows.rangeMs / 1000) : growth;
}

/** The values at the ends of a window, and the samples between them: from `from` up to, but without, `to`. */
export interface ExtendedEnds {
  readonly left: number;
  readonly right: number;
  readonly from: number;
  readonly to: number;
}

/** @returns undefined when there is no sample in the window. */
export function extendedEnds(windows: Windows, step: number, isCounter: boolean): ExtendedEnds | undefined {
  const { timestamps, values } = windows.samples;
  const lowest = windows.floatFrom[step] ?? 0;
  const highest = (windows.floatTo[step] ?? 0) - 1;
  if (highest < lowest) return undefined;
  const endMs = windows.endMs(step);
  const startMs = endMs - windows.rangeMs;
  const isSmoothed = windows.extension === 'smoothed';

  let first = lowest;
  while (first + 1 < highest && (timestamps[first + 1] ?? 0) <= startMs) first++;
  let last = highest;
  if (isSmoothed) {
    last = lowest;
    while (last < highest && (timestamps[last] ?? 0) < endMs) last++;
  }
  const firstMs = timestamps[first] ?? 0;
  const lastMs = timestamps[last] ?? 0;
  if (lastMs <= startMs || (isSmoothed && firstMs > endMs)) return undefined;

  const between = (index: number, timeMs: number): number => {
    const [beforeMs = 0, afterMs = 0] = [timestamps[index], timestamps[index + 1]];
    const [before = 0, after = 0] = [values[index], values[index + 1]];
    return interpolated(beforeMs, before, afterMs, after, timeMs, isCounter);
  };
  const left = isSmoothed && firstMs < startMs ? between(first, startMs) : (values[first] ?? 0);
  const isBeyond = isSmoothed && last > lowest && lastMs > endMs;
  const right = isBeyond ? between(last - 1, endMs) : (values[last] ?? 0);
  return {
    left,
    right,
    from: firstMs <= startMs ? first + 1 : first,
    to: lastMs >= endMs ? last : last + 1,
  };
}

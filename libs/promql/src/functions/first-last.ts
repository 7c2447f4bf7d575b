import { type FloatWindow, floatFunction } from './float-windows.ts';
import type { RangeFunction, Windows } from './function-call.ts';

/** Functions that pick one sample of a window, or its time. Spec: Prometheus 3.14, promql/functions.go. */
export const pickingFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['first_over_time', picked(firstOf)],
  ['last_over_time', picked(lastOf)],
  ['ts_of_first_over_time', timeOf(firstOf)],
  ['ts_of_last_over_time', timeOf(lastOf)],
  ['ts_of_max_over_time', timeOfFloat((value, best) => value >= best)],
  ['ts_of_min_over_time', timeOfFloat((value, best) => value <= best)],
]);

/** Index of a float, or of a histogram. */
interface Pick {
  readonly index: number;
  readonly isFloat: boolean;
}

type Picker = (windows: Windows, step: number) => Pick | undefined;

function firstOf(windows: Windows, step: number): Pick | undefined {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
  const float = floatFrom[step] ?? 0;
  const other = histogramFrom[step] ?? 0;
  const hasFloat = float < (floatTo[step] ?? 0);
  if (other >= (histogramTo[step] ?? 0)) {
    return hasFloat ? { index: float, isFloat: true } : undefined;
  }
  const isEarlier = hasFloat && (samples.timestamps[float] ?? 0) < (samples.histogramTimestamps[other] ?? 0);
  return isEarlier ? { index: float, isFloat: true } : { index: other, isFloat: false };
}

function lastOf(windows: Windows, step: number): Pick | undefined {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
  const float = (floatTo[step] ?? 0) - 1;
  const other = (histogramTo[step] ?? 0) - 1;
  const hasFloat = float >= (floatFrom[step] ?? 0);
  if (other < (histogramFrom[step] ?? 0)) {
    return hasFloat ? { index: float, isFloat: true } : undefined;
  }
  const isLater = hasFloat && (samples.timestamps[float] ?? 0) > (samples.histogramTimestamps[other] ?? 0);
  return isLater ? { index: float, isFloat: true } : { index: other, isFloat: false };
}

function picked(pick: Picker): RangeFunction {
  return {
    kind: 'range',
    keepsName: true,
    apply: (windows, out) => {
      const { values, histograms } = windows.samples;
      for (let step = 0; step < windows.floatTo.length; step++) {
        const found = pick(windows, step);
        if (!found) continue;
        const value = found.isFloat ? undefined : histograms[found.index];
        if (value) out.setHistogram(step, value);
        else out.setFloat(step, values[found.index] ?? 0);
      }
    },
  };
}

function timeOf(pick: Picker): RangeFunction {
  return {
    kind: 'range',
    apply: (windows, out) => {
      const { timestamps, histogramTimestamps } = windows.samples;
      for (let step = 0; step < windows.floatTo.length; step++) {
        const found = pick(windows, step);
        if (!found) continue;
        const times: ArrayLike<number> = found.isFloat ? timestamps : histogramTimestamps;
        out.setFloat(step, (times[found.index] ?? 0) / 1000);
      }
    },
  };
}

/** The time of the last of the best values. */
function timeOfFloat(isBetter: (value: number, best: number) => boolean): RangeFunction {
  return floatFunction(({ values, timestamps, from, to }: FloatWindow) => {
    let at = from;
    for (let i = from; i < to; i++) {
      const best = values[at] ?? 0;
      if (isBetter(values[i] ?? 0, best) || Number.isNaN(best)) at = i;
    }
    return (timestamps[at] ?? 0) / 1000;
  });
}

import type { ReadonlyFloats } from '@plinth/prometheus-model';
import { histogramIgnoredInMixedRange } from '../engine/annotation-texts.ts';
import type { FunctionCall, RangeFunction, Windows } from './function-call.ts';

/** The floats of one window, as a view into the samples of the series: from `from` up to, but without, `to`; at least one. */
export interface FloatWindow {
  readonly values: Float64Array;
  readonly timestamps: ReadonlyFloats;
  from: number;
  to: number;
}

/**
 * A function of the floats of each window. Histograms beside them are left out, with a note.
 * @param compute - NaN is a result like any other.
 * @param floatsMin - windows with fewer have no result.
 */
export function floatFunction(
  compute: (window: FloatWindow, step: number, call: FunctionCall, windows: Windows) => number,
  floatsMin = 1,
): RangeFunction {
  return {
    kind: 'range',
    apply: (windows, out, call) => {
      const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
      const { values, timestamps } = samples;
      const window = { values, timestamps, from: 0, to: 0 };
      const hasHistograms = samples.histograms.length > 0;
      for (let step = 0; step < floatTo.length; step++) {
        window.from = floatFrom[step] ?? 0;
        window.to = floatTo[step] ?? 0;
        if (window.to === window.from) continue;
        if (hasHistograms && (histogramTo[step] ?? 0) > (histogramFrom[step] ?? 0)) {
          const range = call.argumentRanges[0] ?? call.argumentsRange;
          call.annotations.add(histogramIgnoredInMixedRange(windows.labels.metricName, range));
        }
        if (window.to - window.from < floatsMin) continue;
        call.worked(window.to - window.from);
        out.setFloat(step, compute(window, step, call, windows));
      }
    },
  };
}

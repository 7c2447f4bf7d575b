import { mixedFloatsHistograms } from '../engine/annotation-texts.ts';
import type { Column } from '../engine/column.ts';
import type { FunctionCall, RangeFunction, Windows } from './function-call.ts';
import { instantHistogramRate } from './histogram-instant-rate.ts';
import { isStartTimestampReset } from './start-timestamp.ts';

/** `irate` and `idelta`: from the last two samples of a window. Spec: Prometheus 3.14, promql/functions.go, instantValue. */
export const instantRateFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['irate', instantRateFunction(true)],
  ['idelta', instantRateFunction(false)],
]);

function instantRateFunction(isRate: boolean): RangeFunction {
  return {
    kind: 'range',
    apply: (windows, out, call) => {
      const hasHistograms = windows.samples.histograms.length > 0;
      for (let step = 0; step < windows.floatTo.length; step++) {
        if (hasHistograms && lastTwoHistograms(windows, step) > 0) {
          mixedStep(windows, step, isRate, out, call);
        } else floatStep(windows, step, isRate, out);
      }
    },
  };
}

function floatStep(windows: Windows, step: number, isRate: boolean, out: Column): void {
  const { timestamps, values } = windows.samples;
  const last = (windows.floatTo[step] ?? 0) - 1;
  if (last <= (windows.floatFrom[step] ?? 0)) return;
  const elapsedMs = (timestamps[last] ?? 0) - (timestamps[last - 1] ?? 0);
  if (elapsedMs === 0) return;
  const value = values[last] ?? 0;
  const before = values[last - 1] ?? 0;
  const isReset = isRate && (value < before || startsAnew(windows, last));
  const growth = isReset ? value : value - before;
  out.setFloat(step, isRate ? growth / (elapsedMs / 1000) : growth);
}

function startsAnew({ samples }: Windows, last: number): boolean {
  const { startTimestamps, timestamps } = samples;
  if (!startTimestamps) return false;
  return isStartTimestampReset({
    previousStartMs: startTimestamps[last - 1] ?? 0,
    previousMs: timestamps[last - 1] ?? 0,
    startMs: startTimestamps[last] ?? 0,
    timeMs: timestamps[last] ?? 0,
  });
}

/** How many of the last two samples of a window are histograms. */
function lastTwoHistograms(windows: Windows, step: number): number {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
  let float = (floatTo[step] ?? 0) - 1;
  let other = (histogramTo[step] ?? 0) - 1;
  let found = 0;
  for (let taken = 0; taken < 2; taken++) {
    const hasFloat = float >= (floatFrom[step] ?? 0);
    const hasOther = other >= (histogramFrom[step] ?? 0);
    const floatMs = samples.timestamps[float] ?? 0;
    const otherMs = samples.histogramTimestamps[other] ?? 0;
    if (hasOther && (!hasFloat || otherMs >= floatMs)) {
      other--;
      found++;
    } else float--;
  }
  return found;
}

/** At least one of the last two samples is a histogram. */
function mixedStep(windows: Windows, step: number, isRate: boolean, out: Column, call: FunctionCall): void {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo, labels } = windows;
  const to = histogramTo[step] ?? 0;
  const histograms = to - (histogramFrom[step] ?? 0);
  const floats = (floatTo[step] ?? 0) - (floatFrom[step] ?? 0);
  if (histograms + floats < 2) return;
  const subject = { metricName: labels.metricName, range: call.argumentsRange };
  const before = samples.histograms[to - 2];
  const after = samples.histograms[to - 1];
  if (lastTwoHistograms(windows, step) < 2 || !before || !after) {
    call.annotations.add(mixedFloatsHistograms(subject.metricName, subject.range));
    return;
  }
  const beforeMs = samples.histogramTimestamps[to - 2] ?? 0;
  const afterMs = samples.histogramTimestamps[to - 1] ?? 0;
  const starts = samples.histogramStartTimestamps;
  const isReset =
    starts !== undefined &&
    isStartTimestampReset({
      previousStartMs: starts[to - 2] ?? 0,
      previousMs: beforeMs,
      startMs: starts[to - 1] ?? 0,
      timeMs: afterMs,
    });
  const outcome = instantHistogramRate(
    { timeMs: beforeMs, histogram: before },
    { timeMs: afterMs, histogram: after },
    isRate,
    isReset,
    subject,
  );
  for (const annotation of outcome.annotations) call.annotations.add(annotation);
  if (outcome.histogram) out.setHistogram(step, outcome.histogram);
}

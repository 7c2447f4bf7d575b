import type { FloatHistogram } from '@plinth/prometheus-model';
import type { RangeFunction, Windows } from './function-call.ts';
import { isStartTimestampReset, type SampleTimes } from './start-timestamp.ts';

/** `changes` and `resets`. Spec: Prometheus 3.14, promql/functions.go. */
export const changeFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['changes', countingFunction({ ofFloats: isOtherFloat, ofHistograms: isOther, usesStarts: false })],
  ['resets', countingFunction({ ofFloats: isLess, ofHistograms: isReset, usesStarts: true })],
]);

/** What counts between two samples that follow each other. A change of the type of samples always does. */
interface Counted {
  readonly ofFloats: (before: number, after: number) => boolean;
  readonly ofHistograms: (before: FloatHistogram, after: FloatHistogram) => boolean;
  readonly usesStarts: boolean;
}

function isOtherFloat(before: number, after: number): boolean {
  return before !== after && !(Number.isNaN(before) && Number.isNaN(after));
}

function isLess(before: number, after: number): boolean {
  return after < before;
}

function isOther(before: FloatHistogram, after: FloatHistogram): boolean {
  return !after.equals(before);
}

function isReset(before: FloatHistogram, after: FloatHistogram): boolean {
  return after.detectReset(before);
}

function countingFunction(counted: Counted): RangeFunction {
  return {
    kind: 'range',
    apply: (windows, out, call) => {
      const { samples, floatFrom, floatTo } = windows;
      const isPlain =
        samples.histograms.length === 0 &&
        windows.extension === undefined &&
        !(counted.usesStarts && samples.startTimestamps);
      for (let step = 0; step < windows.floatTo.length; step++) {
        call.worked((floatTo[step] ?? 0) - (floatFrom[step] ?? 0));
        const count = isPlain
          ? countFloats(windows, step, counted.ofFloats)
          : countAll(windows, step, counted);
        if (count !== undefined) out.setFloat(step, count);
      }
    },
  };
}

function countFloats(
  { samples, floatFrom, floatTo }: Windows,
  step: number,
  ofFloats: Counted['ofFloats'],
): number | undefined {
  const { values } = samples;
  const from = floatFrom[step] ?? 0;
  const to = floatTo[step] ?? 0;
  if (from === to) return undefined;
  let count = 0;
  for (let i = from + 1; i < to; i++) {
    if (ofFloats(values[i - 1] ?? 0, values[i] ?? 0)) count++;
  }
  return count;
}

/** A sample of either type, with its times in milliseconds; a start that is not known is 0. */
interface Sample {
  readonly timeMs: number;
  readonly startMs: number;
  readonly value: number | FloatHistogram;
}

function countAll(windows: Windows, step: number, counted: Counted): number | undefined {
  const samples = samplesOf(windows, step);
  if (samples.length === 0) return undefined;
  let count = 0;
  for (const [i, sample] of samples.entries()) {
    const before = samples[i - 1];
    if (before && counts(before, sample, counted)) count++;
  }
  return count;
}

function counts(before: Sample, after: Sample, counted: Counted): boolean {
  const [one, other] = [before.value, after.value];
  if (typeof one === 'number' && typeof other === 'number') {
    return counted.ofFloats(one, other) || (counted.usesStarts && begins(before, after));
  }
  if (typeof one === 'number' || typeof other === 'number') return true;
  return (counted.usesStarts && begins(before, after)) || counted.ofHistograms(one, other);
}

function begins(before: Sample, after: Sample): boolean {
  const times: SampleTimes = {
    previousStartMs: before.startMs,
    previousMs: before.timeMs,
    startMs: after.startMs,
    timeMs: after.timeMs,
  };
  return isStartTimestampReset(times);
}

/** Floats and histograms of a window in order of time; of those before an anchored window, only the last one. */
function samplesOf(windows: Windows, step: number): readonly Sample[] {
  const { samples, floatFrom, floatTo, histogramFrom, histogramTo } = windows;
  const all: Sample[] = [];
  for (let i = floatFrom[step] ?? 0; i < (floatTo[step] ?? 0); i++) {
    const startMs = samples.startTimestamps?.[i] ?? 0;
    all.push({ timeMs: samples.timestamps[i] ?? 0, startMs, value: samples.values[i] ?? 0 });
  }
  for (let i = histogramFrom[step] ?? 0; i < (histogramTo[step] ?? 0); i++) {
    const value = samples.histograms[i];
    const startMs = samples.histogramStartTimestamps?.[i] ?? 0;
    if (value) all.push({ timeMs: samples.histogramTimestamps[i] ?? 0, startMs, value });
  }
  all.sort((one, other) => one.timeMs - other.timeMs);
  if (windows.extension !== 'anchored') return all;
  const startMs = windows.endMs(step) - windows.rangeMs;
  const first = all.findIndex(({ timeMs }) => timeMs > startMs);
  return first < 0 ? [] : all.slice(Math.max(0, first - 1));
}

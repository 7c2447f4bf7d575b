import type { SampleBuffer, SelectedSeries } from '@plinth/prometheus-model';
import type { Evaluator } from './evaluator.ts';
import type { Selector } from './plan.ts';

/** Puts the samples of a series into the buffer. */
export function readSeries(
  { buffer, settings }: Evaluator,
  { isForStatistics }: Selector,
  series: SelectedSeries,
): void {
  buffer.clear();
  series.read(buffer);
  if (isForStatistics) detectResets(buffer);
  settings.interruption.worked(buffer.count + buffer.histograms.length);
}

/**
 * Where only count and sum of histograms are asked for, Prometheus looks for resets while it reads, and says so when they contradict each
 * other. Spec: Prometheus 3.14, promql/histogram_stats_iterator.go.
 */
function detectResets({ histograms }: SampleBuffer): void {
  let previous = histograms[0];
  for (let i = 1; i < histograms.length; i++) {
    const current = histograms[i];
    if (!current || !previous) continue;
    if (current.fields.counterResetHint === 'unknown') {
      const isReset = current.detectReset(previous);
      histograms[i] = current.withCounterResetHint(isReset ? 'reset' : 'not-reset');
    }
    previous = current;
  }
}

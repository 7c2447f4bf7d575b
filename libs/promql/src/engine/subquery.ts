import type { SampleBuffer } from '@plinth/prometheus-model';
import { type Column, float, histogram } from './column.ts';
import type { Evaluator } from './evaluator.ts';
import type { PlannedSubquery } from './plan.ts';
import type { SampleUsage } from './sample-usage.ts';
import type { Scope } from './scope.ts';
import { Steps } from './steps.ts';

/** The series of a subquery, at steps of its own. */
export interface SubqueryResult {
  readonly columns: readonly Column[];
  readonly steps: Steps;
  /** Samples that it looked at. */
  readonly usage: SampleUsage;
}

/**
 * Evaluates the expression of a subquery for all windows at once. Its steps are multiples of the step since the epoch, whatever the query
 * begins with, so that results do not jitter.
 */
export function evaluateSubquery(
  evaluator: Evaluator,
  { expression, atMs, offsetMs, windowMs, stepMs }: PlannedSubquery,
  scope: Scope,
): SubqueryResult {
  const firstEndMs = (atMs ?? scope.steps.startMs) - offsetMs;
  const lastEndMs = (atMs ?? scope.steps.lastMs) - offsetMs;
  const startMs = (Math.floor((firstEndMs - windowMs) / stepMs) + 1) * stepMs;
  const steps = new Steps(startMs, lastEndMs, stepMs);
  evaluator.settings.memory.touch(steps.count);
  const inner = scope.within(steps);
  return { columns: evaluator.collect(expression, inner), steps, usage: inner.usage };
}

/** Takes the values of a column for samples. */
export function readColumn(column: Column, steps: Steps, into: SampleBuffer): void {
  into.reserve(steps.count);
  for (let step = 0; step < steps.count; step++) {
    const kind = column.kinds[step];
    if (kind === float) into.push(steps.at(step), column.values[step] ?? 0);
    else if (kind === histogram) {
      const value = column.histogramAt(step);
      if (!value) continue;
      // Samples may be skipped or repeated here, so what they say of the sample before them is not to be trusted.
      const isGauge = value.fields.counterResetHint === 'gauge';
      const sample = isGauge ? value : value.withCounterResetHint('unknown');
      into.pushHistogram(steps.at(step), sample);
    }
  }
}

import type { Labels } from '@plinth/prometheus-model';
import { absent, type Column } from './column.ts';
import { refuse } from './query-error.ts';

/** Labels that describe a metric rather than tell series apart. Spec: Prometheus 3.14, schema.IsMetadataLabel. */
const metadataLabels: ReadonlySet<string> = new Set(['__name__', '__type__', '__unit__']);

export function withoutMetadata(labels: Labels): Labels {
  for (const name of metadataLabels) if (labels.has(name)) return labels.drop(metadataLabels);
  return labels;
}

/** Whether series are still different from each other without these labels: all have the same ones. */
export function differWithoutMetadata(series: readonly { readonly labels: Labels }[]): boolean {
  const first = series[0]?.labels;
  if (!first) return true;
  for (const name of metadataLabels) {
    const value = first.get(name);
    if (!series.every(({ labels }) => labels.get(name) === value)) return false;
  }
  return true;
}

/**
 * Makes one series of those that have the same labels. @throws QueryError when two of them have a value at the same step.
 */
export function mergeEqualSeries(columns: readonly Column[]): readonly Column[] {
  if (columns.length < 2) return columns;
  const byLabels = new Map<string, Column>();
  for (const column of columns) {
    const { key } = column.labels;
    const other = byLabels.get(key);
    if (other) merge(other, column);
    else byLabels.set(key, column);
  }
  return byLabels.size === columns.length ? columns : [...byLabels.values()];
}

function merge(into: Column, from: Column): void {
  for (let step = 0; step < from.steps; step++) {
    if (from.kinds[step] === absent) continue;
    if (into.kinds[step] !== absent) {
      refuse('vector cannot contain metrics with the same labelset');
    }
    into.copyStep(step, from, step);
  }
}

/** Takes away the names that were to be dropped in the end, and merges what is the same then. @throws QueryError */
export function withNamesRemoved(columns: readonly Column[]): readonly Column[] {
  for (const column of columns) {
    if (column.dropsName) column.labels = withoutMetadata(column.labels);
  }
  return mergeEqualSeries(columns);
}

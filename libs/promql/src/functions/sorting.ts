import { type Column, float } from '../engine/column.ts';
import type { VectorFunction } from './function-call.ts';
import { naturalOrder } from './natural-order.ts';

/** Functions that order the series of instant queries. Spec: Prometheus 3.14, promql/functions.go. */
export const sortFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['sort', sortByValue(1)],
  ['sort_desc', sortByValue(-1)],
  ['sort_by_label', sortByLabel(1)],
  ['sort_by_label_desc', sortByLabel(-1)],
]);

/** By the floats of the first step; histograms are left out, NaN comes last. */
function sortByValue(sign: 1 | -1): VectorFunction {
  return {
    kind: 'vector',
    apply: (columns, { steps }) => {
      for (const column of columns) {
        for (let step = 0; step < steps.count; step++) {
          if (column.kinds[step] !== float) column.remove(step);
        }
      }
      return columns
        .filter((column) => column.isPresent)
        .sort((one, other) => compareValues(one.values[0] ?? 0, other.values[0] ?? 0, sign));
    },
  };
}

/** NaN after all others, whatever the direction. */
export function compareValues(one: number, other: number, sign: 1 | -1): number {
  if (Number.isNaN(one) || Number.isNaN(other)) {
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  }
  if (one === other) return 0;
  return one < other ? -sign : sign;
}

function sortByLabel(sign: 1 | -1): VectorFunction {
  return {
    kind: 'vector',
    apply: (columns, call) => {
      const names = call.argumentRanges.slice(1).map((_, i) => call.string(i + 1));
      return [...columns].sort((one, other) => sign * compareByLabels(one, other, names));
    },
  };
}

function compareByLabels(one: Column, other: Column, names: readonly string[]): number {
  for (const name of names) {
    const [mine, theirs] = [one.labels.get(name), other.labels.get(name)];
    if (mine !== theirs) return naturalOrder(mine, theirs);
  }
  return one.labels.compare(other.labels);
}

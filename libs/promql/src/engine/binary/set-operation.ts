import type { VectorMatching } from '../../syntax/expression.ts';
import type { Column } from '../column.ts';
import { mergeEqualSeries } from '../merge.ts';
import { Matching, presence, type Sides } from './matching.ts';

/** `and`, `or` and `unless`: which series are there depends on which match on the other side, step by step. */
export function combineSets(
  operator: 'and' | 'or' | 'unless',
  { left, right }: Sides,
  by: VectorMatching,
): readonly Column[] {
  const matching = new Matching(by);
  if (operator === 'or') {
    const kept = filter(right, left, matching, 0);
    const columns = [...left, ...kept];
    return (columns[0]?.steps ?? 1) > 1 ? mergeEqualSeries(columns) : columns;
  }
  return filter(left, right, matching, operator === 'and' ? 1 : 0);
}

/** Keeps the steps at which the others have a matching series (1) or none (0). */
function filter(
  columns: readonly Column[],
  others: readonly Column[],
  matching: Matching,
  wanted: 0 | 1,
): readonly Column[] {
  const groups = Map.groupBy(others, (column) => matching.keyOf(column));
  const present = new Map<string, Uint8Array>();
  for (const column of columns) {
    const key = matching.keyOf(column);
    const steps = present.get(key) ?? presence(groups.get(key) ?? [], column.steps);
    present.set(key, steps);
    for (let step = 0; step < steps.length; step++) {
      if (steps[step] !== wanted) column.remove(step);
    }
  }
  return columns;
}

import { Matcher, metricNameLabel } from '@plinth/prometheus-model';
import type { InfoSelector, PlanNode, TimeShift } from './plan.ts';
import type { Surroundings } from './planner.ts';

/**
 * The series that `info` takes labels from. They are selected before the series to enrich are known, so without the conditions on
 * `instance` and `job` that those give.
 * Spec: Prometheus 3.14, promql/info.go.
 *
 * @param matchers - of the second argument.
 * @param base - what is enriched: its first selector tells for which time info series are looked up.
 */
export function planInfoSelector(
  matchers: readonly Matcher[],
  base: PlanNode | undefined,
  around: Surroundings,
  lookbackMs: number,
): InfoSelector {
  const given = matchers.filter(({ name }) => name === metricNameLabel);
  const nameMatchers = completeNameMatchers(given);
  const others = matchers.filter(({ name }) => name !== metricNameLabel);
  const shift = (base && shiftOf(base, 0)) ?? { offsetMs: 0, atMs: undefined };
  const selection = {
    matchers: [...others, ...nameMatchers],
    startMs: (shift.atMs ?? around.startMs) - shift.offsetMs - lookbackMs + 1,
    endMs: (shift.atMs ?? around.endMs) - shift.offsetMs,
    hints: { stepMs: around.hints.stepMs, rangeMs: 0, func: 'info' },
  };
  return {
    selector: {
      ...shift,
      matchers: selection.matchers,
      extension: undefined,
      isForStatistics: false,
      selection,
      series: [],
    },
    nameMatchers,
    labelMatchers: Map.groupBy(others, ({ name }) => name),
  };
}

/** Without a positive condition on the name, all metrics that end in `_info` are meant; without any, `target_info`. */
function completeNameMatchers(given: readonly Matcher[]): readonly Matcher[] {
  if (given.some(({ operator }) => operator === '=' || operator === '=~')) return given;
  return given.length === 0
    ? [new Matcher(metricNameLabel, '=', 'target_info')]
    : [new Matcher(metricNameLabel, '=~', '.+_info'), ...given];
}

/** Shift of the first selector; offsets of subqueries around it add up until an instant is fixed. */
function shiftOf(node: PlanNode, outerOffsetMs: number, outerAtMs?: number): TimeShift | undefined {
  switch (node.kind) {
    case 'vector-selector':
    case 'matrix-selector': {
      const { offsetMs, atMs } = node.selector;
      return atMs === undefined
        ? { offsetMs: offsetMs + outerOffsetMs, atMs: outerAtMs }
        : { offsetMs, atMs };
    }
    case 'subquery':
      return node.atMs === undefined
        ? shiftOf(node.expression, node.offsetMs + outerOffsetMs, outerAtMs)
        : shiftOf(node.expression, node.offsetMs, node.atMs);
    case 'call':
      return firstShift(node.arguments, outerOffsetMs, outerAtMs);
    case 'aggregation':
    case 'invariant':
      return shiftOf(node.expression, outerOffsetMs, outerAtMs);
    case 'binary':
      return firstShift([node.left, node.right], outerOffsetMs, outerAtMs);
    case 'negation':
      return shiftOf(node.operand, outerOffsetMs, outerAtMs);
    case 'number':
    case 'string':
      return undefined;
  }
}

function firstShift(
  nodes: readonly PlanNode[],
  outerOffsetMs: number,
  outerAtMs: number | undefined,
): TimeShift | undefined {
  for (const node of nodes) {
    const shift = shiftOf(node, outerOffsetMs, outerAtMs);
    if (shift) return shift;
  }
  return undefined;
}

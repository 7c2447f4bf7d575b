import { formatFloatShort } from '@plinth/go-format';
import { type Labels } from '@plinth/prometheus-model';
import { compareValues } from '../functions/sorting.ts';
import { histogramIgnoredInAggregation, invalidRatio } from './annotation-texts.ts';
import { absent, type Column, float } from './column.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { Grouping } from './grouping.ts';
import { hashOf } from './label-hash.ts';
import type { PlannedAggregation } from './plan.ts';
import { refuse } from './query-error.ts';
import type { Scope } from './scope.ts';

/** Chooses among the members of a group that have a value at a step. Best first. */
type Choice = (members: readonly Column[], step: number) => readonly Column[];

/** `topk`, `bottomk`, `limitk` and `limit_ratio`: some series of each group, as they are. */
export function streamRanking(
  evaluator: Evaluator,
  node: PlannedAggregation,
  scope: Scope,
  sink: Sink,
): void {
  const choice = choiceOf(evaluator, node, scope);
  if (!choice) return;
  const { memory } = evaluator.settings;
  const before = memory.current;
  const columns = evaluator.collect(node.expression, scope);
  memory.reset(before, 0);
  const grouping = new Grouping(node.grouping, node.isWithout);
  const groups = Map.groupBy(columns, ({ labels }) => grouping.keyOf(labels));
  const kept = new Map<Column, Uint8Array>();
  for (const members of groups.values()) {
    for (let step = 0; step < scope.steps.count; step++) {
      evaluator.settings.interruption.worked(members.length);
      const present = members.filter(({ kinds }) => kinds[step] !== absent);
      for (const column of choice(present, step)) {
        const steps = kept.get(column) ?? new Uint8Array(scope.steps.count);
        steps[step] = 1;
        kept.set(column, steps);
      }
    }
  }
  for (const [column, steps] of kept) {
    for (const [step, isKept] of steps.entries()) if (isKept === 0) column.remove(step);
    evaluator.emit(column, scope, sink);
  }
}

/** @returns undefined when nothing can be chosen at any step. */
function choiceOf(evaluator: Evaluator, node: PlannedAggregation, scope: Scope): Choice | undefined {
  const { operator, parameter } = node;
  if (!parameter) throw new TypeError(`aggregation ${operator} has no parameter`);
  const values = evaluator.scalar(parameter, scope);
  const { annotations } = evaluator.settings;
  const highest = values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  const lowest = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  if (operator === 'limit_ratio') {
    if (highest === 0 && lowest === 0) return undefined;
    if (Number.isNaN(highest)) refuse('Ratio value is NaN');
    if (highest > 1) annotations.add(invalidRatio(highest, 1, parameter.range));
    if (lowest < -1) annotations.add(invalidRatio(lowest, -1, parameter.range));
    return ratioChoice(values);
  }
  checkCounts(highest, lowest);
  if (highest < 1) return undefined;
  if (operator === 'limitk') {
    return (members, step) => members.slice(0, Math.max(0, Math.trunc(values[step] ?? 0)));
  }
  const sign = operator === 'topk' ? -1 : 1;
  return (members, step) => {
    const floats = members.filter(({ kinds }) => kinds[step] === float);
    if (floats.length < members.length) {
      annotations.add(histogramIgnoredInAggregation(operator, node.range));
    }
    return extremes(floats, step, Math.trunc(values[step] ?? 0), sign);
  };
}

function checkCounts(highest: number, lowest: number): void {
  if (Number.isNaN(highest)) refuse('Parameter value is NaN');
  if (highest < 1) return;
  if (lowest <= -(2 ** 63)) refuse(`Scalar value ${formatFloatShort(lowest)} underflows int64`);
  if (highest >= 2 ** 63) refuse(`Scalar value ${formatFloatShort(highest)} overflows int64`);
}

/** Up to so many are kept in order while the members are looked at; more are cheaper to sort. */
const insertionMax = 64;

/** The series that come first in the order of their values. NaN comes last. Of equals, the one that came first. */
function extremes(members: readonly Column[], step: number, count: number, sign: 1 | -1): readonly Column[] {
  if (count < 1) return [];
  const order = (one: Column, other: Column): number =>
    compareValues(one.values[step] ?? 0, other.values[step] ?? 0, sign);
  if (count > insertionMax) return [...members].sort(order).slice(0, count);
  const best: Column[] = [];
  for (const member of members) {
    const worst = best.at(-1);
    if (best.length === count && worst && order(member, worst) >= 0) continue;
    let at = best.length;
    while (at > 0 && order(member, best[at - 1] ?? member) < 0) at--;
    best.splice(at, 0, member);
    if (best.length > count) best.pop();
  }
  return best;
}

/** A share of the series, always the same ones: those whose labels hash to less than the ratio; negative ratios choose the others. */
function ratioChoice(ratios: Float64Array): Choice {
  const positions = new WeakMap<Labels, number>();
  const positionOf = ({ labels }: Column): number => {
    const position = positions.get(labels) ?? hashOf(labels) / 2 ** 64;
    positions.set(labels, position);
    return position;
  };
  return (members, step) => {
    const ratio = Math.max(-1, Math.min(1, ratios[step] ?? 0));
    if (ratio === 0) return [];
    return members.filter((member) =>
      ratio > 0 ? positionOf(member) < ratio : positionOf(member) >= 1 + ratio,
    );
  };
}

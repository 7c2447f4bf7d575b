import type { Labels } from '@plinth/prometheus-model';
import { Extremes } from './aggregators/extremes.ts';
import { Means } from './aggregators/means.ts';
import { Members } from './aggregators/members.ts';
import { Quantiles } from './aggregators/quantiles.ts';
import { Sums } from './aggregators/sums.ts';
import { Variances } from './aggregators/variances.ts';
import { invalidQuantile } from './annotation-texts.ts';
import type { Column } from './column.ts';
import { streamCountValues } from './count-values.ts';
import type { Evaluator, Sink } from './evaluator.ts';
import { Grouping } from './grouping.ts';
import type { PlannedAggregation } from './plan.ts';
import { streamRanking } from './ranking.ts';
import type { Scope } from './scope.ts';

/** The aggregate of one group at all steps. */
export interface Aggregator {
  /** Takes the values of one more series; the column is not kept, unless `keepsColumns` says so. */
  add(column: Column): void;
  /** Sets the steps of an empty column that have a result. */
  finish(out: Column): void;
  readonly keepsColumns?: true;
}

interface Group {
  readonly labels: Labels;
  readonly aggregator: Aggregator;
  dropsName: boolean;
}

/** Hands on the aggregate of each group. */
export function streamAggregation(
  evaluator: Evaluator,
  node: PlannedAggregation,
  scope: Scope,
  sink: Sink,
): void {
  switch (node.operator) {
    case 'count_values':
      return streamCountValues(evaluator, node, scope, sink);
    case 'topk':
    case 'bottomk':
    case 'limitk':
    case 'limit_ratio':
      return streamRanking(evaluator, node, scope, sink);
    default:
      return streamGroups(evaluator, node, scope, sink);
  }
}

function streamGroups(evaluator: Evaluator, node: PlannedAggregation, scope: Scope, sink: Sink): void {
  const { memory } = evaluator.settings;
  const before = memory.current;
  const grouping = new Grouping(node.grouping, node.isWithout);
  const groups = new Map<string, Group>();
  const create = aggregatorOf(evaluator, node, scope);
  evaluator.stream(node.expression, scope, (column) => {
    const key = grouping.keyOf(column.labels);
    let group = groups.get(key);
    if (!group) {
      const labels = grouping.labelsOf(column.labels);
      group = { labels, aggregator: create(), dropsName: false };
      groups.set(key, group);
    }
    group.dropsName ||= column.dropsName;
    group.aggregator.add(column);
    if (!group.aggregator.keepsColumns) scope.columns.give(column);
  });
  memory.reset(before, 0);
  for (const { labels, aggregator, dropsName } of groups.values()) {
    const column = scope.columns.take();
    column.labels = labels;
    column.dropsName = dropsName;
    aggregator.finish(column);
    evaluator.emit(column, scope, sink);
  }
}

function aggregatorOf(evaluator: Evaluator, node: PlannedAggregation, scope: Scope): () => Aggregator {
  const { annotations } = evaluator.settings;
  const { count } = scope.steps;
  const subject = { annotations, range: node.expression.range, operator: node.operator };
  switch (node.operator) {
    case 'sum':
      return () => new Sums(count, subject);
    case 'avg':
      return () => new Means(count, subject);
    case 'min':
      return () => new Extremes(count, -1, subject);
    case 'max':
      return () => new Extremes(count, 1, subject);
    case 'count':
      return () => new Members(count, false);
    case 'group':
      return () => new Members(count, true);
    case 'stdvar':
    case 'stddev':
      return () => new Variances(count, node.operator === 'stddev', subject);
    default: {
      const { parameter } = node;
      if (!parameter) throw new TypeError(`aggregation ${node.operator} has no parameter`);
      const positions = evaluator.scalar(parameter, scope);
      for (const position of outliers(positions)) {
        annotations.add(invalidQuantile(position, parameter.range));
      }
      return () => new Quantiles(positions, subject);
    }
  }
}

/** What is worth a warning: NaN, and the positions furthest outside of 0 to 1. */
function outliers(positions: Float64Array): readonly number[] {
  const numbers = positions.filter((position) => !Number.isNaN(position));
  const found = numbers.length < positions.length ? [Number.NaN] : [];
  const highest = numbers.reduce((one, other) => Math.max(one, other), 1);
  const lowest = numbers.reduce((one, other) => Math.min(one, other), 0);
  if (highest > 1) found.push(highest);
  if (lowest < 0) found.push(lowest);
  return found;
}

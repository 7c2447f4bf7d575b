import { Matcher, metricNameLabel, type SelectionHints } from '@plinth/prometheus-model';
import type {
  Aggregation,
  AtModifier,
  BinaryExpression,
  Call,
  Expression,
  Subquery,
  VectorMatching,
  VectorSelector,
} from '../syntax/expression.ts';
import { millisecondsOf } from './duration.ts';
import { planInfoSelector } from './info-selector.ts';
import type { PlanNode, PlannedMatrixSelector, Selector, TimeShift } from './plan.ts';

/** What a plan is made for. Times are in milliseconds. */
export interface PlanContext {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant query. */
  readonly stepMs: number;
  readonly lookbackMs: number;
  /** Step of subqueries that name none. */
  readonly subqueryStepMs: (rangeMs: number) => number;
}

/** Where in the query an expression is: the instants it is evaluated for, and what is around it. */
export interface Surroundings {
  readonly startMs: number;
  readonly endMs: number;
  readonly hints: SelectionHints;
  /** Whether only count and sum of histograms are looked at: functions for these are around it, and nothing that needs the buckets. */
  readonly statistics: 'unknown' | 'only' | 'not-only';
}

/** A planned expression, and whether it is the same at every step. */
interface Outcome {
  readonly node: PlanNode;
  readonly isInvariant: boolean;
  /** Matrix selectors and literals are never evaluated step by step, so there is nothing to save. */
  readonly isWorthMarking: boolean;
}

const defaultMatching: VectorMatching = {
  cardinality: 'one-to-one',
  labels: [],
  isOn: false,
  include: [],
};

/**
 * Functions whose result depends on the time of the step, even when their arguments do not.
 * Spec: Prometheus 3.14, AtModifierUnsafeFunctions.
 */
export const timeDependentFunctions: ReadonlySet<string> = new Set(
  'days_in_month day_of_month day_of_week day_of_year hour minute month year predict_linear time timestamp start end range step'.split(
    ' ',
  ),
);

/** @throws QueryError when a duration cannot be computed. */
export function planQuery(expression: Expression, context: PlanContext): PlanNode {
  const outcome = new Planner(context).plan(expression, {
    startMs: context.startMs,
    endMs: context.endMs,
    hints: { stepMs: context.stepMs, rangeMs: 0 },
    statistics: 'unknown',
  });
  return marked(outcome);
}

function marked({ node, isInvariant, isWorthMarking }: Outcome): PlanNode {
  if (!isInvariant || !isWorthMarking) return node;
  return { kind: 'invariant', type: node.type, range: node.range, expression: node };
}

class Planner {
  readonly #context: PlanContext;

  constructor(context: PlanContext) {
    this.#context = context;
  }

  plan(expression: Expression, around: Surroundings): Outcome {
    const { range } = expression;
    switch (expression.kind) {
      case 'number':
        return literal({ kind: 'number', type: 'scalar', range, value: expression.value });
      case 'string':
        return literal({ kind: 'string', type: 'string', range, value: expression.value });
      case 'vector-selector': {
        const selector = this.#selector(expression, 0, around);
        const isInvariant = selector.atMs !== undefined;
        const node: PlanNode = { kind: 'vector-selector', type: 'vector', range, selector };
        return { node, isInvariant, isWorthMarking: isInvariant };
      }
      case 'matrix-selector': {
        const node = this.#matrixSelector(expression, around);
        const isInvariant = node.selector.atMs !== undefined;
        return { node, isInvariant, isWorthMarking: false };
      }
      case 'subquery':
        return this.#subquery(expression, around);
      case 'call':
        return this.#call(expression, around);
      case 'aggregation':
        return this.#aggregation(expression, around);
      case 'binary':
        return this.#binary(expression, around);
      case 'unary': {
        const operand = this.plan(expression.operand, around);
        if (expression.operator === '+') return operand;
        const type = operand.node.type;
        return { ...operand, node: { kind: 'negation', type, range, operand: operand.node } };
      }
      case 'parentheses':
        return this.plan(expression.expression, around);
    }
  }

  #atMs(at: AtModifier | undefined): number | undefined {
    if (at === undefined) return undefined;
    if ('timestampMs' in at) return at.timestampMs;
    return at.edge === 'start' ? this.#context.startMs : this.#context.endMs;
  }

  #durations(): { stepMs: number; rangeMs: number } {
    const { startMs, endMs, stepMs } = this.#context;
    return { stepMs, rangeMs: endMs - startMs };
  }

  #shift({ offset, at }: Pick<VectorSelector | Subquery, 'offset' | 'at'>): TimeShift {
    const offsetMs = millisecondsOf(offset, this.#durations(), 'any');
    return { offsetMs, atMs: this.#atMs(at) };
  }

  #matrixSelector(
    expression: Expression & { kind: 'matrix-selector' },
    around: Surroundings,
  ): PlannedMatrixSelector {
    const windowMs = millisecondsOf(expression.window, this.#durations(), 'positive');
    const selector = this.#selector(expression.selector, windowMs, around);
    return { kind: 'matrix-selector', type: 'matrix', range: expression.range, selector, windowMs };
  }

  /** @param windowMs - 0 for an instant vector. */
  #selector(expression: VectorSelector, windowMs: number, around: Surroundings): Selector {
    const shift = this.#shift(expression);
    const { matchers, extension } = expression;
    const { lookbackMs } = this.#context;
    const reachMs = windowMs === 0 || extension ? windowMs + lookbackMs : windowMs;
    const startMs = (shift.atMs ?? around.startMs) - shift.offsetMs - reachMs + 1;
    const endMs = (shift.atMs ?? around.endMs) - shift.offsetMs + (extension === 'smoothed' ? lookbackMs : 0);
    const hints = { ...around.hints, rangeMs: windowMs };
    const selection = { matchers, startMs, endMs, hints };
    const isForStatistics = around.statistics === 'only';
    return { ...shift, matchers, extension, isForStatistics, selection, series: [] };
  }

  #subquery(expression: Subquery, around: Surroundings): Outcome {
    const { range, step } = expression;
    const durations = this.#durations();
    const shift = this.#shift(expression);
    const windowMs = millisecondsOf(expression.window, durations, 'positive');
    const stepMs =
      step === undefined
        ? this.#context.subqueryStepMs(windowMs)
        : millisecondsOf(step, durations, 'positive');
    const inner = this.plan(expression.expression, {
      startMs: (shift.atMs ?? around.startMs) - shift.offsetMs - windowMs,
      endMs: (shift.atMs ?? around.endMs) - shift.offsetMs,
      hints: { ...withoutGroups(around.hints), stepMs },
      statistics: 'not-only',
    });
    const node: PlanNode = {
      kind: 'subquery',
      type: 'matrix',
      expression: marked(inner),
      range,
      windowMs,
      stepMs,
      ...shift,
    };
    return { node, isInvariant: shift.atMs !== undefined, isWorthMarking: false };
  }

  #call(expression: Call, around: Surroundings): Outcome {
    const { range } = expression;
    const { name, returnType } = expression.function;
    const folded = this.#folded(name);
    if (folded !== undefined) {
      return literal({ kind: 'number', type: 'scalar', range, value: folded });
    }
    const inside = {
      ...around,
      hints: { ...withoutGroups(around.hints), func: name },
      statistics: statisticsWithin(name, around.statistics),
    };
    const isInfo = name === 'info';
    const planned = (isInfo ? expression.arguments.slice(0, 1) : expression.arguments).map((argument) =>
      this.plan(argument, inside),
    );
    const areInvariant = planned.every((argument) => argument.isInvariant);
    const isOfSelectors = planned.every(({ node }) => node.kind === 'vector-selector');
    const isInvariant =
      areInvariant && (!timeDependentFunctions.has(name) || (name === 'timestamp' && isOfSelectors));
    const node: PlanNode = {
      kind: 'call',
      type: returnType,
      range,
      function: expression.function,
      arguments: planned.map((argument) => (isInvariant ? argument.node : marked(argument))),
      ...(isInfo ? { info: this.#info(expression, planned[0]?.node, around) } : {}),
    };
    return { node, isInvariant, isWorthMarking: isInvariant };
  }

  #info(expression: Call, base: PlanNode | undefined, around: Surroundings) {
    const labels = unwrapped(expression.arguments[1]);
    const matchers = labels?.kind === 'vector-selector' ? labels.matchers : undefined;
    const nameMatcher = () => new Matcher(metricNameLabel, '=', 'target_info');
    return planInfoSelector(matchers ?? [nameMatcher()], base, around, this.#context.lookbackMs);
  }

  /** The value of functions that ask for the query itself. */
  #folded(name: string): number | undefined {
    const { startMs, endMs, stepMs } = this.#context;
    if (name === 'start') return startMs / 1000;
    if (name === 'end') return endMs / 1000;
    if (name === 'range') return (endMs - startMs) / 1000;
    if (name === 'step') return startMs === endMs ? 0 : stepMs / 1000;
    return undefined;
  }

  #aggregation(expression: Aggregation, around: Surroundings): Outcome {
    const { operator, grouping, isWithout, range } = expression;
    const hints = {
      stepMs: around.hints.stepMs,
      rangeMs: 0,
      func: operator,
      grouping,
      by: !isWithout,
    };
    const inner = this.plan(expression.expression, { ...around, hints });
    const parameter = expression.parameter && this.plan(expression.parameter, around);
    const node: PlanNode = {
      kind: 'aggregation',
      type: 'vector',
      range,
      operator,
      grouping,
      isWithout,
      expression: inner.node,
      parameter: parameter && parameter.node,
    };
    const { isInvariant } = inner;
    return isInvariant && (parameter === undefined || parameter.isInvariant)
      ? { node, isInvariant: true, isWorthMarking: true }
      : {
          node: { ...node, expression: marked(inner) },
          isInvariant: false,
          isWorthMarking: false,
        };
  }

  #binary(expression: BinaryExpression, around: Surroundings): Outcome {
    const { range, operator, returnsBool } = expression;
    const { stepMs } = around.hints;
    const isTrim = operator === '</' || operator === '>/';
    const statistics = isTrim ? 'not-only' : around.statistics;
    const inside = { ...around, hints: { stepMs, rangeMs: 0 }, statistics };
    const left = this.plan(expression.left, inside);
    const right = this.plan(expression.right, inside);
    const isInvariant = left.isInvariant && right.isInvariant;
    const areScalars = left.node.type === 'scalar' && right.node.type === 'scalar';
    const node: PlanNode = {
      kind: 'binary',
      type: areScalars ? 'scalar' : 'vector',
      range,
      operator,
      returnsBool,
      left: isInvariant ? left.node : marked(left),
      right: isInvariant ? right.node : marked(right),
      matching: expression.matching ?? defaultMatching,
    };
    return { node, isInvariant, isWorthMarking: isInvariant };
  }
}

function literal(node: PlanNode): Outcome {
  return { node, isInvariant: true, isWorthMarking: false };
}

const statisticFunctions = ['histogram_count', 'histogram_sum', 'histogram_avg'];
const bucketFunctions = ['histogram_quantile', 'histogram_quantiles', 'histogram_fraction'];

function statisticsWithin(name: string, around: Surroundings['statistics']): Surroundings['statistics'] {
  if (bucketFunctions.includes(name)) return 'not-only';
  return around === 'unknown' && statisticFunctions.includes(name) ? 'only' : around;
}

function withoutGroups({ stepMs, rangeMs, func }: SelectionHints): SelectionHints {
  return func === undefined ? { stepMs, rangeMs } : { stepMs, rangeMs, func };
}

function unwrapped(expression: Expression | undefined): Expression | undefined {
  return expression?.kind === 'parentheses' ? unwrapped(expression.expression) : expression;
}

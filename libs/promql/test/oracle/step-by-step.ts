import { type Labels, metricNameLabel } from '@plinth/prometheus-model';
import type {
  Aggregation,
  BinaryExpression,
  Call,
  Expression,
  MatrixSelector,
  Subquery,
  VectorSelector,
} from '../../src/syntax/expression.ts';

/** A sample of a series: time in milliseconds and value, or the end of the series. */
export type Sample = readonly [timeMs: number, value: number | 'stale'];

/** A series of the data under test, in order of time. */
export interface Series {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

type Vector = readonly { readonly labels: Labels; readonly value: number }[];
type Window = readonly (readonly [timeMs: number, value: number])[];

const lookbackMs = 300_000;

/**
 * Evaluates a part of PromQL at one instant, by the definitions and nothing else: no steps, no windows that move, no tricks. What the
 * engine says has to be the same.
 */
export function vectorAt(expression: Expression, timeMs: number, data: readonly Series[]): Vector {
  switch (expression.kind) {
    case 'vector-selector':
      return instantVector(expression, timeMs, data);
    case 'call':
      return call(expression, timeMs, data);
    case 'aggregation':
      return aggregate(expression, timeMs, data);
    case 'binary':
      return binary(expression, timeMs, data);
    case 'parentheses':
      return vectorAt(expression.expression, timeMs, data);
    default:
      throw new TypeError(`the oracle knows no ${expression.kind}`);
  }
}

function selected({ matchers }: VectorSelector, data: readonly Series[]): readonly Series[] {
  return data.filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))));
}

function fixed(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('the oracle knows no computed durations');
  return value;
}

/** Time that a selector or subquery looks at. */
function lookedAt({ at, offset }: VectorSelector | Subquery, timeMs: number): number {
  const base = at && 'timestampMs' in at ? at.timestampMs : timeMs;
  return base - fixed(offset);
}

function instantVector(selector: VectorSelector, timeMs: number, data: readonly Series[]): Vector {
  const at = lookedAt(selector, timeMs);
  return selected(selector, data).flatMap(({ labels, samples }) => {
    const last = samples.findLast(([time]) => time <= at);
    if (!last || last[0] <= at - lookbackMs || last[1] === 'stale') return [];
    return [{ labels, value: last[1] }];
  });
}

/** The windows of a range vector, with their ends. */
function windows(
  range: MatrixSelector | Subquery,
  timeMs: number,
  data: readonly Series[],
): { labels: Labels; samples: Window; endMs: number }[] {
  const endMs = lookedAt(range.kind === 'subquery' ? range : range.selector, timeMs);
  const startMs = endMs - fixed(range.window);
  if (range.kind === 'subquery') return subqueryWindows(range, startMs, endMs, data);
  return selected(range.selector, data).map(({ labels, samples }) => ({
    labels,
    endMs,
    samples: samples.flatMap(([time, value]) =>
      value !== 'stale' && time > startMs && time <= endMs ? [[time, value] as const] : [],
    ),
  }));
}

function subqueryWindows(
  { expression, step }: Subquery,
  startMs: number,
  endMs: number,
  data: readonly Series[],
): { labels: Labels; samples: Window; endMs: number }[] {
  const stepMs = fixed(step ?? 60_000);
  const found = new Map<string, { labels: Labels; samples: [number, number][]; endMs: number }>();
  for (let time = (Math.floor(startMs / stepMs) + 1) * stepMs; time <= endMs; time += stepMs) {
    for (const { labels, value } of vectorAt(expression, time, data)) {
      const entry = found.get(labels.key) ?? { labels, samples: [], endMs };
      entry.samples.push([time, value]);
      found.set(labels.key, entry);
    }
  }
  return [...found.values()];
}

function call(expression: Call, timeMs: number, data: readonly Series[]): Vector {
  const [range] = expression.arguments;
  const { name } = expression.function;
  if (range?.kind !== 'matrix-selector' && range?.kind !== 'subquery') {
    throw new TypeError(`the oracle knows no ${name}`);
  }
  const rangeMs = fixed(range.window);
  return windows(range, timeMs, data).flatMap(({ labels, samples, endMs }) => {
    if (samples.length === 0) return [];
    const value = rangeFunction(name, samples, endMs - rangeMs, endMs);
    const keptLabels = name === 'last_over_time' ? labels : labels.withoutName;
    return value === undefined ? [] : [{ labels: keptLabels, value }];
  });
}

/** NaN is the least and the greatest only of nothing else. Spec: Prometheus 3.14, promql/functions.go, funcMinOverTime. */
function numbersOf(values: readonly number[]): readonly number[] {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length > 0 ? numbers : values;
}

function areNaN(one: number, other: number | undefined): boolean {
  return Number.isNaN(one) && Number.isNaN(other);
}

function rangeFunction(name: string, samples: Window, startMs: number, endMs: number): number | undefined {
  const values = samples.map(([, value]) => value);
  const sum = values.reduce((one, other) => one + other, 0);
  switch (name) {
    case 'sum_over_time':
      return sum;
    case 'avg_over_time':
      return sum / values.length;
    case 'count_over_time':
      return values.length;
    case 'max_over_time':
      return Math.max(...numbersOf(values));
    case 'min_over_time':
      return Math.min(...numbersOf(values));
    case 'last_over_time':
      return values.at(-1);
    case 'changes':
      return values.filter((value, i) => i > 0 && value !== values[i - 1] && !areNaN(value, values[i - 1]))
        .length;
    case 'resets':
      return values.filter((value, i) => i > 0 && value < (values[i - 1] ?? 0)).length;
    case 'rate': {
      const increase = extrapolated(samples, startMs, endMs, true);
      return increase === undefined ? undefined : increase / ((endMs - startMs) / 1000);
    }
    case 'increase':
      return extrapolated(samples, startMs, endMs, true);
    case 'delta':
      return extrapolated(samples, startMs, endMs, false);
    default:
      throw new TypeError(`the oracle knows no ${name}`);
  }
}

/** The growth over a window, as Prometheus estimates it from the samples inside. */
function extrapolated(
  samples: Window,
  startMs: number,
  endMs: number,
  isCounter: boolean,
): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return undefined;
  let growth = last[1] - first[1];
  for (const [i, [, value]] of samples.entries()) {
    const before = samples[i - 1]?.[1] ?? value;
    if (isCounter && value < before) growth += before;
  }
  const covered = (last[0] - first[0]) / 1000;
  const spacing = covered / (samples.length - 1);
  let toStart = (first[0] - startMs) / 1000;
  let toEnd = (endMs - last[0]) / 1000;
  if (toStart >= spacing * 1.1) toStart = spacing / 2;
  if (toEnd >= spacing * 1.1) toEnd = spacing / 2;
  if (isCounter && growth > 0 && first[1] >= 0) {
    toStart = Math.min(toStart, covered * (first[1] / growth));
  }
  return growth * ((covered + toStart + toEnd) / covered);
}

function aggregate(expression: Aggregation, timeMs: number, data: readonly Series[]): Vector {
  const { grouping, isWithout, operator } = expression;
  const members = vectorAt(expression.expression, timeMs, data);
  const names = new Set(grouping);
  const labelsOf = (labels: Labels): Labels =>
    isWithout ? labels.drop(new Set([...names, metricNameLabel])) : labels.keep(names);
  const groups = Map.groupBy(members, ({ labels }) => labelsOf(labels).key);
  return [...groups.values()].map((group) => {
    const values = group.map(({ value }) => value);
    const labels = group.map((member) => labelsOf(member.labels)).reduce((one) => one);
    return { labels, value: aggregateOf(operator, values) };
  });
}

function aggregateOf(operator: Aggregation['operator'], values: readonly number[]): number {
  const sum = values.reduce((one, other) => one + other, 0);
  switch (operator) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / values.length;
    case 'count':
      return values.length;
    case 'min':
      return Math.min(...numbersOf(values));
    case 'max':
      return Math.max(...numbersOf(values));
    default:
      throw new TypeError(`the oracle knows no ${operator}`);
  }
}

function binary(expression: BinaryExpression, timeMs: number, data: readonly Series[]): Vector {
  const { left, right, operator } = expression;
  const isComparison = ['==', '!=', '<', '<=', '>', '>='].includes(operator);
  const result = (labels: Labels, one: number, other: number, kept: number): Vector => {
    const value = operate(operator, one, other);
    if (!isComparison) return [{ labels: labels.withoutName, value }];
    if (expression.returnsBool) return [{ labels: labels.withoutName, value }];
    return value === 1 ? [{ labels, value: kept }] : [];
  };
  if (right.kind === 'number') {
    return vectorAt(left, timeMs, data).flatMap(({ labels, value }) =>
      result(labels, value, right.value, value),
    );
  }
  const others = vectorAt(right, timeMs, data);
  return vectorAt(left, timeMs, data).flatMap(({ labels, value }) => {
    const key = labels.withoutName.key;
    const other = others.find((candidate) => candidate.labels.withoutName.key === key);
    if (operator === 'and') return other ? [{ labels, value }] : [];
    if (operator === 'unless') return other ? [] : [{ labels, value }];
    return other ? result(labels, value, other.value, value) : [];
  });
}

function operate(operator: BinaryExpression['operator'], one: number, other: number): number {
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return one / other;
    case '>':
      return Number(one > other);
    case '<=':
      return Number(one <= other);
    case '==':
      return Number(one === other);
    default:
      throw new TypeError(`the oracle knows no ${operator}`);
  }
}

import type { Random } from './random.ts';

/**
 * Queries that Prometheus 2.42 and 3 understand alike. Left out is what turns a difference in the last digit into another result:
 * comparing or subtracting values that were computed in different ways, dividing by what may be almost zero; deviations of NaN and the
 * name of what `atan2` gives, which 3 corrected; periodic functions of large values.
 */
export function randomQuery(random: Random, depth = 3, isInSubquery = false): string {
  if (depth === 0 || random.chance(0.1)) return instantSelector(random);
  const inner = (): string => randomQuery(random, depth - 1, isInSubquery);
  return random.pick([
    () => rangeCall(random, rangeSelector(random)),
    () => rangeCall(random, rangeSelector(random)),
    () => subqueryCall(random, depth, isInSubquery),
    () => `${aggregation(random)} (${inner()})`,
    () => `${aggregation(random)} (${inner()})`,
    () =>
      `${random.pick(['topk', 'bottomk'])}${grouping(random)} (${random.integer(1, 5)}, ${random.pick(['load', 'heat', 'requests_total'])}${modifier(random)})`,
    () => `${random.pick(['stddev', 'stdvar'])}${grouping(random)} (${instantSelector(random)})`,
    () => `quantile${grouping(random)} (${number(random, 1)}, ${inner()})`,
    // Prometheus 2 loses labels of `by` after the first step.
    () =>
      `count_values${random.pick(['', ' without (zone)'])} ("v", count_over_time(${rangeSelector(random)}))`,
    () => `${random.pick(elementwise)}(${inner()})`,
    () => `${random.pick(['clamp_min', 'clamp_max'])}(${inner()}, ${number(random, 100)})`,
    () => `clamp(${inner()}, ${number(random, 30)}, ${number(random, 90)})`,
    () => `(${inner()}) ${random.pick(['+', '*', '-', '^ 0.5 +', '/'])} ${number(random, 100)}`,
    () => `${number(random, 100)} ${random.pick(['+', '*', '-'])} (${inner()})`,
    () => `${instantSelector(random)} ${random.pick(comparisons)} ${number(random, 120)}`,
    () => matched(random),
    () => matched(random),
    () => `(${inner()}) ${random.pick(['and', 'unless'])}${matching(random)} (${inner()})`,
    () =>
      `${instantSelector(random)} or${random.pick(['', ' on (job)', ' ignoring (zone)'])} ${instantSelector(random)}`,
    () => histogram(random),
    () =>
      `label_replace(${inner()}, "${random.pick(['z', 'job'])}", "$1-$2", "${random.pick(labels)}", "(.)(.*)")`,
    () => `label_join(${inner()}, "all", "/", "job", "zone", "none")`,
    () => `absent(${instantSelector(random)})`,
    () => `vector(scalar(${instantSelector(random)}))`,
    // With both `@` and `offset` Prometheus takes no notice of the offset.
    () => `timestamp(${selector(random)}${random.pick(['', ' offset 13s', ' @ 1003600.06'])})`,
    () => `absent_over_time(${rangeSelector(random)})`,
    () =>
      `${random.pick(['minute', 'hour', 'day_of_week', 'day_of_year', 'month'])}(${instantSelector(random)} * 1e4)`,
    () => `vector(time() - ${number(random, 1e6)})`,
    () => `-${aggregation(random)} (${inner()})`,
  ])();
}

const labels = ['job', 'instance', 'zone'] as const;
const windows = ['20s', '1m', '2m', '5m', '10m', '17m', '1h'] as const;
/** None that is longer than a window: Prometheus 2 evaluates such a subquery all the same. */
const subquerySteps = ['10s', '15s', '20s'] as const;
const elementwise = [
  'abs',
  'sqrt',
  'ln',
  'log2',
  'log10',
  'sgn',
  'exp',
  'atan',
  'sinh',
  'rad',
  'deg',
] as const;
const comparisons = ['>', '<', '>=', '<=', '!=', '> bool', '< bool', '== bool'] as const;
const rangeFunctions = [
  'rate',
  'increase',
  'delta',
  'irate',
  'idelta',
  'changes',
  'resets',
  'deriv',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'count_over_time',
  'last_over_time',
  'present_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile',
  'predict',
] as const;

function rangeCall(random: Random, range: string): string {
  const name = random.pick(['rate', ...rangeFunctions]);
  // Rates of what goes down are not the same near gaps.
  const isCounter = range.startsWith('requests_total') || range.startsWith('took');
  if ((name === 'rate' || name === 'increase') && !isCounter) return `delta(${range})`;
  if (name === 'quantile') return `quantile_over_time(${number(random, 1)}, ${range})`;
  // Prometheus 2 moves on from a fixed window by more than the slope.
  if (name === 'predict' && !range.includes('@'))
    return `predict_linear(${range}, ${random.integer(0, 600)})`;
  return `${name === 'predict' ? 'deriv' : name}(${range})`;
}

/** Not within each other: the steps of one would be the ends of the windows of the other. Nor resets of what is computed. */
function subqueryCall(random: Random, depth: number, isInSubquery: boolean): string {
  if (isInSubquery) return rangeCall(random, rangeSelector(random));
  const inner = randomQuery(random, depth - 1, true);
  const steps = random.pick(subquerySteps);
  const call = rangeCall(random, `(${inner})[${random.pick(windows)}:${steps}]${modifier(random)}`);
  return call.replace(/^(?:resets|changes)/, 'sum_over_time');
}

function number(random: Random, max: number): string {
  return (random.next() * max).toFixed(4);
}

function selector(random: Random): string {
  const name = random.pick([
    'requests_total',
    'load',
    'heat',
    'requests_total',
    'load',
    'took_seconds_bucket',
  ]);
  const matchers = [
    ...(random.chance(0.3) ? [random.pick(['job="api"', 'job!="web"', 'job=~"a.*|db"'])] : []),
    ...(random.chance(0.2) ? [random.pick(['instance="b"', 'instance!~"a|c"'])] : []),
  ];
  return matchers.length > 0 ? `${name}{${matchers.join()}}` : name;
}

function modifier(random: Random): string {
  const offset = random.pick(['', '', '', ' offset 1m', ' offset 13s', ' offset -2m']);
  const at = random.pick(['', '', '', '', ' @ 1003600.06', ' @ start()', ' @ end()']);
  return random.chance(0.5) ? offset + at : at + offset;
}

function instantSelector(random: Random): string {
  return selector(random) + modifier(random);
}

function rangeSelector(random: Random): string {
  return `${selector(random)}[${random.pick(windows)}]${modifier(random)}`;
}

function grouping(random: Random): string {
  const names = labels.filter(() => random.chance(0.5)).join();
  return random.pick(['', ` by (${names})`, ` by (${names})`, ` without (${names})`]);
}

function aggregation(random: Random): string {
  const operator = random.pick(['sum', 'avg', 'min', 'max', 'count', 'group']);
  return operator + grouping(random);
}

function matching(random: Random): string {
  return random.pick(['', ' on (job)', ' on (job, instance)', ' ignoring (zone)']);
}

/** An operator between two metrics, with all kinds of matching. */
function matched(random: Random): string {
  const operator = random.pick(['+', '-', '*', '/', '>', '<=', '> bool']);
  const shift = modifier(random);
  return random.pick([
    `load${shift} ${operator} heat`,
    `load ${operator} on (job, instance, zone) heat${shift}`,
    `load{zone="x"} ${operator} ignoring (zone) heat{zone="x"}`,
    `load${shift} ${operator} on (job) group_left (team) limit`,
    `limit ${operator} on (job) group_right () heat${shift}`,
    `load ${operator} ignoring (instance, zone, team) group_left limit${shift}`,
    `sum by (job) (load) ${operator} on (job) limit`,
    // Ambiguous, where both sides have the series.
    `load ${operator} on (job) heat`,
  ]);
}

function histogram(random: Random): string {
  const range = `took_seconds_bucket[${random.pick(['2m', '5m', '1h'])}]${modifier(random)}`;
  const rates = random.pick([`rate(${range})`, `sum by (le, job) (increase(${range}))`]);
  return `histogram_quantile(${number(random, 1)}, ${rates})`;
}

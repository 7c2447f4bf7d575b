import type { ValueType } from '../syntax/expression.ts';
import type { FunctionSignature } from './signature.ts';

const fromVector = words(`
  abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg
  histogram_count histogram_sum histogram_stddev histogram_stdvar ln log10 log2 rad sgn sin sinh
  sort sort_desc sqrt tan tanh timestamp
`);

const fromRange = words(`
  absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta
  increase irate last_over_time max_over_time min_over_time present_over_time rate resets
  stddev_over_time stdvar_over_time sum_over_time
`);

const experimentalFromRange = words(`
  mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time
  ts_of_min_over_time
`);

const ofInstant = words(`
  day_of_month day_of_week day_of_year days_in_month hour minute month year
`);

/** Names between spaces: lists of them would take a line for each. */
function words(names: string): readonly string[] {
  return names.trim().split(/\s+/);
}

/** All functions of PromQL by name. Spec: Prometheus 3.14, promql/parser/functions.go. */
export const functionSignatures: ReadonlyMap<string, FunctionSignature> = new Map(
  [
    ...fromVector.map((name) => stable(name, ['vector'])),
    ...fromRange.map((name) => stable(name, ['matrix'])),
    ...experimentalFromRange.map((name) => experimental(name, ['matrix'])),
    ...ofInstant.map((name) => stable(name, ['vector'], 'vector', 1)),
    stable('clamp', ['vector', 'scalar', 'scalar']),
    stable('clamp_max', ['vector', 'scalar']),
    stable('clamp_min', ['vector', 'scalar']),
    stable('histogram_fraction', ['scalar', 'scalar', 'vector']),
    stable('histogram_quantile', ['scalar', 'vector']),
    stable('label_join', ['vector', 'string', 'string', 'string'], 'vector', -1),
    stable('label_replace', ['vector', 'string', 'string', 'string', 'string']),
    stable('pi', [], 'scalar'),
    stable('predict_linear', ['matrix', 'scalar']),
    stable('quantile_over_time', ['scalar', 'matrix']),
    stable('round', ['vector', 'scalar'], 'vector', 1),
    stable('scalar', ['vector'], 'scalar'),
    stable('time', [], 'scalar'),
    stable('vector', ['scalar']),
    experimental('double_exponential_smoothing', ['matrix', 'scalar', 'scalar']),
    experimental('end', [], 'scalar'),
    experimental('histogram_quantiles', ['vector', 'string', 'scalar', 'scalar'], 'vector', 9),
    experimental('info', ['vector', 'vector'], 'vector', 1),
    experimental('max_of', ['scalar', 'scalar'], 'scalar'),
    experimental('min_of', ['scalar', 'scalar'], 'scalar'),
    experimental('range', [], 'scalar'),
    experimental('sort_by_label', ['vector', 'string'], 'vector', -1),
    experimental('sort_by_label_desc', ['vector', 'string'], 'vector', -1),
    experimental('start', [], 'scalar'),
    experimental('start_timestamp', ['vector']),
    experimental('step', [], 'scalar'),
  ].map((signature) => [signature.name, signature]),
);

function stable(
  name: string,
  argumentTypes: readonly ValueType[],
  returnType: ValueType = 'vector',
  variadic = 0,
): FunctionSignature {
  return { name, argumentTypes, variadic, returnType, isExperimental: false };
}

function experimental(
  name: string,
  argumentTypes: readonly ValueType[],
  returnType: ValueType = 'vector',
  variadic = 0,
): FunctionSignature {
  return { name, argumentTypes, variadic, returnType, isExperimental: true };
}

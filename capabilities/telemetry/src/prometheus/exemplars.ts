import { ParseError, parseExpression, selectorsOf } from '@plinth/promql';
import { type MatcherParts, matcherParts } from '../store/matcher-parts.ts';
import { ApiError, errorBody } from './api-error.ts';
import type { ApiReply, ApiRequest } from './api-exchange.ts';
import { Parameters } from './parameters.ts';

/** Which exemplars are asked for: of series that match one of several sets, from one instant to another. */
export interface ExemplarQuestion {
  readonly sets: readonly (readonly MatcherParts[])[];
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Reads what a request asks for.
 * @returns the answer, where it cannot be read. Spec: Prometheus 3.14, HTTP API, Querying exemplars.
 */
export function exemplarQuestion({
  query,
  form,
}: Pick<ApiRequest, 'query' | 'form'>): ExemplarQuestion | ApiReply {
  try {
    const parameters = new Parameters(query, form);
    const { startMs, endMs } = parameters.timeRange();
    if (endMs < startMs) throw new ApiError('bad_data', 'end timestamp must not be before start timestamp');
    const sets = selectorsIn(parameters.text('query')).map(matcherParts);
    return { sets, startMs, endMs };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: errorBody(error.type, error.message) };
  }
}

/** @throws ApiError */
function selectorsIn(text: string): ReturnType<typeof selectorsOf> {
  try {
    return selectorsOf(parseExpression(text));
  } catch (error) {
    throw error instanceof ParseError ? new ApiError('bad_data', error.message, error) : error;
  }
}

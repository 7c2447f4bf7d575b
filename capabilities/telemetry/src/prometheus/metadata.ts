import { ApiError, errorBody } from './api-error.ts';
import type { ApiReply } from './api-exchange.ts';
import type { MetricMetadata } from './metrics-reader.ts';
import type { Parameters } from './parameters.ts';

/** What is known about metrics. Spec: Prometheus 3.14, HTTP API, Querying metric metadata. */
export function metadataAnswer(
  parameters: Parameters,
  known: readonly (readonly [name: string, metadata: MetricMetadata])[],
): ApiReply {
  try {
    const limit = parameters.wholeNumber('limit');
    // Each metric is known once here: a limit for each of them has nothing to cut.
    parameters.wholeNumber('limit_per_metric');
    const metric = parameters.text('metric');
    const wanted = known.filter(([name]) => metric === '' || name === metric);
    const shown = limit >= 0 ? wanted.slice(0, limit) : wanted;
    const data = Object.fromEntries(shown.map(([name, metadata]) => [name, [metadata]] as const));
    return { status: 200, body: JSON.stringify({ status: 'success', data }) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: errorBody(error.type, error.message) };
  }
}

import { type HttpEndpoint, type HttpRequest, StatusError } from '@plinth/kernel';
import { backtestDaysMax, ruleFileBytesMax } from '../limits.ts';
import { ApiError, errorBody } from '../prometheus/api-error.ts';
import { Parameters } from '../prometheus/parameters.ts';
import { prometheusPrefix } from '../prometheus/prefix.ts';
import { success } from '../prometheus/prometheus-protocol.ts';
import { refusing } from '../prometheus/write-endpoints.ts';
import type { BacktestReport, BacktestRequest } from './run-backtest.ts';

const dayMs = 24 * 3_600_000;

/**
 * `POST /prometheus/plinth/v1/backtest?start=T&end=T&file=NAME`, with a rule file as the body: what its alerts would have
 * done over stored history. No other server has it, so it lies beside the API of Prometheus.
 */
export function backtestEndpoint(options: {
  readonly run: (request: BacktestRequest) => Promise<BacktestReport>;
  /** The present, in milliseconds since the epoch. */
  readonly nowMs: () => number;
}): HttpEndpoint {
  return {
    methods: ['POST'],
    path: `${prometheusPrefix}/plinth/v1/backtest`,
    access: { verb: 'get', resource: 'metrics' },
    bodyBytesMax: ruleFileBytesMax,
    async handle(request) {
      try {
        const asked = requestOf(request, options.nowMs());
        return success(await refusing(() => options.run(asked)));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return {
          status: error.status,
          contentType: 'application/json',
          body: errorBody(error.type, error.message),
        };
      }
    },
  };
}

/** @throws ApiError, StatusError */
function requestOf({ query, body }: HttpRequest, nowMs: number): BacktestRequest {
  if (body.length === 0) throw new StatusError(400, 'BadRequest', 'the body must be a rule file');
  const parameters = new Parameters(query.toString());
  const endMs = parameters.timeOr('end', nowMs);
  const startMs = parameters.timeOr('start', endMs - dayMs);
  if (endMs < startMs) throw new ApiError('bad_data', 'end timestamp must not be before start time');
  if (endMs - startMs > backtestDaysMax * dayMs) {
    throw new ApiError('bad_data', `a backtest may cover ${backtestDaysMax} days`);
  }
  return { rules: body.toString(), file: parameters.text('file') || 'rules.yml', startMs, endMs };
}

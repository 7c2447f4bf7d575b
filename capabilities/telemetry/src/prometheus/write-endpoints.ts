import { type HttpEndpoint, type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import { negotiateWrite, writeResponse } from '@plinth/remote-write';
import { forwardHeader } from '../forward/forward-settings.ts';
import { writeBodyBytesMax } from '../limits.ts';
import { Refusal } from '../refusal-error.ts';
import { matcherParts } from '../store/matcher-parts.ts';
import { sentSamples } from '../store/sample-batch.ts';
import type { SampleRate } from '../store/sample-rate.ts';
import type { MetricsDatabase } from '../threads/metrics-threads.ts';
import { ApiError, errorBody, invalidParameter } from './api-error.ts';
import { asMatchParameter, Parameters } from './parameters.ts';
import { prometheusPrefix } from './prefix.ts';
import { success } from './prometheus-protocol.ts';

/** What endpoints that write stand on. */
export interface WriteEndpointsOptions {
  /** @throws StatusError 503 while it is not open */
  readonly database: () => Promise<MetricsDatabase>;
  /** What the tenant may send. */
  readonly rate: SampleRate;
  /** The present, in milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Copies the metrics to a directory of the name that is returned; absent: it cannot be asked for. */
  readonly snapshot?: ((skipsHead: boolean) => Promise<string>) | undefined;
  /** Whether a forward of that uid sends what is in the database. */
  readonly isOwn: (uid: string) => boolean;
}

const root = `${prometheusPrefix}/api/v1`;

/** The endpoints that take samples and delete series. Spec: Prometheus remote write 1.0 and 2.0; Prometheus 3.14, TSDB Admin APIs. */
export function writeEndpoints(options: WriteEndpointsOptions): readonly HttpEndpoint[] {
  return [
    {
      methods: ['POST'],
      path: `${root}/write`,
      access: { verb: 'create', resource: 'metrics' },
      bodyBytesMax: writeBodyBytesMax,
      admit: () => options.rate.admit(),
      handle: (request) => remoteWrite(options, request),
    },
    {
      methods: ['POST', 'PUT'],
      path: `${root}/admin/tsdb/delete_series`,
      access: { verb: 'delete', resource: 'metrics' },
      bodyBytesMax: 64 * 1024,
      handle: (request) => deleteSeries(options, request),
    },
    {
      methods: ['POST', 'PUT'],
      path: `${root}/admin/tsdb/clean_tombstones`,
      access: { verb: 'delete', resource: 'metrics' },
      bodyBytesMax: 0,
      // Compaction takes deleted samples away by itself.
      handle: () => noContent,
    },
    ...(options.snapshot ? [snapshotEndpoint(options.snapshot)] : []),
  ];
}

const noContent: HttpReply = { status: 204, contentType: 'text/plain', body: '' };

async function remoteWrite(options: WriteEndpointsOptions, request: HttpRequest): Promise<HttpReply> {
  const { headers, body } = request;
  const negotiated = negotiateWrite({
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
  });
  if (!negotiated.ok) throw new StatusError(negotiated.status, 'UnsupportedMediaType', negotiated.message);
  const forward = headers[forwardHeader];
  if (typeof forward === 'string' && options.isOwn(forward)) {
    throw new StatusError(508, 'LoopDetected', 'the samples come from the database that they are sent to');
  }
  // Others may have been admitted beside it.
  options.rate.admit();
  const database = await options.database();
  // Small bodies lie in a pool that others use too.
  const own = new Uint8Array(body);
  const outcome = await refusing(() => database.remoteWrite(own, negotiated.version, options.nowMs()));
  options.rate.charge(sentSamples(outcome));
  const {
    status,
    headers: written,
    body: text,
  } = writeResponse(negotiated.version, outcome, outcome.refusals);
  return { status, contentType: 'text/plain; charset=utf-8', headers: written, body: text };
}

/** Spec: Prometheus 3.14, TSDB Admin APIs, Snapshot. */
function snapshotEndpoint(make: NonNullable<WriteEndpointsOptions['snapshot']>): HttpEndpoint {
  return {
    methods: ['POST', 'PUT'],
    path: `${root}/admin/tsdb/snapshot`,
    access: { verb: 'create', resource: 'metrics/snapshots' },
    bodyBytesMax: 1024,
    handle: (request) =>
      answering(async () => {
        const skipped = parametersOf(request).text('skip_head');
        if (!['', 'true', 'false'].includes(skipped)) {
          throw invalidParameter('skip_head', `unable to parse boolean: ${JSON.stringify(skipped)}`);
        }
        await request.enter('create', {});
        return success({ name: await refusing(() => make(skipped === 'true')) });
      }),
  };
}

async function deleteSeries(options: WriteEndpointsOptions, request: HttpRequest): Promise<HttpReply> {
  return await answering(async () => {
    const parameters = parametersOf(request);
    if (parameters.all('match[]').length === 0) {
      throw new ApiError('bad_data', 'no match[] parameter provided');
    }
    const startMs = parameters.timeOr('start', Number.MIN_SAFE_INTEGER);
    const endMs = parameters.timeOr('end', Number.MAX_SAFE_INTEGER);
    const sets = asMatchParameter(() => parameters.anyMatcherSets());
    const database = await options.database();
    await refusing(() => database.deleteSeries(sets.map(matcherParts), startMs, endMs));
    return noContent;
  });
}

function parametersOf({ headers, query, body }: HttpRequest): Parameters {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return new Parameters(query.toString(), isForm ? body.toString() : '');
}

/** Refusals of the API are answers. */
async function answering(answer: () => Promise<HttpReply>): Promise<HttpReply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      status: error.status,
      contentType: 'application/json',
      body: errorBody(error.type, error.message),
    };
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

/** What a thread refuses, as a refusal of the request. @throws StatusError */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, message, retryAfterSeconds } = error;
    const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
    throw new StatusError(status, reasons[status] ?? 'BadRequest', message, details, error);
  }
}

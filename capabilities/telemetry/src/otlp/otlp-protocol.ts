import { type HttpProtocol, type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import {
  exportFailure,
  exportResponse,
  negotiateExport,
  type OtlpEncoding,
  OtlpError,
  statusCodes,
} from '@plinth/otlp-metrics';
import { writeBytesMax } from '../limits.ts';
import { telemetryGroup } from '../prometheus/prefix.ts';
import { refusing, type WriteEndpointsOptions } from '../prometheus/write-endpoints.ts';
import { sentSamples } from '../store/sample-batch.ts';

/** Everything of OTLP lies below this path: `/v1/metrics` is what exporters add by themselves. */
const prefix = '/otlp';

/** Takes metrics of OpenTelemetry. Spec: OTLP 1.9, OTLP/HTTP. */
export function otlpProtocol(options: WriteEndpointsOptions): HttpProtocol {
  return {
    prefix,
    group: telemetryGroup,
    endpoints: [
      {
        methods: ['POST'],
        path: `${prefix}/v1/metrics`,
        access: { verb: 'create', resource: 'metrics' },
        bodyBytesMax: writeBytesMax,
        admit: () => options.rate.admit(),
        handle: (request) => exportMetrics(options, request),
      },
    ],
    refuse(error, { headers }) {
      const { contentType, body } = exportFailure(
        encodingOf(headers['content-type']),
        codes[error.code] ?? statusCodes.internal,
        error.message,
      );
      return { status: error.code, contentType, body };
    },
  };
}

async function exportMetrics(options: WriteEndpointsOptions, request: HttpRequest): Promise<HttpReply> {
  const headers = {
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
  };
  const encoding = negotiated(headers);
  // Others may have been admitted beside it.
  options.rate.admit();
  const database = await options.database();
  // Small bodies lie in a pool that others use too.
  const own = new Uint8Array(request.body);
  const outcome = await refusing(() => database.otlpWrite(own, headers, options.nowMs()));
  options.rate.charge(sentSamples(outcome));
  const rejected = Object.values(outcome.refused).reduce((sum, count) => sum + count, 0);
  const { contentType, body } = exportResponse(encoding, rejected, outcome.refusals.join('; '));
  return { status: 200, contentType, body };
}

/** @throws StatusError 415 */
function negotiated(headers: Parameters<typeof negotiateExport>[0]): OtlpEncoding {
  try {
    return negotiateExport(headers);
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    throw new StatusError(error.status, 'UnsupportedMediaType', error.message, undefined, error);
  }
}

/** Errors are encoded as the request is; JSON is for whoever sends something else. */
function encodingOf(contentType: string | undefined): OtlpEncoding {
  return contentType?.trim().toLowerCase().startsWith('application/x-protobuf') === true
    ? 'protobuf'
    : 'json';
}

const codes: Readonly<Record<number, (typeof statusCodes)[keyof typeof statusCodes]>> = {
  400: statusCodes.invalidArgument,
  401: statusCodes.unauthenticated,
  403: statusCodes.permissionDenied,
  404: statusCodes.unimplemented,
  405: statusCodes.unimplemented,
  413: statusCodes.resourceExhausted,
  415: statusCodes.invalidArgument,
  429: statusCodes.resourceExhausted,
  503: statusCodes.unavailable,
};

import { WireWriter } from '@plinth/protobuf-wire';
import type { OtlpEncoding } from './export-request.ts';

/** The body of an answer and its content type. */
export interface ExportResponse {
  readonly contentType: string;
  readonly body: Uint8Array;
}

const contentTypes: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

function response(encoding: OtlpEncoding, json: object, write: (writer: WireWriter) => void): ExportResponse {
  const contentType = contentTypes[encoding];
  if (encoding === 'json') return { contentType, body: Buffer.from(JSON.stringify(json)) };
  const writer = new WireWriter();
  write(writer);
  return { contentType, body: writer.finish() };
}

/**
 * The `ExportMetricsServiceResponse` of a request that was taken, wholly or in part: its status is 200 in both cases.
 * @param rejectedDataPoints - how many were not taken; their senders must not send them again.
 * @param message - why, or a warning; empty when there is nothing to say.
 * Spec: OTLP 1.9, "Full Success", "Partial Success".
 */
export function exportResponse(
  encoding: OtlpEncoding,
  rejectedDataPoints: number,
  message: string,
): ExportResponse {
  if (rejectedDataPoints === 0 && message === '') return response(encoding, {}, () => undefined);
  const partialSuccess = {
    ...(rejectedDataPoints === 0 ? {} : { rejectedDataPoints: String(rejectedDataPoints) }),
    ...(message === '' ? {} : { errorMessage: message }),
  };
  return response(encoding, { partialSuccess }, (writer) => {
    const start = writer.begin(1);
    if (rejectedDataPoints !== 0) writer.int64(1, rejectedDataPoints);
    if (message !== '') writer.text(2, message);
    writer.end(start);
  });
}

/** Codes of `google.rpc.Status` that a receiver of metrics answers with. Spec: google/rpc/code.proto. */
export const statusCodes = {
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * The `google.rpc.Status` of a request that was refused.
 * Spec: OTLP 1.9, "Failures": every answer with a status of 4xx or 5xx has it.
 */
export function exportFailure(
  encoding: OtlpEncoding,
  code: (typeof statusCodes)[keyof typeof statusCodes],
  message: string,
): ExportResponse {
  return response(encoding, { code, message }, (writer) => writer.uint32(1, code).text(2, message));
}

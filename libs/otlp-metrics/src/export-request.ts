import { gunzipSync } from 'node:zlib';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import type { ResourceMetrics } from './metrics-data.ts';
import { OtlpError } from './otlp-error.ts';

/** How a request is encoded; its answer is encoded in the same way. */
export type OtlpEncoding = 'protobuf' | 'json';

const encodingOfType: ReadonlyMap<string, OtlpEncoding> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

/** The headers that say how a request is to be read. */
export interface ExportRequestHeaders {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** The limit of the protocol for a request, after decompression. Spec: OTLP 1.9, "OTLP/HTTP Request". */
export const exportSizeBytesMax = 20 * 1024 * 1024;

/** @throws OtlpError of code `unsupported`, to be answered with 415. */
export function negotiateExport(headers: ExportRequestHeaders): OtlpEncoding {
  const type = headers.contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = encodingOfType.get(type);
  if (encoding !== undefined) return encoding;
  const found = type === '' ? 'no content type' : `content type ${type}`;
  throw new OtlpError('unsupported', `${found}, expected application/x-protobuf or application/json`);
}

/**
 * Decompresses and decodes a request. Runs on the calling thread.
 * @param sizeBytesMax - after decompression.
 * @throws OtlpError
 * Spec: OTLP 1.9, "OTLP/HTTP Request".
 */
export function decodeExportRequest(
  body: Uint8Array,
  headers: ExportRequestHeaders,
  sizeBytesMax = exportSizeBytesMax,
): ResourceMetrics[] {
  const encoding = negotiateExport(headers);
  const bytes = decompressed(body, headers.contentEncoding, sizeBytesMax);
  return encoding === 'json' ? decodeJson(bytes) : decodeProtobuf(bytes);
}

function decompressed(
  body: Uint8Array,
  contentEncoding: string | undefined,
  sizeBytesMax: number,
): Uint8Array {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') {
    if (body.length > sizeBytesMax) throw tooLarge(sizeBytesMax);
    return body;
  }
  if (encoding !== 'gzip') {
    throw new OtlpError('unsupported', `content encoding ${encoding}, expected gzip or none`);
  }
  try {
    return gunzipSync(body, { maxOutputLength: sizeBytesMax });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(sizeBytesMax, cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OtlpError('malformed', `gzip: ${reason}`, { cause });
  }
}

function tooLarge(sizeBytesMax: number, cause?: unknown): OtlpError {
  return new OtlpError('too_large', `a request of more than ${sizeBytesMax} bytes after decompression`, {
    cause,
  });
}

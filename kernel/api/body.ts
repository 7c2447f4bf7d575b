import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as KubeProtobuf from '@plinth/kube-protobuf';
import { parseSingle } from '@plinth/manifest';
import { isObject } from '../model/json.ts';
import { badRequest, unsupportedMediaType } from '../model/status-error.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** A request body as JSON, with the fields that stood in it twice. */
export interface DecodedBody {
  readonly value: unknown;
  readonly duplicates: readonly string[];
}

const protobuf = 'application/vnd.kubernetes.protobuf';

/** The media type without its parameters, in lower case; JSON when there is none. */
export function mediaType(header: string | undefined): string {
  if (header === undefined || header === '') return 'application/json';
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}

/**
 * Decodes the body of a create or an update.
 * @throws StatusError 415 for other media types, 400 with line and column where the text is not well-formed.
 */
export function decodeBody(
  bytes: Buffer,
  contentType: string | undefined,
  validation: FieldValidation,
): DecodedBody {
  const type = mediaType(contentType);
  if (type === protobuf) return { value: decodeProtobuf(bytes), duplicates: [] };
  if (type === 'application/json' || type === 'text/json') {
    return decodeText(bytes, 'json', validation);
  }
  if (type === 'application/yaml' || type === 'application/x-yaml' || type === 'text/yaml') {
    return decodeText(bytes, 'yaml', validation);
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${protobuf}`,
  );
}

/** As decodeBody, for bodies that must be an object. */
export function decodeObject(
  bytes: Buffer,
  contentType: string | undefined,
  validation: FieldValidation,
): { value: Record<string, unknown>; duplicates: readonly string[] } {
  const body = decodeBody(bytes, contentType, validation);
  if (!isObject(body.value))
    throw badRequest('the body of the request must be an object with apiVersion and kind');
  return { value: body.value, duplicates: body.duplicates };
}

let kubeProtobuf: typeof KubeProtobuf | undefined;

/** The decoder is loaded at the first such body, as hardly any client sends one. */
function decodeProtobuf(bytes: Buffer): unknown {
  kubeProtobuf ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('@plinth/kube-protobuf')),
  ) as typeof KubeProtobuf;
  const decoded = kubeProtobuf.decodeEnvelope(bytes);
  if (!decoded.ok) throw badRequest(`the protobuf body cannot be read: ${decoded.error.message}`);
  const { apiVersion, kind, object } = decoded.value;
  return { ...object, apiVersion, kind };
}

/** Decodes JSON or YAML text of one document. */
export function decodeText(bytes: Buffer, format: 'json' | 'yaml', validation: FieldValidation): DecodedBody {
  const parsed = parseSingle(bytes.toString('utf8'), { format, detectDuplicates: validation !== 'Ignore' });
  if (parsed.ok) {
    const { value, duplicates } = parsed;
    return {
      value,
      duplicates: duplicates.length === 0 ? [] : duplicates.map((duplicate) => duplicate.path),
    };
  }
  const { line, column, message, hint } = parsed.error;
  const remedy = hint ? `; ${hint}` : '';
  const where = `line ${line}, column ${column}`;
  throw badRequest(
    `the body of the request is not valid ${format.toUpperCase()}: ${where}: ${message}${remedy}`,
  );
}

/**
 * Answers fields that were not taken over: an error when strict, warnings otherwise.
 * Spec: Kubernetes API, Field validation.
 */
export function reportDropped(
  problems: readonly string[],
  validation: FieldValidation,
  target: { kind: string; version: string },
  warn: (message: string) => void,
): void {
  if (problems.length === 0 || validation === 'Ignore') return;
  if (validation === 'Warn') {
    for (const problem of problems) warn(problem);
    return;
  }
  const { kind, version } = target;
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${problems.join(', ')}`,
  );
}

/** Reads `fieldValidation`; `Warn` when absent, as the Kubernetes API does. */
export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation');
  if (value === null || value === '' || value === 'Warn') return 'Warn';
  if (value === 'Strict' || value === 'Ignore') return value;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
  );
}

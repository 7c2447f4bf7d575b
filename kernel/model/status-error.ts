import { type FieldError, formatFieldError } from '@plinth/structural-schema/field-error';

/** Spec: Kubernetes meta/v1 StatusCause. `field` is a JSON path such as `spec.rules[3].expr`. */
export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** Spec: Kubernetes meta/v1 StatusDetails. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** Spec: Kubernetes meta/v1 Status. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { resourceVersion?: string; continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** What an error is about: the group and plural of a resource and, when known, the object's name. */
export interface ResourceRef {
  group: string;
  resource: string;
  name?: string;
}

/** A refusal by the API: it is answered to the client as a Kubernetes `Status` with this code and reason. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The error as the body of an API answer. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** `resource.group "name"` as Kubernetes prints it in messages. */
function qualified(ref: ResourceRef): string {
  return ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}`;
}

function detailsOf(ref: ResourceRef): StatusDetails {
  return {
    ...(ref.name === undefined ? {} : { name: ref.name }),
    ...(ref.group === '' ? {} : { group: ref.group }),
    kind: ref.resource,
  };
}

/** 404: there is no such object, or the caller may not know of it. */
export function notFound(ref: ResourceRef): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(ref)} "${ref.name ?? ''}" not found`, detailsOf(ref));
}

/** 404 of a path or a kind that the server does not know. */
export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409: an object of that name is there already. */
export function alreadyExists(ref: ResourceRef): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(ref)} "${ref.name ?? ''}" already exists`,
    detailsOf(ref),
  );
}

/** 409: the object has moved since the caller read it; `why` says what to do. */
export function conflict(ref: ResourceRef, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(ref)} "${ref.name ?? ''}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(ref));
}

/** The sentence that every stale `resourceVersion` is answered with. */
export const staleMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409 of server-side apply: other managers own fields that the caller sets to other values. */
export function applyConflict(causes: StatusCause[]): StatusError {
  const plural = causes.length === 1 ? 'conflict' : 'conflicts';
  const listed = causes.map((cause) => `${cause.message}: ${cause.field ?? ''}`);
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${listed[0] ?? ''}`
      : `Apply failed with ${causes.length} ${plural}: ${listed.join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

/** 422: the object breaks rules of its kind; one cause per broken rule. */
export function invalid(
  group: string,
  kind: string,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const lines = errors.map(formatFieldError);
  const listed = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${listed}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind,
    causes: errors.map((error, i) => ({
      reason: error.type,
      message: withoutField(lines[i] ?? '', error.field),
      field: error.field,
    })),
  });
}

function withoutField(line: string, field: string): string {
  return line.startsWith(`${field}: `) ? line.slice(field.length + 2) : line;
}

/** 400: the request cannot be understood. */
export function badRequest(message: string, causes?: StatusCause[]): StatusError {
  return new StatusError(400, 'BadRequest', message, causes ? { causes } : undefined);
}

/** 401: no credential, or one that is not valid. */
export function unauthorized(message = 'Unauthorized'): StatusError {
  return new StatusError(401, 'Unauthorized', message);
}

/** 403: the caller is known and may not do this. */
export function forbidden(ref: ResourceRef, why: string): StatusError {
  const object = ref.name ? ` "${ref.name}"` : '';
  return new StatusError(403, 'Forbidden', `${qualified(ref)}${object} is forbidden: ${why}`, detailsOf(ref));
}

/** 405: the resource has no such verb. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** 406: none of the accepted media types can be produced. */
export function notAcceptable(message: string): StatusError {
  return new StatusError(406, 'NotAcceptable', message);
}

/** 410: the revision or the continue token asked for has been compacted away. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** 413: the body is larger than `limitBytes`. */
export function tooLarge(limitBytes: number): StatusError {
  return new StatusError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${limitBytes} bytes`,
  );
}

/** 415: the body is of a media type that this verb does not take. */
export function unsupportedMediaType(message: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** 429: the server sheds load; try again after `seconds`. */
export function tooManyRequests(message: string, seconds: number): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds: seconds });
}

/** 500: a fault of ours; `cause` keeps what happened. */
export function internal(message: string, cause?: unknown): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, undefined, cause);
}

/** 503: the server cannot do this now; the message names cause and remedy. */
export function unavailable(message: string, cause?: unknown): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 }, cause);
}

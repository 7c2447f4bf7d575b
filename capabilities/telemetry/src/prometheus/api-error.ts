/** Kinds of errors that the Prometheus API tells apart. Spec: Prometheus 3.14, web/api/v1/api.go. */
export type ApiErrorType =
  | 'bad_data'
  | 'execution'
  | 'canceled'
  | 'timeout'
  | 'internal'
  | 'unavailable'
  | 'not_found'
  | 'unauthorized'
  | 'forbidden'
  | 'too_many_requests';

const statuses: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  canceled: 499,
  timeout: 503,
  internal: 500,
  unavailable: 503,
  not_found: 404,
  unauthorized: 401,
  forbidden: 403,
  too_many_requests: 429,
};

/** A request that the Prometheus API refuses, or that failed. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly type: ApiErrorType;

  constructor(type: ApiErrorType, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.type = type;
  }

  /** HTTP status. */
  get status(): number {
    return statuses[this.type];
  }
}

/** A parameter that cannot be used, in the words of Prometheus. */
export function invalidParameter(name: string, why: string): ApiError {
  return new ApiError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${why}`);
}

/** The error as the body of an answer. */
export function errorBody(type: ApiErrorType, message: string): string {
  return JSON.stringify({ status: 'error', errorType: type, error: message });
}

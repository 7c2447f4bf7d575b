/** Why a query has no result: it cannot be evaluated over this data, took too long, was canceled, or would need too much memory. */
export type QueryErrorReason = 'execution' | 'timeout' | 'canceled' | 'too-many-samples';

/** A query that failed, in the words of Prometheus. The HTTP API tells the reasons apart. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly reason: QueryErrorReason;

  constructor(reason: QueryErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The data does not allow the operation. */
export function refuse(message: string): never {
  throw new QueryError('execution', message);
}

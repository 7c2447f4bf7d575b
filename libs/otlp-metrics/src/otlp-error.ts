/**
 * Why a request is refused.
 *
 * - `malformed`: 400
 * - `too_large`: 413
 * - `unsupported`: a content type or encoding that is not known, 415
 */
export type OtlpErrorCode = 'malformed' | 'too_large' | 'unsupported';

/** A request that cannot be read. */
export class OtlpError extends Error {
  readonly code: OtlpErrorCode;

  constructor(code: OtlpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OtlpError';
    this.code = code;
  }

  /** Of the answer. */
  get status(): 400 | 413 | 415 {
    if (this.code === 'malformed') return 400;
    return this.code === 'too_large' ? 413 : 415;
  }
}

/**
 * Why a patch was refused.
 *
 * - `malformed`: the patch itself is not a patch of its kind (HTTP 400)
 * - `not_applicable`: a well-formed patch that this document cannot take (HTTP 422)
 * - `test_failed`: a `test` operation found another value (HTTP 422)
 * - `limit`: more operations, copies or nesting than allowed (HTTP 413)
 */
export type PatchErrorCode = 'malformed' | 'not_applicable' | 'test_failed' | 'limit';

/** One refused patch: what, where and in which operation. */
export type PatchError = {
  readonly code: PatchErrorCode;
  /** A sentence for the caller, naming the operation, what was found and what was expected. */
  readonly message: string;
  /** JSON pointer (JSON patch) or field path (merge patches) of the place; empty for the whole document. */
  readonly path: string;
  /** Index of the operation in a JSON patch; absent for merge patches. */
  readonly opIndex?: number;
};

/** The patched document, or the reason why there is none. */
export type PatchResult<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: PatchError };

/** Carries a refusal out of a recursion; it never leaves this package. */
export class PatchRefusal extends Error {
  readonly code: PatchErrorCode;
  readonly path: string;

  constructor(code: PatchErrorCode, path: string, message: string) {
    super(message);
    this.name = 'PatchRefusal';
    this.code = code;
    this.path = path;
  }
}

/**
 * Runs a patch and turns a refusal into a result; any other error is a bug and passes through.
 * @param apply computes the patched document
 * @returns the document or the refusal
 */
export function capture<T>(apply: () => T): PatchResult<T> {
  try {
    return { ok: true, value: apply() };
  } catch (error) {
    if (!(error instanceof PatchRefusal)) throw error;
    return { ok: false, error: { code: error.code, message: error.message, path: error.path } };
  }
}

/**
 * Why bytes or an object were refused.
 *
 * - `not_envelope`: the bytes do not start with the magic number of a Kubernetes protobuf body
 * - `malformed`: the bytes are no valid protobuf of the message, or a value has the wrong type
 * - `unknown_kind`: no message is known for the apiVersion and kind
 * - `unsupported`: a content encoding or content type that is not protobuf
 * - `limit`: nested more deeply than allowed
 */
export type ProtobufErrorCode = 'not_envelope' | 'malformed' | 'unknown_kind' | 'unsupported' | 'limit';

/** One refusal. */
export type ProtobufError = {
  readonly code: ProtobufErrorCode;
  readonly message: string;
  /** Field path such as `metadata.managedFields[0].time`; empty for the envelope itself. */
  readonly path: string;
};

/** A value, or the reason why there is none. */
export type ProtobufResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ProtobufError };

/** Carries a refusal out of a recursion; it never leaves this package. */
export class ProtobufRefusal extends Error {
  readonly code: ProtobufErrorCode;
  readonly path: string;

  constructor(code: ProtobufErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtobufRefusal';
    this.code = code;
    this.path = path;
  }
}

/**
 * Runs a conversion and turns a refusal into a result; any other error is a bug and passes through.
 * @param convert the conversion
 * @returns the value or the refusal
 */
export function capture<T>(convert: () => T): ProtobufResult<T> {
  try {
    return { ok: true, value: convert() };
  } catch (error) {
    if (!(error instanceof ProtobufRefusal)) throw error;
    return { ok: false, error: { code: error.code, message: error.message, path: error.path } };
  }
}

/** What is wrong with a file that holds a key, or with a text that a key should open. */
export type KeyErrorCode = 'key.permission' | 'key.damaged' | 'key.missing' | 'key.mismatch';

/** A refusal that has to do with keys. `hint` says what to do. No message ever holds key material. */
export class KeyError extends Error {
  override name = 'KeyError';
  readonly code: KeyErrorCode;
  readonly hint: string;

  constructor(code: KeyErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

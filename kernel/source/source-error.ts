/** Why a source could not be read; capabilities have codes of their own besides. */
export type SourceErrorCode =
  | 'SourceInvalid'
  | 'SourceNotFound'
  | 'SourceUnreadable'
  | 'SourceTooLarge'
  | 'GitMissing'
  | 'GitFailed'
  | 'Timeout'
  | (string & {});

/** Codes that only a change of the declaration or of its source puts right: trying again alone does not help. */
const stalling: ReadonlySet<SourceErrorCode> = new Set(['SourceInvalid', 'SourceTooLarge']);

/** A source that could not be read: what was done to which source, what was found, and in `hint` what to do. */
export class SourceError extends Error {
  override name = 'SourceError';
  readonly code: SourceErrorCode;
  readonly hint: string;
  /** Whether it stays as it is until somebody changes something. */
  readonly stalls: boolean;

  constructor(
    code: SourceErrorCode,
    message: string,
    hint: string,
    { cause, stalls = stalling.has(code) }: { readonly cause?: unknown; readonly stalls?: boolean } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.stalls = stalls;
  }
}

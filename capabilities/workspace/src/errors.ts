/** Why a source could not be read. */
export type SourceErrorCode =
  | 'SourceInvalid'
  | 'SourceNotFound'
  | 'SourceUnreadable'
  | 'SourceTooLarge'
  | 'KustomizeUnsupported'
  | 'GitMissing'
  | 'GitFailed'
  | 'Forbidden'
  | 'Timeout';

/** Codes that only a change of the workspace or its source puts right: trying again alone does not help. */
const stalling: ReadonlySet<SourceErrorCode> = new Set([
  'SourceInvalid',
  'SourceTooLarge',
  'KustomizeUnsupported',
]);

/** A source that could not be read: what was done to which source, what was found, and in `hint` what to do. */
export class SourceError extends Error {
  override name = 'SourceError';
  readonly code: SourceErrorCode;
  readonly hint: string;

  constructor(code: SourceErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }

  /** Whether it stays as it is until somebody changes something. */
  get stalls(): boolean {
    return stalling.has(this.code);
  }
}

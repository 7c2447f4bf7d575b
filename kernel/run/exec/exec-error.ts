/** Why a program was not run, or its log not read. */
export type ExecErrorCode =
  | 'exec.secret-too-short'
  | 'exec.secrets-too-large'
  | 'exec.unrecorded'
  | 'exec.log-unwritable'
  | 'exec.log-unreadable'
  | 'exec.log-not-found'
  | 'exec.log-busy'
  | 'exec.name-invalid';

/** A refusal that has to do with programs of runs and their logs. No message holds a secret. */
export class ExecError extends Error {
  override name = 'ExecError';
  readonly code: ExecErrorCode;
  readonly hint: string;

  constructor(code: ExecErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

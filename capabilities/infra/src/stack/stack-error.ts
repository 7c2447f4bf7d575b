/** Why nothing can be done for a stack now: what a user has to put right, or what has to come first. */
export type StackErrorCode =
  | 'ValueMissing'
  | 'WaitingForStack'
  | 'WaitingForUpload'
  | 'DependencyCycle'
  | 'SourceInvalid'
  | 'ModuleVersionMissing';

/** A refusal that belongs into the status of a stack. */
export class StackError extends Error {
  override name = 'StackError';
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What is wrong with a backup or a restore.
 *
 *   backup.incomplete   the archive ends before its manifest
 *   backup.damaged      its content is not what its manifest says
 *   backup.mismatch     its content does not hold together: the audit log, counts, sealed values
 *   backup.newer        a newer program wrote it
 *   restore.occupied    the place is not empty
 *   restore.unfinished  a restore into this place did not come to its end
 *   restore.full        the disk of the place is full
 *   store.moved         the store was moved into a database, and is not used here any more
 *   backup.moved        the store changed under the backup, such as a log that was removed
 */
export type BackupErrorCode =
  | 'backup.incomplete'
  | 'backup.damaged'
  | 'backup.mismatch'
  | 'backup.newer'
  | 'backup.moved'
  | 'restore.occupied'
  | 'restore.unfinished'
  | 'restore.full'
  | 'store.moved';

/** A refusal that has to do with a backup. `hint` says what to do. */
export class BackupError extends Error {
  override name = 'BackupError';
  readonly code: BackupErrorCode;
  readonly hint: string;
  /** What is wrong, without what it was found in. */
  readonly detail: string;

  constructor(
    code: BackupErrorCode,
    message: string,
    hint: string,
    details: { cause?: unknown; detail?: string } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = hint;
    this.detail = details.detail ?? message;
  }
}

/** The archive was changed after it was made, or never was one. */
export function damaged(what: string, cause?: unknown): BackupError {
  const hint = 'take another backup; keep this one until it is clear what happened to it';
  return new BackupError('backup.damaged', `the backup is damaged: ${what}`, hint, { cause, detail: what });
}

/** What is in the archive does not fit together, although it is what was written. */
export function mismatch(what: string): BackupError {
  const hint =
    'take another backup, and find out with `plinth doctor` what is wrong with the control plane it is of';
  return new BackupError('backup.mismatch', `the copy does not hold together: ${what}`, hint, {
    detail: what,
  });
}

import { StoreError, type StoreErrorCode } from './port.ts';
import type { Refusal } from './sqlite-protocol.ts';

/** Primary result codes of SQLite. Spec: https://sqlite.org/rescode.html */
export const sqliteCode = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;

/** The primary result code of an error that came from SQLite, else undefined. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

/** What an error means for a writer. */
export function writeRefusal(error: unknown, directory: string): StoreError {
  const message = error instanceof Error ? error.message : String(error);
  const refuse = (cause: string, hint: string): StoreError =>
    new StoreError('read-only', `the store in ${directory} cannot write: ${cause}`, { hint, cause: error });
  switch (sqliteCodeOf(error)) {
    case sqliteCode.full:
      return refuse(
        'the disk is full',
        `free space on the file system of ${directory}; writing resumes by itself, and reads go on meanwhile`,
      );
    case sqliteCode.ioError:
      return refuse(
        `the disk reports an I/O error (${message})`,
        `check free space, quota and the kernel log for the disk of ${directory}; writing resumes by itself once it works`,
      );
    case sqliteCode.corrupt:
    case sqliteCode.notDatabase:
      return refuse(
        `the database is damaged (${message})`,
        'stop the server, run `plinth doctor`, and restore the newest backup if it confirms the damage',
      );
    case sqliteCode.readOnly:
    case sqliteCode.permission:
    case sqliteCode.cannotOpen:
      return refuse(
        `no right to write (${message})`,
        `give the user of this process the right to write to ${directory} and the files in it`,
      );
    default:
      return refuse(message, 'see the cause; writing resumes by itself if it passes');
  }
}

/** What an error means for somebody opening the store. */
export function openRefusal(error: unknown, directory: string, owner: number | undefined): StoreError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return error;
  switch (sqliteCodeOf(error)) {
    case sqliteCode.busy:
    case sqliteCode.locked: {
      const who = owner === undefined ? 'another process' : `the process ${owner}`;
      return new StoreError('locked', `the store in ${directory} is in use by ${who}`, {
        hint: `stop ${owner === undefined ? 'it' : `process ${owner}`}, or name another data directory`,
        cause: error,
      });
    }
    case sqliteCode.permission:
    case sqliteCode.readOnly:
    case sqliteCode.cannotOpen:
      return permissionRefusal(directory, message, error);
    case sqliteCode.full:
    case sqliteCode.ioError:
      return writeRefusal(error, directory);
    default:
      return damagedRefusal(directory, message, error);
  }
}

export function permissionRefusal(directory: string, message: string, cause: unknown): StoreError {
  return new StoreError('permission', `no right to open the store in ${directory}: ${message}`, {
    hint: `run as the owner of ${directory}, or give this user the right to read and write it`,
    cause,
  });
}

export function damagedRefusal(directory: string, message: string, cause?: unknown): StoreError {
  return new StoreError('damaged', `the store in ${directory} cannot be read: ${message}`, {
    hint: 'restore the newest backup; `plinth doctor` shows what is left. Keep the damaged files until then',
    cause,
  });
}

/** Takes a StoreError apart for its way to another thread. */
export function toRefusal(error: StoreError): Refusal {
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const message =
    cause === undefined || error.message.includes(cause) ? error.message : `${error.message} (${cause})`;
  return { code: error.code, message, hint: error.hint };
}

/** Puts it together again. */
export function fromRefusal(refusal: {
  code: StoreErrorCode;
  message: string;
  hint: string | undefined;
}): StoreError {
  return new StoreError(
    refusal.code,
    refusal.message,
    refusal.hint === undefined ? {} : { hint: refusal.hint },
  );
}

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { damagedRefusal, permissionRefusal } from './sqlite-errors.ts';

/** Files of a data directory. */
export interface DataFiles {
  readonly directory: string;
  /** The database and the log that SQLite keeps beside it. */
  readonly database: string;
  readonly log: string;
  /** Says that a database was made here, so that a lost one is not taken for a first start. */
  readonly marker: string;
  /** Process id of the owner: only for messages, the lock is SQLite's. */
  readonly owner: string;
}

export function dataFiles(directory: string): DataFiles {
  const database = join(directory, 'store.db');
  return {
    directory,
    database,
    log: `${database}-wal`,
    marker: join(directory, 'store.id'),
    owner: join(directory, 'store.pid'),
  };
}

/**
 * Makes the data directory (0700) and an empty database file (0600) unless they are there.
 * @throws StoreError `permission`, or `damaged` when a database was here and is gone.
 */
export function prepareDirectory(files: DataFiles, readOnly: boolean): void {
  const { directory, database, marker } = files;
  try {
    if (!readOnly && !existsSync(directory)) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      syncDirectory(dirname(directory));
    }
    accessSync(directory, readOnly ? constants.R_OK | constants.X_OK : constants.W_OK | constants.X_OK);
    if (existsSync(marker) && sizeOf(database) === 0) {
      throw damagedRefusal(directory, `${database} is missing or empty, although a store was made here`);
    }
    if (readOnly && !existsSync(database)) throw damagedRefusal(directory, `there is no ${database}`);
    if (!readOnly) closeSync(openSync(database, 'a', 0o600));
    accessSync(database, readOnly ? constants.R_OK : constants.R_OK | constants.W_OK);
  } catch (error) {
    if (isPermission(error)) throw permissionRefusal(directory, error.message, error);
    throw error;
  }
}

/** Leaves the marker of a finished first start; durable, and only once the database is. */
export function leaveMarker(files: DataFiles, storeId: string): void {
  if (existsSync(files.marker)) return;
  const file = openSync(files.marker, 'w', 0o600);
  try {
    writeFileSync(file, `${storeId}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncDirectory(files.directory);
}

export function leaveOwner(files: DataFiles): void {
  writeFileSync(files.owner, `${process.pid}\n`, { mode: 0o600 });
}

export function removeOwner(files: DataFiles): void {
  rmSync(files.owner, { force: true });
}

/** The process that says it owns the directory and is alive. */
export function ownerOf(files: DataFiles): number | undefined {
  let text: string;
  try {
    text = readFileSync(files.owner, 'utf8');
  } catch {
    return undefined; // Nobody has left a note: the owner is unknown, which is all that this is asked for.
  }
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
}

/** Bytes of a file; 0 when it is absent or hidden from us. */
export function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    if (isPermission(error)) return 0;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isPermission(error); // It lives, but belongs to somebody else.
  }
}

/** Makes a rename or a new file in the directory durable. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isPermission(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS';
}

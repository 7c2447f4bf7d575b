import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KeyError } from './key-error.ts';

const groupOrWorld = 0o077;

/** Whether an error of node:fs says that the file is not there. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function assertPrivate(path: string, mode: number, wanted: string): void {
  if ((mode & groupOrWorld) === 0) return;
  const found = (mode & 0o777).toString(8).padStart(4, '0');
  throw new KeyError(
    'key.permission',
    `${path} holds keys and others may read it: its mode is ${found}, it must be ${wanted}`,
    `If nobody else can have read it, run: chmod ${wanted} ${path}. Otherwise treat the keys as known to others.`,
  );
}

/**
 * Makes `directory` with mode 0700 when it is absent.
 * @throws KeyError `key.permission` when it is there and group or world have any right to it.
 */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  assertPrivate(directory, statSync(directory).mode, '0700');
}

/**
 * Reads a file that holds a key; undefined when there is none.
 * @throws KeyError `key.permission` when group or world have any right to it.
 */
export function readPrivateFile(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    // The rights of what was opened, not of what the path names a moment later.
    assertPrivate(path, fstatSync(descriptor).mode, '0600');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file with mode 0600, atomically and durably: a reader, or a crash, finds the old content or the new one.
 * The directory must be there.
 */
export function writePrivateFile(path: string, content: string): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      // A umask can only take rights away; the owner must be able to read the file again.
      fchmodSync(descriptor, 0o600);
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Makes a rename in the directory durable. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DataFiles, sizeOf, syncDirectory } from './data-directory.ts';
import { StoreError } from './port.ts';

const copyName = /^before-upgrade-from-\d+\.db(\.part)?$/;

/** Where the copy lies that is made before a store of `version` is brought up. */
export function safetyCopyOf(files: DataFiles, version: number): string {
  return join(files.directory, `before-upgrade-from-${version}.db`);
}

/**
 * Copies the database beside itself before its tables are changed; put in its place, with SQLite's log removed, it serves
 * the program of before. One copy is kept, the newest.
 * @throws StoreError `read-only` when there is no space for it
 */
export function keepSafetyCopy(database: DatabaseSync, files: DataFiles, version: number): void {
  const path = safetyCopyOf(files, version);
  const part = `${path}.part`;
  const needed = sizeOf(files.database) + sizeOf(files.log);
  const { bavail, bsize } = statfsSync(files.directory);
  if (bavail * bsize < needed) {
    throw new StoreError(
      'read-only',
      `the store in ${files.directory} has an older schema and is copied before it is brought up, but of the ${needed} bytes that this takes ${bavail * bsize} are free`,
      { hint: `free space on the file system of ${files.directory} and start again; nothing was changed` },
    );
  }
  rmSync(part, { force: true });
  closeSync(openSync(part, 'wx', 0o600));
  try {
    database.prepare('VACUUM INTO ?').run(part);
    const file = openSync(part, 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    for (const name of readdirSync(files.directory)) {
      if (copyName.test(name) && join(files.directory, name) !== part) rmSync(join(files.directory, name));
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  syncDirectory(files.directory);
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../crypto/private-file.ts';
import { isObject } from '../model/json.ts';
import { BackupError } from './backup-error.ts';

/** Says that the store of a data directory was moved into a database. */
const markName = 'store-moved.json';

/** Leaves the mark, durably. @param where the database in words, without a password */
export function markMoved(dataDirectory: string, where: string): void {
  writePrivateFile(join(dataDirectory, markName), `${JSON.stringify({ where })}\n`);
}

/**
 * Refuses the embedded store of a data directory that was moved: who goes on with it has two stores that differ.
 * @throws BackupError `store.moved`
 */
export function requireNotMoved(dataDirectory: string): void {
  const path = join(dataDirectory, markName);
  if (!existsSync(path)) return;
  const mark: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const where = isObject(mark) ? String(mark['where']) : 'a database';
  throw new BackupError(
    'store.moved',
    `the store of ${dataDirectory} was moved to ${where}`,
    `start it there, with --database; to go back to the state of the move, and lose what came after it, remove ${path}`,
  );
}

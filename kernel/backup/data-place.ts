import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDirectory, writePrivateFile } from '../crypto/private-file.ts';
import { isObject } from '../model/json.ts';
import { BackupError } from './backup-error.ts';
import type { ArchivedFile } from './private-files.ts';

/** Says that a restore into the directory has not come to its end, or that keys are still to be put there. */
const markerName = 'restore-unfinished.json';

/**
 * Refuses a data directory that is not whole: one that a restore was interrupted in, or whose backup had no keys and
 * that has not got them yet. A start would make new keys, and nothing sealed could ever be opened again.
 * @throws BackupError `restore.unfinished`
 */
export function requireWhole(dataDirectory: string): void {
  const path = join(dataDirectory, markerName);
  if (!existsSync(path)) return;
  const marker: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const missing =
    isObject(marker) && Array.isArray(marker['missing']) ? marker['missing'].map(String) : undefined;
  if (missing === undefined) {
    throw new BackupError(
      'restore.unfinished',
      `a restore into ${dataDirectory} did not come to its end`,
      `remove ${dataDirectory} and restore again`,
    );
  }
  const absent = missing.filter((name) => !existsSync(join(dataDirectory, name)));
  if (absent.length > 0) {
    throw new BackupError(
      'restore.unfinished',
      `the backup that ${dataDirectory} was restored from had no keys, and it still lacks ${absent.join(', ')}`,
      `copy them there from where they are kept; to begin with new ones, and lose what is sealed, remove ${path}`,
    );
  }
  rmSync(path);
  syncDirectory(dataDirectory);
}

/** An empty directory that a control plane is restored into. */
export class DataPlace {
  readonly directory: string;

  /**
   * Takes the directory; it is made with mode 0700 when it is absent.
   * @throws BackupError `restore.occupied` or `restore.unfinished`
   */
  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    requireWhole(directory);
    const [found] = readdirSync(directory);
    if (found !== undefined) {
      throw new BackupError(
        'restore.occupied',
        `${directory} is not empty: it holds ${found}`,
        'name a new directory: a restore replaces nothing',
      );
    }
    ensurePrivateDirectory(directory);
    this.#write(join(directory, markerName), '{}\n');
  }

  /** Puts a file there, durably. */
  put({ name, content }: ArchivedFile): void {
    const path = join(this.directory, name);
    const above = dirname(path);
    mkdirSync(above, { recursive: true, mode: 0o700 });
    this.#write(path, content.toString('utf8'));
  }

  /**
   * All is there: from now on it is a data directory like any other.
   * @param missing files that a start waits for
   */
  finish(missing: readonly string[]): void {
    const path = join(this.directory, markerName);
    if (missing.length > 0) writePrivateFile(path, `${JSON.stringify({ missing })}\n`);
    else rmSync(path);
    syncDirectory(this.directory);
  }

  /** @throws BackupError `restore.full` */
  #write(path: string, content: string): void {
    try {
      writePrivateFile(path, content);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
      throw new BackupError(
        'restore.full',
        `no space is left for ${path}`,
        `free space on the file system of ${this.directory}, or name another place`,
        { cause: error },
      );
    }
  }

  /** Empties it again; the mark goes last. */
  abandon(): void {
    for (const name of readdirSync(this.directory)) {
      if (name !== markerName) rmSync(join(this.directory, name), { recursive: true, force: true });
    }
    rmSync(join(this.directory, markerName), { force: true });
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

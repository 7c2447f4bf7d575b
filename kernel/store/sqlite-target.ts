import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type DataFiles, dataFiles, leaveMarker, prepareDirectory, sizeOf } from './data-directory.ts';
import { checkpointBytes } from './limits.ts';
import { type LogEntry, StoreError } from './port.ts';
import { EntryTable } from './sqlite-entries.ts';
import { openRefusal, writeRefusal } from './sqlite-errors.ts';
import { checksum, createSchema, openDatabase } from './sqlite-file.ts';
import { transact } from './sqlite-migrations.ts';
import type { LoadedObject, StoreTarget } from './store-target.ts';

/**
 * Makes a store in a directory that has none, to load another one into.
 * @param what is being done, for whoever finds it incomplete, such as `a restore`
 * @throws StoreError `permission`, `read-only` when the disk is full, `locked` when there is a store already
 */
export function openSqliteTarget(directory: string, what: string): StoreTarget {
  const files = dataFiles(resolve(directory));
  let database: DatabaseSync | undefined;
  try {
    if (sizeOf(files.database) > 0) {
      throw new StoreError('locked', `there is a store in ${files.directory} already`, {
        hint: 'name an empty directory; nothing was changed',
      });
    }
    prepareDirectory(files, false);
    database = openDatabase(files);
    const storeId = createSchema(database, what);
    return new SqliteTarget(database, files, storeId);
  } catch (error) {
    database?.close();
    throw openRefusal(error, files.directory, undefined);
  }
}

class SqliteTarget implements StoreTarget {
  readonly #database: DatabaseSync;
  readonly #files: DataFiles;
  readonly #storeId: string;
  readonly #insert: StatementSync;
  readonly #entries: EntryTable;
  #loggedBytes = 0;
  #isOpen = true;

  constructor(database: DatabaseSync, files: DataFiles, storeId: string) {
    this.#database = database;
    this.#files = files;
    this.#storeId = storeId;
    this.#insert = database.prepare(
      'INSERT INTO log (revision, type, crc, key, value) VALUES (?, 0, ?, ?, ?)',
    );
    this.#entries = new EntryTable(database);
  }

  putObjects(objects: readonly LoadedObject[]): void {
    this.#write(() => {
      for (const { key, revision, value } of objects) {
        this.#insert.run(revision, checksum(revision, 0, key, value), key, value);
        this.#loggedBytes += value.length;
      }
    });
  }

  putEntries(log: string, entries: readonly LogEntry[]): void {
    this.#write(() => {
      this.#loggedBytes += this.#entries.insert({
        logs: entries.map(() => log),
        sequences: entries.map(({ sequence }) => sequence),
        values: entries.map(({ value }) => value),
        openings: entries.map(({ opening }) => opening ?? null),
      });
    });
  }

  finish(revision: number): void {
    this.#write(() => {
      this.#database.prepare("UPDATE meta SET value = ? WHERE name = 'compacted'").run(revision);
      this.#database.prepare("DELETE FROM meta WHERE name = 'incomplete'").run();
    });
    this.close();
    leaveMarker(this.#files, this.#storeId);
  }

  remove(): void {
    this.close();
    const { database, log, marker } = this.#files;
    for (const path of [marker, database, log]) rmSync(path, { force: true });
  }

  close(): void {
    if (this.#isOpen) this.#database.close();
    this.#isOpen = false;
  }

  #write(work: () => void): void {
    try {
      transact(this.#database, work);
      if (this.#loggedBytes < checkpointBytes) return;
      this.#loggedBytes = 0;
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (error) {
      throw writeRefusal(error, this.#files.directory);
    }
  }
}

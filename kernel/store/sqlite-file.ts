import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import { type DataFiles, sizeOf } from './data-directory.ts';
import { StoreError } from './port.ts';
import { damagedRefusal, sqliteCode, sqliteCodeOf } from './sqlite-errors.ts';
import { migrate, newestVersion, sqliteMigrations, transact } from './sqlite-migrations.ts';
import { keepSafetyCopy } from './sqlite-safety-copy.ts';

/** A store of a newer version is refused, one of an older is brought up. */
export const schemaVersion = newestVersion(sqliteMigrations);

/** Marks the file as a Plinth store ("Plnh"). */
const applicationId = 0x506c6e68;

export interface StoreMeta {
  readonly schemaVersion: number;
  readonly storeId: string;
  readonly compacted: number;
}

/** Checksum of a row: of all its columns, so that no two can be swapped unseen. */
export function checksum(revision: number, type: number, key: string, value: string | Uint8Array): number {
  return crc32(value, crc32(`${revision} ${type} ${key}\n`));
}

/**
 * Opens the database for one process: WAL, a sync for every commit, and the lock held until it is closed.
 * @throws what SQLite throws; `busy` when another process has it.
 */
export function openDatabase(files: DataFiles): DatabaseSync {
  const database = new DatabaseSync(files.database, { timeout: 0 });
  try {
    // 8 kB pages hold seven rows of 1.1 kB. Takes effect only while the file is empty.
    database.exec('PRAGMA page_size = 8192; PRAGMA cell_size_check = ON; PRAGMA locking_mode = EXCLUSIVE;');
    demand(database, 'journal_mode', 'wal', 'PRAGMA journal_mode = WAL');
    // FULL syncs the log on every commit; NORMAL would lose the newest commits with the power.
    demand(database, 'synchronous', 2, 'PRAGMA synchronous = FULL');
    // The worker does it between groups, where it sees the outcome.
    demand(database, 'wal_autocheckpoint', 0, 'PRAGMA wal_autocheckpoint = 0');
    database.exec('BEGIN IMMEDIATE; COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens the database to read what can be read, also when its size is not what its header says.
 * @throws what SQLite throws; `busy` when another process has it.
 */
export function openForReading(files: DataFiles): DatabaseSync {
  probeLock(files);
  const url = pathToFileURL(files.database);
  // To read through a log SQLite builds an index beside it. Without a log nothing is written at all.
  if (sizeOf(files.log) === 0) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true, timeout: 0, defensive: false });
  // Off its guard about the schema, SQLite opens a file that was cut short; nothing can be written here anyway.
  database.exec('PRAGMA cell_size_check = ON; PRAGMA writable_schema = ON;');
  return database;
}

/** @throws what SQLite throws when another process holds the lock. */
export function probeLock(files: DataFiles): void {
  const database = new DatabaseSync(files.database, { readOnly: true, timeout: 0 });
  try {
    // In this mode SQLite asks for the lock but makes no files, and what else fails is not the matter here.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    if (sqliteCodeOf(error) === sqliteCode.busy) throw error;
  } finally {
    database.close();
  }
}

/**
 * Reads the description of the store, which is written first if the file is new.
 * @throws StoreError `newer` or `damaged`.
 */
export function openMeta(database: DatabaseSync, files: DataFiles, writable: boolean): StoreMeta {
  const tables = database.prepare('SELECT name FROM sqlite_schema').all();
  if (tables.length === 0 && writable) createSchema(database);
  else if (pragma(database, 'application_id') !== applicationId) {
    throw damagedRefusal(files.directory, `${files.database} is not the database of a Plinth store`);
  }
  const version = metaValue(database, 'schemaVersion');
  const storeId = metaValue(database, 'storeId');
  const compacted = metaValue(database, 'compacted');
  if (typeof version !== 'number' || typeof storeId !== 'string' || typeof compacted !== 'number') {
    throw damagedRefusal(files.directory, 'its description (table meta) is incomplete');
  }
  if (version > schemaVersion) {
    throw new StoreError(
      'newer',
      `the store in ${files.directory} has schema version ${version}, this program knows up to ${schemaVersion}`,
      {
        hint: 'run the version of Plinth that wrote it or a newer one, or restore a backup made before the upgrade',
      },
    );
  }
  const incomplete = metaValue(database, 'incomplete');
  if (typeof incomplete === 'string') throw incompleteRefusal(files.directory, incomplete);
  if (version < schemaVersion && writable) {
    keepSafetyCopy(database, files, version);
    migrate(database, sqliteMigrations, version);
  }
  return { schemaVersion: version, storeId, compacted };
}

/**
 * Makes the tables and the description of a new store, all or nothing.
 * @param incomplete what has to come to its end before the store is opened; absent: nothing
 * @returns its id
 */
export function createSchema(database: DatabaseSync, incomplete?: string): string {
  const storeId = randomUUID();
  transact(database, () => {
    for (const { up } of sqliteMigrations) up(database);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    const insert = database.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
    insert.run('schemaVersion', schemaVersion);
    insert.run('storeId', storeId);
    insert.run('compacted', 0);
    if (incomplete !== undefined) insert.run('incomplete', incomplete);
  });
  return storeId;
}

function incompleteRefusal(directory: string, what: string): StoreError {
  return new StoreError(
    'damaged',
    `the store in ${directory} is incomplete: ${what} did not come to its end`,
    {
      hint: `remove ${directory} and do it again`,
    },
  );
}

function metaValue(database: DatabaseSync, name: string): unknown {
  return database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value'];
}

/** Sets a pragma, reads it back and insists: SQLite ignores what it does not know or cannot do. */
function demand(database: DatabaseSync, name: string, expected: string | number, statement: string): void {
  database.exec(statement);
  const found = pragma(database, name);
  if (found === expected) return;
  throw new StoreError(
    'read-only',
    `the database has ${name} ${String(found)}, but durable writes need ${expected}`,
    {
      hint: 'the data directory must be on a local file system that supports locks and sync',
    },
  );
}

/** The value of a pragma that has one. */
function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

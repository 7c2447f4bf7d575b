import type { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../ports/clock.ts';
import type { Migration } from './migration.ts';
import { entriesSchema } from './sqlite-entries.ts';
import type { MigrationRun } from './upgrade-report.ts';

/** A step of this engine. */
export type SqliteMigration = Migration<DatabaseSync, void>;

/**
 * How the tables became what they are. Steps that were released never change. A new store runs all of them, so that
 * there is one way to make the tables, and not two that may differ.
 *
 * `log` is append-only. Its rowid is the revision, so rows lie in the order they were written and each commit
 * fills pages from the end. A table without rowid spilled rows to overflow pages and wrote 2.7 times the bytes.
 * `type` is 0 for a put and 1 for a delete. A sealed value is a BLOB, any other is TEXT.
 */
export const sqliteMigrations: readonly SqliteMigration[] = [
  {
    version: 1,
    name: 'object-log',
    describe: 'Makes the log of the objects and the description of the store.',
    up: (database) =>
      database.exec(`
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE log (
          revision INTEGER PRIMARY KEY,
          type INTEGER NOT NULL,
          crc INTEGER NOT NULL,
          key TEXT NOT NULL,
          value NOT NULL
        );
      `),
  },
  {
    version: 2,
    name: 'append-only-logs',
    describe: 'Adds the tables of the append-only logs, such as the audit log.',
    up: (database) => database.exec(entriesSchema),
  },
];

/** The version that a list of steps leads to. */
export function newestVersion(migrations: readonly SqliteMigration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Brings tables up, one transaction for each step.
 * @param version what the tables are now
 * @throws what SQLite throws; the step that failed is rolled back, those before it stay
 */
export function migrate(
  database: DatabaseSync,
  migrations: readonly SqliteMigration[],
  version: number,
): MigrationRun[] {
  const runs: MigrationRun[] = [];
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    const startedMs = systemClock.monotonic();
    transact(database, () => {
      migration.up(database);
      database.prepare("UPDATE meta SET value = ? WHERE name = 'schemaVersion'").run(migration.version);
    });
    const { version: reached, name, describe } = migration;
    runs.push({ version: reached, name, describe, ms: systemClock.monotonic() - startedMs });
  }
  return runs;
}

/** Carries work out in one transaction, which is rolled back when the work throws. */
export function transact(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

import { copyFileSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DataFiles, dataFiles, ownerOf, prepareDirectory, sizeOf } from './data-directory.ts';
import { StoreError } from './port.ts';
import { openRefusal } from './sqlite-errors.ts';
import { openDatabase, openForReading, openMeta } from './sqlite-file.ts';
import { migrate, type SqliteMigration, sqliteMigrations } from './sqlite-migrations.ts';
import { safetyCopyOf } from './sqlite-safety-copy.ts';
import { tableRows, type UpgradeReport } from './upgrade-report.ts';

/**
 * The schema version of a store that nobody has open.
 * @throws StoreError `locked`, `permission`, or `damaged`; `newer` for one that this program does not know
 */
export function storeSchemaVersion(directory: string): number {
  const files = dataFiles(resolve(directory));
  return refusing(files, () => {
    prepareDirectory(files, true);
    return reading(files, (database) => openMeta(database, files, false).schemaVersion);
  });
}

/**
 * Says what an upgrade of a store would do, by doing it on a copy in its directory that is removed again.
 * @throws StoreError `locked`, `newer`, `permission`, `damaged`, or `read-only` when there is no space for the copy
 */
export function rehearseUpgrade(
  directory: string,
  migrations: readonly SqliteMigration[] = sqliteMigrations,
): UpgradeReport {
  const files = dataFiles(resolve(directory));
  return refusing(files, () => {
    prepareDirectory(files, true);
    const space = spaceOf(files);
    return reading(files, (database) => {
      const { schemaVersion: from } = openMeta(database, files, false);
      const before = rowsOf(database);
      const to = migrations.at(-1)?.version ?? from;
      if (from === to)
        return { ...space, from, to, steps: [], tables: tableRows(before, before), copyBytes: 0 };
      requireSpace(files, space);
      const place = mkdtempSync(join(files.directory, 'upgrade-rehearsal-'));
      try {
        const copy = dataFiles(place);
        copyFileSync(files.database, copy.database);
        if (existsSync(files.log)) copyFileSync(files.log, copy.log);
        return { ...space, from, to, ...upgraded(copy, migrations, from, before) };
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    });
  });
}

/**
 * Brings the tables of a store up, as its first start would, and says what was done.
 * @throws StoreError as `rehearseUpgrade`
 */
export function upgradeStore(directory: string): UpgradeReport {
  const files = dataFiles(resolve(directory));
  const rehearsed = rehearseUpgrade(directory);
  if (rehearsed.steps.length === 0) return rehearsed;
  return refusing(files, () => {
    const database = openDatabase(files);
    try {
      openMeta(database, files, true);
    } finally {
      database.close();
    }
    return { ...rehearsed, safetyCopy: safetyCopyOf(files, rehearsed.from) };
  });
}

function upgraded(
  copy: DataFiles,
  migrations: readonly SqliteMigration[],
  from: number,
  before: ReadonlyMap<string, number>,
): Pick<UpgradeReport, 'steps' | 'tables'> {
  const database = openDatabase(copy);
  try {
    const steps = migrate(database, migrations, from);
    return { steps, tables: tableRows(before, rowsOf(database)) };
  } finally {
    database.close();
  }
}

function reading<T>(files: DataFiles, read: (database: DatabaseSync) => T): T {
  const database = openForReading(files);
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function refusing<T>(files: DataFiles, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw openRefusal(error, files.directory, ownerOf(files));
  }
}

function spaceOf(files: DataFiles): { copyBytes: number; freeBytes: number } {
  const { bavail, bsize } = statfsSync(files.directory);
  return { copyBytes: sizeOf(files.database) + sizeOf(files.log), freeBytes: bavail * bsize };
}

function requireSpace(
  files: DataFiles,
  { copyBytes, freeBytes }: { copyBytes: number; freeBytes: number },
): void {
  if (freeBytes >= copyBytes) return;
  throw new StoreError(
    'read-only',
    `an upgrade is tried on a copy of ${copyBytes} bytes in ${files.directory}, but ${freeBytes} are free`,
    { hint: `free space on the file system of ${files.directory}; nothing was changed` },
  );
}

function rowsOf(database: DatabaseSync): Map<string, number> {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  return new Map(
    tables.map(({ name }) => {
      const table = String(name);
      const counted = database.prepare(`SELECT count(*) AS rows FROM "${table.replaceAll('"', '""')}"`).get();
      return [table, Number(counted?.['rows'])];
    }),
  );
}

import { join } from 'node:path';
import type { Store, StoreCipher } from '../store/port.ts';
import type { DatabaseInspection } from '../store/postgres/inspect.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { openSqliteTarget } from '../store/sqlite-target.ts';
import type { StoreTarget } from '../store/store-target.ts';
import type { UpgradeReport } from '../store/upgrade-report.ts';

/** Where a store is loaded to, and how it is opened afterwards. */
export interface StorePlace {
  /** @throws StoreError `locked` when there is a store already */
  load(): Promise<StoreTarget>;
  open(cipher: StoreCipher): Promise<Store>;
}

/** The embedded engine in a data directory. */
export function embeddedPlace(dataDirectory: string): StorePlace {
  const directory = join(dataDirectory, 'store');
  return {
    load: async () => openSqliteTarget(directory, 'a restore'),
    open: (cipher) => openSqliteStore({ directory, cipher }),
  };
}

/**
 * Examines a PostgreSQL database and changes nothing.
 * @throws StoreError
 */
export async function examineDatabase(url: string): Promise<DatabaseInspection> {
  const { inspectDatabase } = await import('../store/postgres/inspect.ts');
  return await inspectDatabase(url);
}

/**
 * Brings the tables of a store in a PostgreSQL database up, or says what that would do.
 * @throws StoreError
 */
export async function upgradeDatabase(url: string, isDry: boolean): Promise<UpgradeReport> {
  const { rehearsePostgresUpgrade, upgradePostgres } = await import('../store/postgres/upgrade.ts');
  return isDry ? await rehearsePostgresUpgrade(url) : await upgradePostgres(url);
}

/** A PostgreSQL database. */
export function databasePlace(url: string): StorePlace {
  return {
    // The client of the database takes long to load, and most need none.
    async load() {
      const { openPostgresTarget } = await import('../store/postgres/postgres-target.ts');
      return await openPostgresTarget(url);
    },
    async open(cipher) {
      const { openPostgresStore } = await import('../store/postgres/postgres-store.ts');
      return await openPostgresStore({ url, cipher });
    },
  };
}

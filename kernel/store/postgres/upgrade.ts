import { systemClock } from '../../ports/clock.ts';
import type { Migration } from '../migration.ts';
import { StoreError } from '../port.ts';
import { type MigrationRun, tableRows, type UpgradeReport } from '../upgrade-report.ts';
import { describePlace } from './database-place.ts';
import { migrate, migrationLock, postgresMigrations, readSchemaVersion } from './migrations.ts';
import { newerRefusal, openRefusal } from './refusals.ts';
import { numberIn, PostgresSession, textIn } from './session.ts';

/**
 * Says what an upgrade of the tables would do, by doing it in a transaction that is rolled back. The processes on the
 * database wait meanwhile.
 * @throws StoreError `unavailable`, `permission`, `newer`, `damaged`
 */
export async function rehearsePostgresUpgrade(
  url: string,
  migrations: readonly Migration<PostgresSession>[] = postgresMigrations,
): Promise<UpgradeReport> {
  return await withSession(url, async (session) => {
    const to = migrations.at(-1)?.version ?? 0;
    const from = await presentVersion(session, to);
    await session.query('BEGIN');
    try {
      await session.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      const before = await rowsOf(session);
      const steps: MigrationRun[] = [];
      for (const { version, name, describe, up } of migrations) {
        if (version <= from) continue;
        const startedMs = systemClock.monotonic();
        await up(session);
        steps.push({ version, name, describe, ms: systemClock.monotonic() - startedMs });
      }
      const after = steps.length === 0 ? before : await rowsOf(session);
      return { from, to, steps, tables: tableRows(before, after) };
    } finally {
      if (!session.isLost) await session.query('ROLLBACK');
    }
  });
}

/**
 * Brings the tables up, as the first process of a newer version would, and says what was done.
 * @throws StoreError as `rehearsePostgresUpgrade`
 */
export async function upgradePostgres(url: string): Promise<UpgradeReport> {
  const rehearsed = await rehearsePostgresUpgrade(url);
  if (rehearsed.steps.length > 0) await withSession(url, migrate);
  return rehearsed;
}

async function withSession<T>(url: string, work: (session: PostgresSession) => Promise<T>): Promise<T> {
  const session = await PostgresSession.connect(url, 'migrate', 'plinth upgrade');
  try {
    return await work(session);
  } catch (error) {
    throw openRefusal(error, session.place);
  } finally {
    await session.close();
  }
}

async function presentVersion(session: PostgresSession, known: number): Promise<number> {
  const version = await readSchemaVersion(session);
  if (version > known) throw newerRefusal(session.place, version, known);
  if (version > 0) return version;
  throw new StoreError('damaged', `there is no store in ${describePlace(session.place)}`, {
    hint: 'check the database of the URL; a start with plinth up makes a store in an empty database',
  });
}

async function rowsOf(session: PostgresSession): Promise<Map<string, number>> {
  const { rows } = await session.query(
    `SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace('plinth') AND relkind = 'r'`,
  );
  const counts = new Map<string, number>();
  for (const row of rows) {
    const table = textIn(row, 0);
    const counted = await session.row(`SELECT count(*) FROM plinth."${table.replaceAll('"', '""')}"`);
    counts.set(table, numberIn(counted, 0));
  }
  return counts;
}

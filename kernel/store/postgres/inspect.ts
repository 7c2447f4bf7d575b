import { systemClock } from '../../ports/clock.ts';
import type { DatabasePlace } from './database-place.ts';
import { postgresSchemaVersion, readSchemaVersion } from './migrations.ts';
import { openRefusal } from './refusals.ts';
import { numberIn, PostgresSession, textIn } from './session.ts';

/** What is known of a database. */
export interface DatabaseInspection {
  readonly place: DatabasePlace;
  /** Version of the server, such as `15.19`. */
  readonly version: string;
  /** Milliseconds of one statement and its answer. */
  readonly roundTripMs: number;
  /** How much the clock of the server is ahead of this machine's, in milliseconds, give or take a round trip. */
  readonly clockAheadMs: number;
  /** Settings that durability rests on, as the database has them for everybody: `on`, `off` and the like. */
  readonly settings: Readonly<Record<'fsync' | 'synchronous_commit' | 'full_page_writes', string>>;
  /** Whether it is a standby, which takes no writes. */
  readonly isStandby: boolean;
  /** Rights that are missing; empty when none is. */
  readonly missingRights: readonly string[];
  /** Version of the tables; 0 when there are none yet. */
  readonly schemaVersion: number;
  /** Version that this program works with. */
  readonly knownVersion: number;
  readonly bytes: number;
  /** Connections that the server takes, and those that there are. */
  readonly connectionsMax: number;
  readonly connections: number;
}

/**
 * Examines a database and changes nothing.
 * @param url as `openPostgresStore` takes it
 * @throws StoreError `unavailable`, `permission`, `damaged`
 */
export async function inspectDatabase(url: string): Promise<DatabaseInspection> {
  const session = await PostgresSession.connect(url, 'read', 'plinth doctor');
  try {
    const startedMs = systemClock.monotonic();
    const clock = await session.row('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint');
    const roundTripMs = systemClock.monotonic() - startedMs;
    const clockAheadMs = numberIn(clock, 0) + roundTripMs / 2 - systemClock.now();
    const schemaVersion = await readSchemaVersion(session);
    const facts = await session.row(
      `SELECT current_setting('server_version'), pg_is_in_recovery(), pg_database_size(current_database()),
         current_setting('max_connections')::bigint, (SELECT count(*) FROM pg_stat_activity)`,
    );
    return {
      place: session.place,
      version: textIn(facts, 0),
      roundTripMs,
      clockAheadMs,
      settings: await settingsOf(session),
      isStandby: facts?.[1] === true,
      missingRights: await missingRights(session, schemaVersion > 0),
      schemaVersion,
      knownVersion: postgresSchemaVersion,
      bytes: numberIn(facts, 2),
      connectionsMax: numberIn(facts, 3),
      connections: numberIn(facts, 4),
    };
  } catch (error) {
    throw openRefusal(error, session.place);
  } finally {
    await session.close();
  }
}

/** The settings without what this session has set for itself. */
async function settingsOf(session: PostgresSession): Promise<DatabaseInspection['settings']> {
  const names = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;
  const { rows } = await session.query('SELECT name, reset_val FROM pg_settings WHERE name = ANY ($1)', [
    names,
  ]);
  const found = new Map(rows.map((row) => [textIn(row, 0), textIn(row, 1)]));
  const valueOf = (name: (typeof names)[number]): string => found.get(name) ?? 'unknown';
  return {
    fsync: valueOf('fsync'),
    synchronous_commit: valueOf('synchronous_commit'),
    full_page_writes: valueOf('full_page_writes'),
  };
}

async function missingRights(session: PostgresSession, hasTables: boolean): Promise<string[]> {
  if (!hasTables) {
    const row = await session.row(
      `SELECT to_regnamespace('plinth') IS NOT NULL,
         CASE WHEN to_regnamespace('plinth') IS NULL THEN has_database_privilege(current_database(), 'CREATE')
         ELSE has_schema_privilege('plinth', 'CREATE') END`,
    );
    if (row?.[1] === true) return [];
    return [
      row?.[0] === true ? 'CREATE in the schema plinth' : 'CREATE on the database, to make the schema plinth',
    ];
  }
  const { rows } = await session.query(
    `SELECT relname::text FROM pg_class
     WHERE relnamespace = to_regnamespace('plinth') AND relkind = 'r'
       AND NOT (has_schema_privilege(relnamespace, 'USAGE')
         AND has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
         AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
     ORDER BY relname`,
  );
  return rows.map((row) => `SELECT, INSERT, UPDATE and DELETE on plinth.${textIn(row, 0)}`);
}

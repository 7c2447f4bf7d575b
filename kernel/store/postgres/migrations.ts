import type { Migration } from '../migration.ts';
import { StoreError } from '../port.ts';
import { describePlace } from './database-place.ts';
import { newerRefusal } from './refusals.ts';
import { numberIn, type PostgresSession } from './session.ts';

/** Number of the advisory lock under which one process at a time looks at the version and brings the tables up ("plnt"). */
export const migrationLock = 0x706c6e74;

/**
 * The tables, step by step. All are in the schema `plinth`.
 *
 * `meta` has one row, whose lock is the right to commit: `head` is the newest revision, `compacted` where the history
 * begins, `number` counts the groups of commits, `purged` is the newest revision at the last purge of a tenant, and
 * `removed` the number of the last group before which a log was removed. `states` is what `log` is on SQLite: `type` is 0
 * for a put and 1 for a delete, and either `value` or, where it is sealed, `sealed` is there. Keys are compared by their
 * bytes. `writers` has the last group of each process, which tells after a lost connection whether it got there.
 */
export const postgresMigrations: readonly Migration<PostgresSession>[] = [
  {
    version: 1,
    name: 'objects-and-logs',
    describe: 'Makes the tables of the objects and of the append-only logs.',
    up: async (session) => {
      await session.query(`
        CREATE TABLE plinth.meta (
          one boolean PRIMARY KEY DEFAULT true CHECK (one),
          version integer NOT NULL,
          store_id uuid NOT NULL DEFAULT gen_random_uuid(),
          head bigint NOT NULL DEFAULT 0,
          compacted bigint NOT NULL DEFAULT 0,
          number bigint NOT NULL DEFAULT 0,
          purged bigint NOT NULL DEFAULT 0,
          removed bigint NOT NULL DEFAULT 0,
          key_fingerprint text
        ) WITH (fillfactor = 10);
        CREATE TABLE plinth.states (
          revision bigint PRIMARY KEY,
          type smallint NOT NULL,
          key text COLLATE "C" NOT NULL,
          value text,
          sealed bytea,
          CHECK ((value IS NULL) <> (sealed IS NULL))
        );
        CREATE TABLE plinth.logs (
          number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          name text COLLATE "C" NOT NULL UNIQUE,
          ended bigint NOT NULL,
          changed bigint NOT NULL
        ) WITH (fillfactor = 50);
        CREATE TABLE plinth.entries (
          log integer NOT NULL,
          sequence bigint NOT NULL,
          value text NOT NULL,
          opening text,
          PRIMARY KEY (log, sequence)
        );
        CREATE TABLE plinth.writers (
          id uuid PRIMARY KEY,
          number bigint NOT NULL,
          at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 50);
        INSERT INTO plinth.meta (version) VALUES (0);
      `);
    },
  },
];

/** Version of the tables that this program works with. */
export const postgresSchemaVersion = postgresMigrations.at(-1)?.version ?? 0;

/**
 * Version of the tables that are there; 0 when there are none.
 * @throws StoreError `damaged` when the schema is there without its description
 */
export async function readSchemaVersion(session: PostgresSession): Promise<number> {
  const found = await session.row(
    `SELECT to_regclass('plinth.meta') IS NOT NULL, count(*) FROM pg_class
     WHERE relnamespace = to_regnamespace('plinth') AND relkind = 'r'`,
  );
  if (found?.[0] !== true) {
    if (numberIn(found, 1) === 0) return 0;
    throw damagedRefusal(session, 'the schema plinth holds tables, but not those of a store');
  }
  const row = await session.row('SELECT version FROM plinth.meta');
  if (row === undefined) throw damagedRefusal(session, 'its description (table plinth.meta) is empty');
  return numberIn(row, 0);
}

/**
 * Brings the tables up to this program's version, each step in a transaction of its own. Processes that start together
 * do it one after the other.
 * @throws StoreError `newer`, `damaged`; what the server says when rights are missing
 */
export async function migrate(session: PostgresSession): Promise<void> {
  for (;;) {
    const version = await readSchemaVersion(session);
    if (version > postgresSchemaVersion) throw newerRefusal(session.place, version, postgresSchemaVersion);
    const next = postgresMigrations.find((migration) => migration.version === version + 1);
    if (next === undefined) return;
    await migrateTo(session, next);
  }
}

async function migrateTo(session: PostgresSession, migration: Migration<PostgresSession>): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    // Another process may have been ahead.
    if ((await readSchemaVersion(session)) === migration.version - 1) {
      const schema = await session.row(`SELECT to_regnamespace('plinth') IS NOT NULL`);
      if (schema?.[0] !== true) await session.query('CREATE SCHEMA plinth');
      await migration.up(session);
      await session.query('UPDATE plinth.meta SET version = $1', [migration.version]);
    }
    await session.query('COMMIT');
  } catch (error) {
    if (!session.isLost) await session.query('ROLLBACK');
    throw error;
  }
}

/**
 * Makes the tables of a new store, in the transaction of the caller. Processes that start on the database wait for its
 * end.
 * @throws StoreError `locked` when there is a store already
 */
export async function makeTables(session: PostgresSession): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  if ((await readSchemaVersion(session)) !== 0) {
    throw new StoreError('locked', `${describePlace(session.place)} holds a store already`, {
      hint: 'name an empty database; nothing was changed',
    });
  }
  const schema = await session.row(`SELECT to_regnamespace('plinth') IS NOT NULL`);
  if (schema?.[0] !== true) await session.query('CREATE SCHEMA plinth');
  for (const { up } of postgresMigrations) await up(session);
  await session.query('UPDATE plinth.meta SET version = $1', [postgresSchemaVersion]);
}

function damagedRefusal(session: PostgresSession, found: string): StoreError {
  return new StoreError('damaged', `${describePlace(session.place)}: ${found}`, {
    hint: 'restore the newest backup, or name an empty database; the schema plinth belongs to the store alone',
  });
}

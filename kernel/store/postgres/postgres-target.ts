import type { LogEntry } from '../port.ts';
import type { LoadedObject, StoreTarget } from '../store-target.ts';
import { makeTables } from './migrations.ts';
import { openRefusal } from './refusals.ts';
import { PostgresSession } from './session.ts';

/**
 * Makes a store in a database that has none, to load another one into. All of it is one transaction: until `finish` the
 * database is as it was, and a load that was interrupted has left nothing.
 * @param url as `openPostgresStore` takes it
 * @throws StoreError `unavailable`, `permission`, `newer`; `locked` when there is a store already
 */
export async function openPostgresTarget(url: string): Promise<StoreTarget> {
  const session = await PostgresSession.connect(url, 'migrate', 'plinth load');
  try {
    // Reading the source may take its time between two statements.
    await session.query('SET idle_in_transaction_session_timeout = 0');
    await session.query('BEGIN');
    await makeTables(session);
    return new PostgresTarget(session);
  } catch (error) {
    session.destroy();
    throw openRefusal(error, session.place);
  }
}

class PostgresTarget implements StoreTarget {
  readonly #session: PostgresSession;
  #isCommitted = false;

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  async putObjects(objects: readonly LoadedObject[]): Promise<void> {
    await this.#run(
      `INSERT INTO plinth.states (revision, type, key, value, sealed)
       SELECT revision, 0, key, value, sealed
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[]) AS n (revision, key, value, sealed)`,
      [
        objects.map(({ revision }) => revision),
        objects.map(({ key }) => key),
        objects.map(({ value }) => (typeof value === 'string' ? value : null)),
        objects.map(({ value }) => (typeof value === 'string' ? null : Buffer.from(value))),
      ],
    );
  }

  async putEntries(log: string, entries: readonly LogEntry[]): Promise<void> {
    await this.#run(
      `WITH ended AS (
         INSERT INTO plinth.logs (name, ended, changed)
         SELECT $1, max(sequence) + 1, 0 FROM unnest($2::bigint[]) AS n (sequence) HAVING count(*) > 0
         ON CONFLICT (name) DO UPDATE SET ended = excluded.ended
         RETURNING number
       )
       INSERT INTO plinth.entries (log, sequence, value, opening)
       SELECT ended.number, n.sequence, n.value, n.opening
       FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n (sequence, value, opening), ended`,
      [
        log,
        entries.map(({ sequence }) => sequence),
        entries.map(({ value }) => value),
        entries.map(({ opening }) => opening ?? null),
      ],
    );
  }

  async finish(revision: number): Promise<void> {
    await this.#run('UPDATE plinth.meta SET head = $1, compacted = $1', [revision]);
    await this.#run('COMMIT');
    this.#isCommitted = true;
  }

  async remove(): Promise<void> {
    if (this.#session.isLost) return;
    // What was not committed may be somebody else's by now.
    await this.#run(this.#isCommitted ? 'DROP SCHEMA IF EXISTS plinth CASCADE' : 'ROLLBACK');
    await this.close();
  }

  async close(): Promise<void> {
    // A transaction that is open is rolled back by the end of its session.
    if (!this.#session.isLost) await this.#session.close();
  }

  async #run(text: string, values: readonly unknown[] = []): Promise<void> {
    try {
      await this.#session.query(text, values);
    } catch (error) {
      throw openRefusal(error, this.#session.place);
    }
  }
}

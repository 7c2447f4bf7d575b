import pg from 'pg';
import { systemClock } from '../../ports/clock.ts';
import { StoreError } from '../port.ts';
import { checkUrl, type DatabasePlace, describePlace } from './database-place.ts';
import {
  connectMsMax,
  goodbyeMsMax,
  type SessionBounds,
  type SessionUse,
  serverVersionMin,
  sessionBounds,
} from './limits.ts';
import { openRefusal } from './refusals.ts';

/** One row: the values of its columns in the order of the statement. */
export type Row = readonly unknown[];

/** A statement that the server plans once per session. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What the server answered to a statement. */
export interface Answer {
  /** Such as `INSERT`; `ROLLBACK` for a COMMIT of a transaction that had failed. */
  readonly command: string;
  readonly rows: readonly Row[];
}

const { BOOL, BYTEA, INT2, INT4, INT8 } = pg.types.builtins;

/** How the texts of columns are read. Revisions and sequences stay below 2^53, so that numbers hold them. */
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [BOOL, (text) => text === 't'],
  [BYTEA, (text) => Buffer.from(text.slice('\\x'.length), 'hex')],
  [INT2, Number],
  [INT4, Number],
  [INT8, Number],
]);
const types: pg.CustomTypesConfig = { getTypeParser: (oid) => parsers.get(oid) ?? String };

/**
 * One connection to the database, set up so that neither side waits for ever for the other.
 *
 * Statements are sent at once, behind each other, and answered in order. The time-outs are those of a real network and
 * take the clock of the machine, whatever clock the store has.
 */
export class PostgresSession {
  readonly place: DatabasePlace;
  /** Called once when the connection is lost without having been closed. */
  onLost: (cause: unknown) => void = () => {};
  /** Called with the payload of each notification. */
  onNotice: (payload: string) => void = () => {};
  readonly #client: pg.Client;
  readonly #bounds: SessionBounds;
  #lost: { readonly cause: unknown } | undefined;
  #closed = false;

  private constructor(client: pg.Client, bounds: SessionBounds) {
    const { host, port, database, user } = client;
    this.#client = client;
    this.#bounds = bounds;
    this.place = { host, port, database: database ?? '', user: user ?? '' };
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('the connection has ended')));
    client.on('notification', ({ payload }) => this.onNotice(payload ?? ''));
  }

  /**
   * Connects, and sees that the server is fit for a store.
   * @throws StoreError `unavailable` or `permission`
   */
  static async connect(url: string, use: SessionUse, name: string): Promise<PostgresSession> {
    checkUrl(url);
    const session = new PostgresSession(
      new pg.Client({
        connectionString: url,
        application_name: name,
        connectionTimeoutMillis: connectMsMax,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        pipeline: true,
        types,
      }),
      sessionBounds[use],
    );
    try {
      await session.#client.connect();
      await session.#setUp(name);
      return session;
    } catch (error) {
      session.destroy();
      throw openRefusal(error, session.place);
    }
  }

  /** Whether it can be used no more. */
  get isLost(): boolean {
    return this.#lost !== undefined || this.#closed;
  }

  /**
   * Runs a statement.
   * @throws what the server or the network says
   */
  async query(statement: Statement | string, values: readonly unknown[] = []): Promise<Answer> {
    const text = typeof statement === 'string' ? { text: statement } : statement;
    // Nothing else ends the wait for a server that is frozen, or behind a network that swallows what is sent.
    const stopWaiting = systemClock.after(this.#bounds.answer, () => {
      this.#lose(new Error(`no answer within ${this.#bounds.answer / 1_000} s`));
      this.destroy();
    });
    try {
      const answer = await this.#client.query<unknown[], unknown[]>({
        ...text,
        values: [...values],
        rowMode: 'array',
      });
      // A text of several statements is answered with several results, of which the last one matters.
      const { command, rows } = Array.isArray(answer) ? lastOf(answer) : answer;
      return { command, rows };
    } catch (error) {
      // The server says its last word before it ends a session.
      if (isLastWord(error)) {
        this.#lose(error);
        this.destroy();
      }
      throw this.#lost?.cause ?? error;
    } finally {
      stopWaiting();
    }
  }

  /** Runs a statement that answers with at most one row, and returns the row. */
  async row(statement: Statement | string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.query(statement, values)).rows[0];
  }

  /** Says good-bye and ends the connection. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A server that is frozen does not answer a good-bye either.
    const stopWaiting = systemClock.after(goodbyeMsMax, () => this.destroy());
    await this.#client.end().finally(stopWaiting);
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#closed = true;
    this.#client.connection.stream.destroy();
  }

  #lose(cause: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = { cause };
    if (!this.#closed) this.onLost(cause);
  }

  async #setUp(name: string): Promise<void> {
    const settings: Readonly<Record<string, string | number>> = {
      application_name: name,
      idle_in_transaction_session_timeout: this.#bounds.idleInTransaction,
      lock_timeout: this.#bounds.lock,
      statement_timeout: this.#bounds.statement,
      tcp_user_timeout: this.#bounds.unsent,
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_keepalives_count: 4,
      // What follows could be set otherwise for the user or the database.
      default_transaction_isolation: 'read committed',
      default_transaction_read_only: 'off',
      search_path: 'pg_catalog',
      client_min_messages: 'error',
      bytea_output: 'hex',
      jit: 'off',
    };
    const sets = Object.entries(settings).map(([name, value]) => `SET ${name} = '${value}';`);
    await this.query(sets.join('\n'));
    // Acknowledged means durable: who wants less for the rest of the database cannot have it here.
    await this.query(
      `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
    );
    const row = await this.row(
      `SELECT current_setting('server_version_num')::int, current_setting('server_version'),
         current_setting('server_encoding'), current_setting('fsync')`,
    );
    this.#check(row ?? []);
  }

  #check([versionNumber, version, encoding, fsync]: Row): void {
    const refuse = (found: string, hint: string): StoreError =>
      new StoreError('unavailable', `${describePlace(this.place)} is not fit for a store: ${found}`, {
        hint,
      });
    if (Number(versionNumber) < serverVersionMin) {
      throw refuse(`the server is PostgreSQL ${String(version)}`, 'use PostgreSQL 13 or newer');
    }
    if (encoding !== 'UTF8') {
      throw refuse(
        `its encoding is ${String(encoding)}`,
        "make it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
      );
    }
    if (fsync !== 'on') {
      throw refuse(
        'the server runs with fsync off, so that a power cut would lose what was acknowledged',
        'set fsync = on in postgresql.conf of the server and reload it',
      );
    }
  }
}

function isLastWord(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.severity === 'FATAL' || error.severity === 'PANIC');
}

function lastOf(answers: readonly pg.QueryArrayResult[]): pg.QueryArrayResult<unknown[]> {
  const last = answers.at(-1);
  if (last === undefined) throw new Error('the server answered several statements with nothing');
  return last;
}

/** Reads a column that must be a whole number. */
export function numberIn(row: Row | undefined, column: number): number {
  const value = row?.[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`column ${column} of a row of the store is ${typeof value}, not a number`);
}

/** Reads a column that must be a text. */
export function textIn(row: Row | undefined, column: number): string {
  const value = row?.[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`column ${column} of a row of the store is ${typeof value}, not a text`);
}

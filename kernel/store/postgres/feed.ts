import type { AppendLogs, StagedEntry } from '../append-logs.ts';
import type { Change, Image } from '../image.ts';
import type { LogEntry, StoreCipher } from '../port.ts';
import { StoreError } from '../port.ts';
import type { StoredState } from '../stored-state.ts';
import { wakeAll } from '../watcher.ts';
import { type DatabasePlace, describePlace } from './database-place.ts';
import type { HistoryCuts } from './history-cuts.ts';
import { lookBytesMax, lookRowsMax } from './limits.ts';
import { type Head, headColumns, headOf, loadStates, openState } from './load.ts';
import { postgresSchemaVersion } from './migrations.ts';
import { messageOf, newerRefusal } from './refusals.ts';
import { entryOf, type RawState, stateColumns, stateOf } from './rows.ts';
import { numberIn, type PostgresSession, type Row, type Statement, textIn } from './session.ts';

/**
 * What stands in the database behind a revision, as far as bounds of rows and bytes go, and where the database stood at
 * that instant. One statement, so one snapshot: no commit can come between the two. The bounds stand in the text, so that the
 * server knows that few rows are asked for and walks the index.
 */
const lookStatement: Statement = {
  name: 'plinth_look',
  text: `
    SELECT ${headColumns}, ${stateColumns}
    FROM plinth.meta LEFT JOIN LATERAL (
      SELECT ${stateColumns} FROM (
        SELECT ${stateColumns}, sum(coalesce(octet_length(value), octet_length(sealed)))
          OVER (ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
        FROM (
          SELECT ${stateColumns} FROM plinth.states WHERE revision > $1 ORDER BY revision LIMIT ${lookRowsMax}
        ) AS newer
      ) AS counted
      WHERE coalesce(bytes_before, 0) < ${lookBytesMax}
    ) AS s ON true
    ORDER BY s.revision`,
};

/** Where the logs end that were appended to after a group, and the new entries of those that are followed. */
const logsStatement: Statement = {
  name: 'plinth_look_logs',
  text: `
    SELECT l.name, l.ended, e.sequence, e.value, e.opening
    FROM plinth.logs l
    LEFT JOIN unnest($2::text[], $3::bigint[]) AS f (name, ended) ON f.name = l.name
    LEFT JOIN LATERAL (
      SELECT sequence, value, opening FROM plinth.entries
      WHERE log = l.number AND sequence >= f.ended ORDER BY sequence LIMIT ${lookRowsMax}
    ) AS e ON true
    WHERE l.changed > $1
    ORDER BY l.name, e.sequence`,
};

const tamperedHint = 'restore the newest backup; do not change the tables of the schema plinth by hand';

/** Number of the columns of `plinth.meta`, behind which those of a state come. */
const headWidth = headColumns.split(',').length;

/** New entries of one log. */
interface LogNews {
  readonly ended: number;
  readonly entries: LogEntry[];
}

/** What looks found, up to a commit. */
interface News {
  readonly head: Head;
  readonly states: readonly RawState[];
  readonly logs: ReadonlyMap<string, LogNews>;
  /** All logs that are there, when some were removed. */
  readonly names: ReadonlySet<string> | undefined;
}

/**
 * Brings what other processes have committed into the image: whole groups, in the order of their revisions, each once.
 *
 * A revision is given out under the lock of `plinth.meta`, which is held until the commit, so whoever sees a revision sees
 * all before it. Looks may overlap each other and this process's own commits: what the image has already is passed over.
 */
export class Feed {
  readonly #image: Image;
  readonly #logs: AppendLogs;
  readonly #cuts: HistoryCuts;
  readonly #cipher: StoreCipher | undefined;
  readonly #place: DatabasePlace;
  readonly #storeId: string;
  #number: number;
  #removed: number;
  #problem: StoreError | undefined;
  /** Called after something came from others. */
  onNews: () => void = () => {};

  constructor(
    image: Image,
    logs: AppendLogs,
    options: { head: Head; cuts: HistoryCuts; cipher: StoreCipher | undefined; place: DatabasePlace },
  ) {
    const { head, cuts, cipher, place } = options;
    this.#image = image;
    this.#logs = logs;
    this.#cuts = cuts;
    this.#cipher = cipher;
    this.#place = place;
    this.#storeId = head.storeId;
    this.#number = head.number;
    this.#removed = head.removed;
  }

  /** Why this process cannot go on with this database: what it shows stays as it was. */
  get problem(): StoreError | undefined {
    return this.#problem;
  }

  /** Whether the image shows more than was committed when the database stood at `head`. */
  isAheadOf(head: Head): boolean {
    return head.head < this.#image.revision;
  }

  /**
   * Whether the image shows all that was committed when the database stood at `head`.
   * @throws StoreError for a problem that lasts
   */
  isCurrent(head: Head): boolean {
    this.#check(head, this.#image.revision);
    return head.number === this.#number && head.head === this.#image.revision;
  }

  /** How far the image is behind, in revisions or in groups, whichever is more. */
  lag(head: Head): number {
    return Math.max(head.head - this.#image.revision, head.number - this.#number);
  }

  /** A group of this process is committed, and the image shows it. */
  settled(number: number): void {
    this.#number = Math.max(this.#number, number);
  }

  /**
   * Looks until the image shows all that is committed.
   * @returns false when what happened in between is gone: only `reload` helps
   * @throws StoreError for a problem that lasts; what the database says
   */
  async catchUp(session: PostgresSession): Promise<boolean> {
    let from = this.#image.revision;
    let states: RawState[] = [];
    let stuck: string | undefined;
    for (;;) {
      const { rows, logs } = await this.#look(session, from);
      const head = headOf(rows[0]);
      this.#check(head, from);
      if (Math.max(head.compacted, head.purged) > from) {
        if (this.#image.revision <= from) return false;
        from = this.#image.revision;
        states = [];
        continue;
      }
      const found = rows.filter((row) => row[headWidth] !== null).map((row) => stateOf(row, headWidth));
      this.#checkGapless(from, found, head);
      states.push(...found);
      from = found.at(-1)?.revision ?? from;
      if (from < head.head) continue;
      const names = head.removed > this.#removed ? await readNames(session) : undefined;
      this.#show({ head, states, logs, names });
      states = [];
      const short = this.#shortOf(logs);
      if (short !== undefined) {
        if (short === stuck) throw this.#fail('damaged', `${short} is missing`, tamperedHint);
        stuck = short;
        continue;
      }
      this.#number = Math.max(this.#number, head.number);
      return true;
    }
  }

  /**
   * Takes the present state in one piece, because what led to it is gone. Watchers are told to begin anew; logs lose
   * nothing, so the next look goes on with them where the last one was.
   */
  async reload(session: PostgresSession): Promise<void> {
    const { head, states, superseded } = await loadStates(session, this.#cipher);
    this.#check(head, this.#image.revision);
    const lost = this.#image.replace(states, head.head);
    this.#cuts.replace(superseded);
    wakeAll(lost);
    this.onNews();
  }

  async #look(
    session: PostgresSession,
    from: number,
  ): Promise<{ rows: readonly Row[]; logs: Map<string, LogNews> }> {
    const { names, ends } = this.#logs.followed();
    const [states, logs] = await Promise.all([
      session.query(lookStatement, [from]),
      session.query(logsStatement, [this.#number, names, ends]),
    ]);
    return { rows: states.rows, logs: logNewsOf(logs.rows) };
  }

  /** Shows whole groups to readers, at once. */
  #show({ head, states, logs, names }: News): void {
    const changes: Change[] = [];
    for (const state of states) {
      if (state.revision > this.#image.revision) {
        changes.push({ type: state.type === 1 ? 'delete' : 'put', state: this.#open(state) });
      }
    }
    const woken = this.#image.apply(changes);
    this.#cuts.show(head.compacted);
    const isNewest = head.number >= this.#number;
    const appended: StagedEntry[] = [];
    for (const [log, { ended, entries }] of logs) {
      if (!this.#logs.isFollowed(log)) {
        this.#logs.advance(log, ended, isNewest);
        continue;
      }
      for (const entry of entries) {
        if (entry.sequence !== this.#logs.end(log)) continue;
        this.#logs.advance(log, entry.sequence + 1, false);
        appended.push({ log, ...entry });
      }
    }
    if (names !== undefined) {
      this.#logs.retain(names);
      this.#removed = head.removed;
    }
    wakeAll(woken);
    this.#logs.tell(appended);
    if (changes.length > 0 || logs.size > 0) this.onNews();
  }

  /** The next entry of a log that is followed and of which not all entries came, because they are many. */
  #shortOf(logs: ReadonlyMap<string, LogNews>): string | undefined {
    for (const [log, { ended }] of logs) {
      const end = this.#logs.end(log);
      if (this.#logs.isFollowed(log) && end < ended) return `entry ${end} of the log ${log}`;
    }
    return undefined;
  }

  #open(state: RawState): StoredState {
    try {
      return openState(state, this.#cipher);
    } catch (error) {
      throw this.#fail(
        'read-only',
        `${state.key} at revision ${state.revision} is sealed and cannot be opened: ${messageOf(error)}`,
        'give this process the same keys as the others, and start it again',
      );
    }
  }

  #check(head: Head, from: number): void {
    if (head.version !== postgresSchemaVersion) {
      this.#problem = newerRefusal(this.#place, head.version, postgresSchemaVersion);
      throw this.#problem;
    }
    const went = head.storeId === this.#storeId ? undefined : 'another store is there now';
    const back = head.head < from ? `it went back from revision ${from} to ${head.head}` : undefined;
    const found = went ?? back;
    if (found === undefined) return;
    throw this.#fail(
      'damaged',
      found,
      'it was restored or replaced while this process ran: start the process again, so that it reads what is there',
    );
  }

  /** Above the compacted revision no row is ever deleted, so none may be missing. */
  #checkGapless(from: number, found: readonly RawState[], head: Head): void {
    let expected = from;
    for (const { revision } of found) {
      expected++;
      if (revision !== expected) break;
    }
    const last = found.at(-1)?.revision ?? from;
    if (last === expected && (found.length > 0 || last === head.head)) return;
    throw this.#fail(
      'damaged',
      `its row of revision ${found.length === 0 ? from + 1 : expected} is missing`,
      tamperedHint,
    );
  }

  #fail(code: 'damaged' | 'read-only', found: string, hint: string): StoreError {
    this.#problem = new StoreError(code, `${describePlace(this.#place)}: ${found}`, { hint });
    return this.#problem;
  }
}

function logNewsOf(rows: readonly Row[]): Map<string, LogNews> {
  const logs = new Map<string, LogNews>();
  for (const row of rows) {
    const name = textIn(row, 0);
    const news = logs.get(name) ?? { ended: numberIn(row, 1), entries: [] };
    logs.set(name, news);
    if (row[2] !== null) news.entries.push(entryOf(row, 2));
  }
  return logs;
}

async function readNames(session: PostgresSession): Promise<Set<string>> {
  const { rows } = await session.query('SELECT name FROM plinth.logs');
  return new Set(rows.map((row) => textIn(row, 0)));
}

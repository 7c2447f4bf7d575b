import { systemClock } from '../../ports/clock.ts';
import { prefixEnd } from '../key.ts';
import { entriesReadBytes } from '../limits.ts';
import type { LogEntry } from '../port.ts';
import { StoreError } from '../port.ts';
import { followerName } from './follower.ts';
import { deletedRowsMax, entriesReadMax, pollIdleMs } from './limits.ts';
import type { Link } from './link.ts';
import { entryOf } from './rows.ts';
import { numberIn, type PostgresSession, type Statement } from './session.ts';

const readStatement: Statement = {
  name: 'plinth_read_log',
  text: `
    SELECT sequence, value, opening FROM (
      SELECT sequence, value, opening, sum(octet_length(value))
        OVER (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM plinth.entries
      WHERE log = (SELECT number FROM plinth.logs WHERE name = $1) AND sequence >= $2 AND sequence < $3
      ORDER BY sequence LIMIT ${entriesReadMax}
    ) AS counted
    WHERE coalesce(bytes_before, 0) < ${entriesReadBytes} ORDER BY sequence`,
};

/**
 * Work at the tables beside the commits: reading logs, and deleting what nobody needs. It has a session of its own, so that
 * it holds up neither commits nor looks, and all of it may be done twice.
 */
export class TableWork {
  readonly #link: Link;
  #last: Promise<unknown> = Promise.resolve();
  #dead: number[] = [];
  #deleting: Promise<void> | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Reads entries of a log, fewer than asked for when they are large. */
  async readLog(log: string, from: number, max: number): Promise<LogEntry[]> {
    const { rows } = await this.#run((session) => session.query(readStatement, [log, from, from + max]));
    const entries = rows.map((row) => entryOf(row, 0));
    for (const [i, { sequence }] of entries.entries()) {
      if (sequence !== from + i) throw missingEntry(log, from + i);
    }
    if (entries.length === 0) throw missingEntry(log, from);
    return entries;
  }

  /**
   * Deletes openings of entries. VACUUM then takes them out of the rows that the table still holds; what is left of them is
   * in free space of its pages until that is used again, and in the server's write-ahead log as long as that is kept.
   */
  async eraseOpenings(log: string, sequences: readonly number[]): Promise<void> {
    await this.#run((session) =>
      session.query(
        `UPDATE plinth.entries SET opening = NULL
         WHERE log = (SELECT number FROM plinth.logs WHERE name = $1) AND sequence = ANY($2::bigint[]) AND opening IS NOT NULL`,
        [log, sequences],
      ),
    );
    await this.#run((session) => session.query('VACUUM (INDEX_CLEANUP OFF, TRUNCATE OFF) plinth.entries'));
  }

  /** Removes a log from its end on, and at last its name, which other processes are told of. */
  async removeLog(log: string): Promise<void> {
    for (;;) {
      const deleted = await this.#run((session) =>
        session.row(
          `WITH wanted AS (
             SELECT number FROM plinth.logs WHERE name = $1
           ), gone AS (
             DELETE FROM plinth.entries e USING (
               SELECT log, sequence FROM plinth.entries WHERE log = (SELECT number FROM wanted)
               ORDER BY sequence DESC LIMIT $2
             ) AS last WHERE e.log = last.log AND e.sequence = last.sequence RETURNING e.sequence
           ), shorter AS (
             UPDATE plinth.logs SET ended = (SELECT min(sequence) FROM gone)
             WHERE name = $1 AND EXISTS (SELECT 1 FROM gone)
           )
           SELECT count(*) FROM gone`,
          [log, deletedRowsMax],
        ),
      );
      if (numberIn(deleted, 0) === 0) break;
    }
    await this.#run((session) =>
      session.query(
        `WITH gone AS (DELETE FROM plinth.logs WHERE name = $1 RETURNING 1)
         UPDATE plinth.meta SET number = number + 1, removed = number + 1 WHERE EXISTS (SELECT 1 FROM gone)`,
        [log],
      ),
    );
  }

  /**
   * Deletes all states of a tenant that has no object any more, the older ones first, so that no crash leaves an object
   * without its deletion. A process that has not seen all of them reads everything anew.
   * @param seen the newest revision at which it is known that the tenant has no object
   */
  async purge(prefix: string, seen: number): Promise<void> {
    const range = [prefix, prefixEnd(prefix)];
    const last = await this.#run((session) =>
      session.row(
        'SELECT coalesce(max(revision), 0) FROM plinth.states WHERE key >= $1 AND key < $2 AND revision <= $3',
        [...range, seen],
      ),
    );
    const upTo = numberIn(last, 0);
    if (upTo === 0) return;
    await this.#letOthersLook();
    await this.#run((session) =>
      session.query('UPDATE plinth.meta SET purged = greatest(purged, $1), number = number + 1', [upTo]),
    );
    for (let from = 0; ; ) {
      const after = from;
      const { rows } = await this.#run((session) =>
        session.query(
          `DELETE FROM plinth.states WHERE revision IN (
             SELECT revision FROM plinth.states
             WHERE revision > $3 AND revision <= $4 AND key >= $1 AND key < $2 ORDER BY revision LIMIT $5
           ) RETURNING revision`,
          [...range, after, upTo, deletedRowsMax],
        ),
      );
      for (const row of rows) from = Math.max(from, numberIn(row, 0));
      if (rows.length === 0) return;
    }
  }

  /** Deletes rows that nothing needs any more; resolves when all that are known are gone. */
  deleteStates(revisions: readonly number[]): Promise<void> {
    for (const revision of revisions) this.#dead.push(revision);
    this.#deleting ??= this.#deleteDead().finally(() => {
      this.#deleting = undefined;
    });
    return this.#deleting;
  }

  /** Bytes of the tables with their indexes. */
  async size(): Promise<number> {
    const row = await this.#run((session) =>
      session.row(
        `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
         WHERE relnamespace = to_regnamespace('plinth') AND relkind = 'r'`,
      ),
    );
    return numberIn(row, 0);
  }

  async #deleteDead(): Promise<void> {
    while (this.#dead.length > 0) {
      const some = this.#dead.slice(0, deletedRowsMax);
      await this.#run((session) =>
        session.query('DELETE FROM plinth.states WHERE revision = ANY($1::bigint[])', [some]),
      );
      this.#dead = this.#dead.slice(some.length);
    }
  }

  /** Waits until processes that only follow have looked once more, when there are any. */
  async #letOthersLook(): Promise<void> {
    const row = await this.#run((session) =>
      session.row(
        'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
        [followerName],
      ),
    );
    if (numberIn(row, 0) <= 1) return;
    await new Promise<void>((resolve) => void systemClock.after(2 * pollIdleMs, resolve));
  }

  /** One after the other; once more when the session was lost over it. */
  #run<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const session = await this.#link.get();
      try {
        return await work(session);
      } catch (error) {
        if (!session.isLost) throw error;
        return await work(await this.#link.get());
      }
    });
    this.#last = result.catch(() => {
      // Whoever asked for it gets the error; the next one begins on a session that holds.
    });
    return result;
  }
}

function missingEntry(log: string, sequence: number): StoreError {
  return new StoreError('damaged', `entry ${sequence} of the log ${log} is missing in the database`, {
    hint: 'restore the newest backup; do not change the tables of the schema plinth by hand',
  });
}

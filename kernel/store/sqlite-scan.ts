import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sqliteCode, sqliteCodeOf } from './sqlite-errors.ts';
import { checksum } from './sqlite-file.ts';
import type { Damage, Rows } from './sqlite-protocol.ts';

/** Upper end of a damage that reaches to the newest revision, whatever that was. */
export const newest = Number.MAX_SAFE_INTEGER;

/** What a scan yields: rows that are as they were written, and what is damaged. */
export interface ScanChunk {
  readonly rows: Rows;
  readonly damages: readonly Damage[];
  readonly last: boolean;
}

/**
 * Reads the log in revision order, checks every row, and passes over pages that cannot be read.
 *
 * While the database cannot be read at a revision, the scan looks for the next revision where it can, first by
 * doubling the distance, then by halving: about a hundred seeks per gap, whatever its size.
 */
export class LogScan {
  readonly #select: StatementSync;
  readonly #seek: StatementSync;
  #rows: Iterator<unknown, unknown> | undefined;
  #next = 0;

  constructor(database: DatabaseSync) {
    const columns = 'SELECT revision, type, crc, key, value FROM log';
    this.#select = database.prepare(`${columns} WHERE revision >= ? ORDER BY revision`);
    this.#select.setReturnArrays(true);
    this.#seek = database.prepare('SELECT revision FROM log WHERE revision >= ? ORDER BY revision LIMIT 1');
  }

  /** The next rows, about `bytes` of them. */
  chunk(bytes: number): ScanChunk {
    const rows: Rows = { revisions: [], types: [], keys: [], values: [] };
    const damages: Damage[] = [];
    let size = 0;
    while (size < bytes) {
      let row: unknown;
      try {
        this.#rows ??= this.#select.iterate(this.#next);
        const { done, value } = this.#rows.next();
        if (done) return { rows, damages, last: true };
        row = value;
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#rows = undefined;
        const from = this.#next;
        const to = this.#readableAfter(from);
        damages.push({
          from,
          to: to === undefined ? newest : to - 1,
          key: undefined,
          reason: messageOf(error),
        });
        if (to === undefined) return { rows, damages, last: true };
        this.#next = to;
        continue;
      }
      size += this.#take(row, rows, damages);
    }
    return { rows, damages, last: false };
  }

  #take(row: unknown, rows: Rows, damages: Damage[]): number {
    if (!Array.isArray(row)) return 0;
    const columns: readonly unknown[] = row;
    const [revision, type, crc, key, value] = columns;
    if (typeof revision !== 'number') return 0;
    this.#next = revision + 1;
    if (typeof key !== 'string' || typeof type !== 'number' || !isValue(value)) {
      const name = typeof key === 'string' ? key : undefined;
      damages.push({ from: revision, to: revision, key: name, reason: 'a column has a wrong type' });
      return 0;
    }
    if (crc !== checksum(revision, type, key, value)) {
      damages.push({ from: revision, to: revision, key, reason: 'the checksum does not match' });
      return 0;
    }
    rows.revisions.push(revision);
    rows.types.push(type);
    rows.keys.push(key);
    rows.values.push(value);
    return value.length + key.length;
  }

  /** The first revision after `bad` from where reading works again. */
  #readableAfter(bad: number): number | undefined {
    let step = 1;
    while (!this.#canRead(bad + step)) {
      step *= 2;
      if (!Number.isSafeInteger(bad + step)) return undefined;
    }
    let low = bad + Math.floor(step / 2);
    let high = bad + step;
    while (high - low > 1) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.#canRead(middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  #canRead(revision: number): boolean {
    try {
      this.#seek.get(revision);
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }
}

function isValue(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** Whether an error says that a page cannot be read or makes no sense. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === sqliteCode.corrupt || code === sqliteCode.ioError || code === sqliteCode.notDatabase;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Checks how the pages hang together: of the table of the objects only, or of all, whose time grows with the append-only
 * logs. A checksum finds a row that is wrong, this finds rows that are out of reach:
 * 40 ms for 100,000 rows of 1.1 kB that have just been read.
 */
export function checkStructure(database: DatabaseSync, scope: 'objects' | 'all'): Damage[] {
  return structureProblems(database, scope).map((reason) => ({
    from: 0,
    to: newest,
    key: undefined,
    reason,
  }));
}

function structureProblems(database: DatabaseSync, scope: 'objects' | 'all'): string[] {
  try {
    const lines = database.prepare(`PRAGMA quick_check(${scope === 'objects' ? 'log' : 10})`).all();
    return lines.map((line) => String(line['quick_check'])).filter((line) => line !== 'ok');
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [messageOf(error)];
  }
}

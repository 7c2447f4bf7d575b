import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { AppendGroup } from './append-logs.ts';
import { entriesReadBytes } from './limits.ts';
import { type LogEntry, StoreError } from './port.ts';

/**
 * Entries of one log lie behind each other: a rowid is the log's number times this, plus the sequence. So a commit fills
 * pages from the end of each log, a log can hold four billion entries, and a store two million logs.
 */
const entriesPerLog = 2 ** 32;

/** The tables of the append-only logs. `crc` is the checksum of sequence and value. */
export const entriesSchema = `
  CREATE TABLE logs (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE entries (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, value TEXT NOT NULL, opening TEXT);
`;

/** The append-only logs in the database file. All methods run inside the caller's transaction, or read. */
export class EntryTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #present: StatementSync;
  readonly #read: StatementSync;
  readonly #erase: StatementSync;
  readonly #newLog: StatementSync;
  readonly #last: StatementSync;
  readonly #numbers = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO entries (id, crc, value, opening) VALUES (?, ?, ?, ?)');
    this.#delete = database.prepare('DELETE FROM entries WHERE id = ?');
    this.#present = database.prepare('SELECT 1 FROM entries WHERE id = ?');
    this.#read = database.prepare(
      'SELECT id, crc, value, opening FROM entries WHERE id >= ? AND id < ? ORDER BY id',
    );
    this.#erase = database.prepare('UPDATE entries SET opening = NULL WHERE id = ?');
    this.#newLog = database.prepare('INSERT INTO logs (name) VALUES (?) RETURNING number');
    this.#last = database.prepare('SELECT max(id) AS id FROM entries WHERE id >= ? AND id < ?');
    this.#loadNumbers();
  }

  /** The number of entries of each log. */
  ends(): Map<string, number> {
    const ends = new Map<string, number>();
    for (const [name, number] of this.#numbers) ends.set(name, this.#endOf(number));
    return ends;
  }

  /** @returns about how many bytes were written */
  insert({ logs, sequences, values, openings }: AppendGroup): number {
    let bytes = 0;
    for (const [i, log] of logs.entries()) {
      const sequence = sequences[i] ?? 0;
      const value = values[i] ?? '';
      const opening = openings[i] ?? null;
      this.#insert.run(this.#id(log, sequence), checksumOf(sequence, value), value, opening);
      bytes += value.length + (opening?.length ?? 0);
    }
    return bytes;
  }

  remove({ logs, sequences }: AppendGroup): void {
    for (const [i, log] of logs.entries()) {
      const number = this.#numbers.get(log);
      if (number !== undefined) this.#delete.run(number * entriesPerLog + (sequences[i] ?? 0));
    }
  }

  /** How many of these entries are there. */
  count({ logs, sequences }: AppendGroup): number {
    let found = 0;
    for (const [i, log] of logs.entries()) {
      const number = this.#numbers.get(log);
      if (number === undefined) continue;
      if (this.#present.get(number * entriesPerLog + (sequences[i] ?? 0)) !== undefined) found++;
    }
    return found;
  }

  /** @throws StoreError `damaged` */
  read(log: string, from: number, max: number): LogEntry[] {
    const number = this.#numbers.get(log);
    if (number === undefined) return [];
    const first = number * entriesPerLog;
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (const row of this.#read.iterate(first + from, first + from + max)) {
      const { id, crc, value, opening } = row;
      const sequence = from + entries.length;
      if (id !== first + sequence || typeof value !== 'string' || crc !== checksumOf(sequence, value)) {
        throw new StoreError('damaged', `entry ${sequence} of the log ${log} is not as it was written`, {
          hint: 'stop the server and restore the newest backup; `plinth doctor` shows what is left',
        });
      }
      entries.push(typeof opening === 'string' ? { sequence, value, opening } : { sequence, value });
      bytes += value.length;
      if (bytes >= entriesReadBytes) break;
    }
    return entries;
  }

  erase(log: string, sequences: readonly number[]): void {
    const number = this.#numbers.get(log);
    if (number === undefined) return;
    for (const sequence of sequences) this.#erase.run(number * entriesPerLog + sequence);
  }

  /**
   * Removes entries from the end of a log, and the log with its last one.
   * @returns how many are left
   */
  removeLast(log: string, max: number): number {
    const number = this.#numbers.get(log);
    if (number === undefined) return 0;
    const first = number * entriesPerLog;
    const end = first + this.#endOf(number);
    const from = Math.max(first, end - max);
    this.#database.prepare('DELETE FROM entries WHERE id >= ? AND id < ?').run(from, end);
    if (from === first) {
      this.#database.prepare('DELETE FROM logs WHERE number = ?').run(number);
      this.#numbers.delete(log);
    }
    return from - first;
  }

  /** A transaction was rolled back: a log that it began has no number any more. */
  rolledBack(): void {
    this.#numbers.clear();
    this.#loadNumbers();
  }

  #endOf(number: number): number {
    const first = number * entriesPerLog;
    const id = this.#last.get(first, first + entriesPerLog)?.['id'];
    return typeof id === 'number' ? id - first + 1 : 0;
  }

  #id(log: string, sequence: number): number {
    let number = this.#numbers.get(log);
    if (number === undefined) {
      number = Number(this.#newLog.get(log)?.['number']);
      this.#numbers.set(log, number);
    }
    return number * entriesPerLog + sequence;
  }

  #loadNumbers(): void {
    for (const { number, name } of this.#database.prepare('SELECT number, name FROM logs').all()) {
      this.#numbers.set(String(name), Number(number));
    }
  }
}

function checksumOf(sequence: number, value: string): number {
  return crc32(value, crc32(`${sequence}\n`));
}

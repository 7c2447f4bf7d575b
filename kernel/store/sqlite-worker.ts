/**
 * The writer thread: owns the database file, so that neither a commit nor its sync ever holds up the event loop.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../ports/clock.ts';
import type { AppendGroup } from './append-logs.ts';
import {
  type DataFiles,
  dataFiles,
  leaveMarker,
  leaveOwner,
  ownerOf,
  prepareDirectory,
  removeOwner,
} from './data-directory.ts';
import type { Group } from './group-commit.ts';
import { checkpointBytes, loadChunkBytes } from './limits.ts';
import { StoreError } from './port.ts';
import { EntryTable } from './sqlite-entries.ts';
import { damagedRefusal, openRefusal, toRefusal, writeRefusal } from './sqlite-errors.ts';
import { checksum, openDatabase, openForReading, openMeta } from './sqlite-file.ts';
import type { Damage, SqliteReply, SqliteRequest } from './sqlite-protocol.ts';
import { checkStructure, isDamage, LogScan, messageOf, newest } from './sqlite-scan.ts';
import { checkWal } from './wal-check.ts';

class Writer {
  readonly #database: DatabaseSync;
  readonly #files: DataFiles;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #present: StatementSync;
  readonly #setCompacted: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #checkpoint: StatementSync;
  readonly #truncate: StatementSync;
  readonly #entries: EntryTable | undefined;
  readonly #writable: boolean;
  readonly #damage: Damage | undefined;
  #scan: LogScan | undefined;
  #compacted: number;
  #loggedBytes = 0;
  /** A commit has failed: what it left in SQLite's log has to go before anything is written behind it. */
  #suspect = false;

  constructor(
    database: DatabaseSync,
    files: DataFiles,
    compacted: number,
    found: { writable: boolean; damage: Damage | undefined },
  ) {
    this.#writable = found.writable;
    this.#damage = found.damage;
    this.#database = database;
    this.#files = files;
    this.#compacted = compacted;
    this.#insert = database.prepare(
      'INSERT INTO log (revision, type, crc, key, value) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM log WHERE revision = ?');
    this.#present = database.prepare('SELECT 1 FROM log WHERE revision = ?');
    this.#setCompacted = database.prepare("UPDATE meta SET value = ? WHERE name = 'compacted'");
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#truncate = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#scan = new LogScan(database);
    // A store of an older version that is only read has no such tables.
    const [table] = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entries'").all();
    this.#entries = table === undefined ? undefined : new EntryTable(database);
  }

  get ends(): ReadonlyMap<string, number> {
    return this.#entries?.ends() ?? new Map();
  }

  read(): SqliteReply {
    if (this.#scan === undefined) throw new Error('the log has been read');
    const chunk = this.#scan.chunk(loadChunkBytes);
    if (!chunk.last) return { type: 'rows', ...chunk };
    const damages = [...chunk.damages, ...checkStructure(this.#database, 'objects')];
    if (this.#damage !== undefined) damages.push(this.#damage);
    return { type: 'rows', ...chunk, damages };
  }

  /**
   * Makes sure that all that was read is durable: a process that was killed may have left commits in the log that
   * were never synced, and a reader must not see what a power cut could still take back.
   */
  ready(): SqliteReply {
    this.#scan = undefined;
    try {
      this.#settleLog();
      return { type: 'done' };
    } catch (error) {
      this.#suspect = true;
      return { type: 'refused', refusal: toRefusal(writeRefusal(error, this.#files.directory)) };
    }
  }

  write(group: Group): SqliteReply {
    try {
      if (this.#suspect) this.#settleLog();
      const syncMs = this.#transact(group);
      return { type: 'written', syncMs };
    } catch (error) {
      // Only what is not there may be refused: where SQLite reports an error but has the rows, it is done.
      if (this.#keptDespite(group)) return { type: 'written', syncMs: 0 };
      return { type: 'refused', refusal: toRefusal(writeRefusal(error, this.#files.directory)) };
    }
  }

  /** Copies SQLite's log into the database when it has grown enough. */
  tidy(): void {
    if (this.#loggedBytes < checkpointBytes || this.#suspect) return;
    this.#loggedBytes = 0;
    try {
      this.#checkpoint.get();
    } catch {
      // The log keeps all that is committed and is copied at the next occasion. If the disk has a lasting problem,
      // the log cannot grow either, and the group that meets it is refused with the cause.
    }
  }

  confirm(revisions: readonly number[], entries: AppendGroup): SqliteReply {
    let found = this.#entries?.count(entries) ?? 0;
    for (const revision of revisions) if (this.#present.get(revision) !== undefined) found++;
    return { type: 'confirmed', found };
  }

  readEntries(log: string, from: number, max: number): SqliteReply {
    try {
      return { type: 'entries', entries: this.#entries?.read(log, from, max) ?? [] };
    } catch (error) {
      const refusal =
        error instanceof StoreError ? error : damagedRefusal(this.#files.directory, messageOf(error), error);
      return { type: 'refused', refusal: toRefusal(refusal) };
    }
  }

  erase(log: string, sequences: readonly number[]): SqliteReply {
    return this.#wipe(() => {
      this.#entries?.erase(log, sequences);
      return { type: 'done' };
    });
  }

  remove(log: string, max: number): SqliteReply {
    return this.#wipe(() => ({ type: 'removed', left: this.#entries?.removeLast(log, max) ?? 0 }));
  }

  purge(revisions: readonly number[]): SqliteReply {
    return this.#wipe(() => {
      for (const revision of revisions) this.#delete.run(revision);
      return { type: 'done' };
    });
  }

  /** Runs a transaction after which what it deleted is gone from the file too, not only from the tables. */
  #wipe(work: () => SqliteReply): SqliteReply {
    try {
      if (this.#suspect) this.#settleLog();
      this.#database.exec('PRAGMA secure_delete = ON');
      this.#begin.run();
      const reply = work();
      this.#commit.run();
      this.#settleLog();
      return reply;
    } catch (error) {
      this.#suspect = true;
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#entries?.rolledBack();
      return { type: 'refused', refusal: toRefusal(writeRefusal(error, this.#files.directory)) };
    } finally {
      this.#database.exec('PRAGMA secure_delete = OFF');
    }
  }

  close(): void {
    this.#database.close();
    if (this.#writable) removeOwner(this.#files);
  }

  #transact(group: Group): number {
    const { revisions, types, keys, values } = group;
    this.#begin.run();
    for (let i = 0; i < revisions.length; i++) {
      const revision = revisions[i] ?? 0;
      const type = types[i] ?? 0;
      const key = keys[i] ?? '';
      const value = values[i] ?? '';
      this.#insert.run(revision, type, checksum(revision, type, key, value), key, value);
      this.#loggedBytes += value.length;
    }
    if (group.forgetEntries !== undefined) this.#entries?.remove(group.forgetEntries);
    this.#loggedBytes += this.#entries?.insert(group.entries) ?? 0;
    if (group.compacted > this.#compacted) this.#setCompacted.run(group.compacted);
    for (const revision of group.forget) this.#delete.run(revision);
    const start = systemClock.monotonic();
    this.#commit.run();
    this.#compacted = group.compacted;
    this.#loggedBytes += 16_384 + group.forget.length * 2_048;
    return systemClock.monotonic() - start;
  }

  /** @returns whether a group is in the log, and durable, although its commit reported an error. */
  #keptDespite(group: Group): boolean {
    this.#suspect = true;
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#entries?.rolledBack();
      const last = group.revisions.at(-1);
      const there =
        last === undefined ? this.#hasEntries(group.entries) : this.#present.get(last) !== undefined;
      if (!there) return false;
      this.#settleLog();
      return true;
    } catch {
      return false; // The disk does not even let us look. What is reported is the first error, which is the cause.
    }
  }

  #hasEntries(entries: AppendGroup): boolean {
    return entries.logs.length > 0 && this.#entries?.count(entries) === entries.logs.length;
  }

  /** Brings the log into the database, durably, and empties it. */
  #settleLog(): void {
    const outcome = this.#truncate.get();
    if (outcome?.['busy'] !== 0) throw new Error('SQLite could not empty its log');
    this.#suspect = false;
    this.#loggedBytes = 0;
  }
}

let writer: Writer | undefined;

function open(directory: string, readOnly: boolean): SqliteReply {
  const files = dataFiles(directory);
  let database: DatabaseSync | undefined;
  try {
    prepareDirectory(files, readOnly);
    // A damaged store is left as it is: closing a database that was open for writing would move its log.
    let damage = checkWal(files.log);
    const closed = readOnly || damage !== undefined;
    if (!closed) {
      try {
        database = openDatabase(files);
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage = { from: 0, to: newest, key: undefined, reason: messageOf(error) };
      }
    }
    const writable = database !== undefined;
    database ??= openForReading(files);
    const meta = openMeta(database, files, writable);
    if (writable) {
      leaveMarker(files, meta.storeId);
      leaveOwner(files);
    }
    writer = new Writer(database, files, meta.compacted, { writable, damage });
    return { type: 'opened', compacted: meta.compacted, damage, ends: writer.ends };
  } catch (error) {
    database?.close();
    return { type: 'refused', refusal: toRefusal(openRefusal(error, directory, ownerOf(files))) };
  }
}

function answer(request: SqliteRequest): SqliteReply {
  if (request.type === 'open') return open(request.directory, request.readOnly);
  if (writer === undefined) throw new Error(`the writer thread got '${request.type}' before 'open'`);
  switch (request.type) {
    case 'read':
      return writer.read();
    case 'ready':
      return writer.ready();
    case 'write':
      return writer.write(request.group);
    case 'confirm':
      return writer.confirm(request.revisions, request.entries);
    case 'entries':
      return writer.readEntries(request.log, request.from, request.max);
    case 'erase':
      return writer.erase(request.log, request.sequences);
    case 'remove':
      return writer.remove(request.log, request.max);
    case 'purge':
      return writer.purge(request.revisions);
    case 'close':
      writer.close();
      writer = undefined;
      return { type: 'done' };
  }
}

const port = parentPort;
if (port === null) throw new Error('sqlite-worker.ts runs as a worker thread only');
port.on('message', (request: SqliteRequest) => {
  port.postMessage(answer(request));
  if (request.type === 'write') setImmediate(() => writer?.tidy());
  if (request.type === 'close') port.close();
});

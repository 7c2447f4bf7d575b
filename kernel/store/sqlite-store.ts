import { resolve } from 'node:path';
import { type Clock, systemClock } from '../ports/clock.ts';
import { AppendLogs } from './append-logs.ts';
import { describeDamage } from './damage.ts';
import { type DataFiles, dataFiles, sizeOf } from './data-directory.ts';
import { GroupCommit } from './group-commit.ts';
import { Image } from './image.ts';
import type { Loaded } from './image-loader.ts';
import {
  historyBytesMax,
  historyEventsMax,
  historyStepShare,
  purgedRowsMax,
  removedEntriesMax,
} from './limits.ts';
import {
  type Append,
  type ListOptions,
  type ListResult,
  type LogEntry,
  type Logs,
  type Store,
  type StoreCipher,
  type StoredObject,
  StoreError,
  type StoreHealth,
  type StoreOperation,
  type StoreStats,
  type StoreUsage,
  type Watcher,
} from './port.ts';
import { fromRefusal } from './sqlite-errors.ts';
import { loadImage } from './sqlite-load.ts';
import type { SqliteReply } from './sqlite-protocol.ts';
import { SqliteThread } from './sqlite-thread.ts';

export interface SqliteStoreOptions {
  /** Data directory, made with mode 0700 when it is absent. One process at a time may have it. */
  readonly directory: string;
  readonly clock?: Clock;
  /** Seals values on their way to the disk. */
  readonly cipher?: StoreCipher;
  /** Bounds of the history: events, and bytes of superseded values. The oldest beyond them is compacted away. */
  readonly history?: { readonly events?: number; readonly bytes?: number };
  /** Opens without writing anything: commits are refused. */
  readonly readOnly?: boolean;
}

/**
 * Opens the store in a data directory: the embedded engine, on SQLite.
 *
 * A damaged file is opened as far as it can be read: then `health()` names what is damaged and commits are refused.
 * @param options where, and what differs from the defaults.
 * @returns the store, with all objects in memory.
 * @throws StoreError `locked`, `newer`, `permission`, or `damaged` when nothing can be read.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const directory = resolve(options.directory);
  const readOnly = options.readOnly ?? false;
  const thread = new SqliteThread(directory);
  const { compacted, ends } = await thread.open(readOnly);
  const logs = new AppendLogs(ends);
  const image = new Image();
  let refusal: StoreError | undefined;
  let dead: number[] = [];
  let begun: StoreError | undefined;
  try {
    const loaded = await loadImage(thread, image, compacted, options.cipher);
    dead = loaded.dead;
    if (loaded.damageCount > 0) refusal = damageRefusal(directory, loaded);
    else if (readOnly)
      refusal = new StoreError('read-only', `the store in ${directory} was opened read-only`);
    else {
      const reply = await thread.ask({ type: 'ready' });
      if (reply.type === 'refused') begun = fromRefusal(reply.refusal);
    }
    if (readOnly) await thread.close();
  } catch (error) {
    await thread.close();
    throw error;
  }
  return new SqliteStore({ files: dataFiles(directory), thread, image, logs, refusal, begun, dead, options });
}

class SqliteStore implements Store {
  readonly #files: DataFiles;
  readonly #thread: SqliteThread;
  readonly #image: Image;
  readonly logs: Logs;
  readonly #ends: AppendLogs;
  readonly #commits: GroupCommit;
  readonly #history: { readonly events: number; readonly bytes: number };
  /** Why this store never writes. */
  readonly #refusal: StoreError | undefined;
  #closing: Promise<void> | undefined;
  /** Rows that are to be wiped: kept until they are, so that a purge that failed is made good by the next. */
  #unpurged: number[] = [];

  constructor(parts: {
    files: DataFiles;
    thread: SqliteThread;
    image: Image;
    logs: AppendLogs;
    refusal: StoreError | undefined;
    begun: StoreError | undefined;
    dead: readonly number[];
    options: SqliteStoreOptions;
  }) {
    const { history, clock, cipher } = parts.options;
    this.#files = parts.files;
    this.#thread = parts.thread;
    this.#image = parts.image;
    this.#ends = parts.logs;
    this.logs = {
      names: () => parts.logs.names(),
      end: (log) => parts.logs.end(log),
      read: (log, from, max) => this.#readLog(log, from, max),
      follow: (log, appended) => parts.logs.follow(log, appended),
      eraseOpenings: (log, sequences) => this.#eraseOpenings(log, sequences),
      remove: (log) => this.#removeLog(log),
    };
    this.#refusal = parts.refusal;
    this.#history = { events: history?.events ?? historyEventsMax, bytes: history?.bytes ?? historyBytesMax };
    this.#commits = new GroupCommit(parts.image, parts.thread, {
      clock: clock ?? systemClock,
      cipher,
      logs: parts.logs,
      nextRevision: parts.image.revision + 1,
      visible: () => this.#boundHistory(),
      failure: parts.begun,
    });
    if (this.#refusal !== undefined || parts.begun !== undefined) return;
    if (parts.dead.length > 0) this.#commits.forgetInBackground(parts.dead);
    this.#boundHistory();
  }

  get revision(): number {
    return this.#image.revision;
  }

  get compactedRevision(): number {
    return this.#image.compactedRevision;
  }

  get(key: string): StoredObject | undefined {
    return this.#image.get(key);
  }

  list(prefix: string, options: ListOptions = {}): ListResult {
    return this.#image.list(prefix, options);
  }

  count(prefix: string): number {
    return this.#image.count(prefix);
  }

  usage(prefix: string): StoreUsage {
    return this.#image.usage(prefix);
  }

  buckets(): string[] {
    return this.#image.buckets();
  }

  commit(operations: readonly StoreOperation[], appends?: readonly Append[]): Promise<StoredObject[]> {
    const refusal = this.#refuses();
    return refusal === undefined ? this.#commits.commit(operations, appends) : Promise.reject(refusal);
  }

  async #readLog(log: string, from: number, max: number): Promise<LogEntry[]> {
    if (this.#closing !== undefined) throw closedRefusal(this.#files.directory);
    const count = Math.min(max, this.#ends.end(log) - from);
    if (count <= 0) return [];
    const reply = await this.#thread.ask({ type: 'entries', log, from, max: count });
    if (reply.type === 'entries') return reply.entries;
    throw refusedReply(reply);
  }

  async #eraseOpenings(log: string, sequences: readonly number[]): Promise<void> {
    const refusal = this.#refuses();
    if (refusal !== undefined) throw refusal;
    const reply = await this.#thread.ask({ type: 'erase', log, sequences });
    if (reply.type !== 'done') throw refusedReply(reply);
  }

  async #removeLog(log: string): Promise<void> {
    const refusal = this.#refuses();
    if (refusal !== undefined) throw refusal;
    this.#ends.forget(log);
    for (let left = 1; left > 0; ) {
      const reply = await this.#thread.ask({ type: 'remove', log, max: removedEntriesMax });
      if (reply.type !== 'removed') throw refusedReply(reply);
      left = reply.left;
    }
  }

  async purge(prefix: string): Promise<void> {
    const refusal = this.#refuses();
    if (refusal !== undefined) throw refusal;
    this.#unpurged.push(...this.#image.purge(prefix));
    while (this.#unpurged.length > 0) {
      const revisions = this.#unpurged.slice(0, purgedRowsMax);
      const reply = await this.#thread.ask({ type: 'purge', revisions });
      if (reply.type !== 'done') throw refusedReply(reply);
      const done = new Set(revisions);
      this.#unpurged = this.#unpurged.filter((revision) => !done.has(revision));
    }
    // What the bounds of the history let go of before may still wait for its turn.
    await this.#commits.forget([]);
  }

  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    if (this.#closing !== undefined) throw closedRefusal(this.#files.directory);
    return this.#image.watch(prefix, fromRevision, wake);
  }

  compact(revision: number): Promise<void> {
    const refusal = this.#refuses();
    return refusal === undefined
      ? this.#commits.forget(this.#image.compact(revision))
      : Promise.reject(refusal);
  }

  health(): StoreHealth {
    const failure = this.#refuses() ?? this.#commits.failure;
    if (failure === undefined) return { writable: true };
    const { message, hint } = failure;
    return hint === undefined
      ? { writable: false, cause: message }
      : { writable: false, cause: message, hint };
  }

  stats(): StoreStats {
    return {
      objects: this.#image.size,
      watchers: this.#image.watchers,
      revision: this.#image.revision,
      compactedRevision: this.#image.compactedRevision,
      groups: this.#commits.groups,
      operations: this.#commits.operations,
      syncSeconds: this.#commits.syncMs / 1_000,
      diskBytes: sizeOf(this.#files.database) + sizeOf(this.#files.log),
      pending: this.#commits.pending,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#commits.finish().then(() => this.#thread.close());
    return this.#closing;
  }

  #refuses(): StoreError | undefined {
    if (this.#closing !== undefined) return closedRefusal(this.#files.directory);
    if (this.#refusal === undefined) return undefined;
    const { code, message, hint } = this.#refusal;
    return new StoreError(code, message, hint === undefined ? {} : { hint });
  }

  #boundHistory(): void {
    const { events, bytes } = this.#image.history;
    const most = this.#history;
    if (events <= most.events && bytes <= most.bytes) return;
    // By events: what is too many and a step more. By bytes: the same share of the events as is too many of the bytes.
    const tooMany = Math.max(
      events - most.events,
      Math.ceil(events * (1 - most.bytes / Math.max(bytes, most.bytes))),
    );
    const step = Math.ceil(most.events * historyStepShare);
    const revision = this.#image.revisionOfOldest(tooMany + step);
    this.#commits.forgetInBackground(this.#image.compact(revision));
  }
}

function refusedReply(reply: SqliteReply): Error {
  return reply.type === 'refused'
    ? fromRefusal(reply.refusal)
    : new Error(`the writer thread answered '${reply.type}' out of turn`);
}

function closedRefusal(directory: string): StoreError {
  return new StoreError('closed', `the store in ${directory} is closed`);
}

function damageRefusal(directory: string, loaded: Loaded): StoreError {
  const named = loaded.damages.slice(0, 5).map(describeDamage).join('; ');
  const more = loaded.damageCount > 5 ? `; and ${loaded.damageCount - 5} more` : '';
  return new StoreError('read-only', `the store in ${directory} is damaged: ${named}${more}`, {
    hint: 'what is readable is served; run `plinth doctor` for all damages and restore the newest backup',
  });
}

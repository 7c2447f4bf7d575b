import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Random, systemRandom } from '../../ports/random.ts';
import { AppendLogs } from '../append-logs.ts';
import { describeDamage } from '../damage.ts';
import { Image } from '../image.ts';
import type { Loaded } from '../image-loader.ts';
import { historyBytesMax, historyEventsMax } from '../limits.ts';
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
} from '../port.ts';
import { PostgresCommits } from './commits.ts';
import { type DatabasePlace, describePlace } from './database-place.ts';
import { Feed } from './feed.ts';
import { Follower, followerName } from './follower.ts';
import { HistoryCuts } from './history-cuts.ts';
import { closingDoubtMsMax, type SessionUse, sizeEveryMs, writerDaysMax } from './limits.ts';
import { Link } from './link.ts';
import { type Head, loadImage } from './load.ts';
import { migrate } from './migrations.ts';
import { closedRefusal, openRefusal, runningRefusal } from './refusals.ts';
import { PostgresSession } from './session.ts';
import { TableWork } from './table-work.ts';

export interface PostgresStoreOptions {
  /** The database, as `postgres://user:password@host:port/database`. The tables are in a schema of their own, `plinth`. */
  readonly url: string;
  /** Tells when writing may be tried again after the server refused it. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Seals values on their way to the database; the same for all processes. */
  readonly cipher?: StoreCipher;
  /** Bounds of the history: events, and bytes of superseded values. The oldest beyond them is compacted away. */
  readonly history?: { readonly events?: number; readonly bytes?: number };
}

/**
 * Opens the store in a PostgreSQL database: the engine for several processes, each of which holds all objects in memory.
 *
 * The tables are made at the first open, and brought up to this program's version.
 * @param options where, and what differs from the defaults.
 * @returns the store, with all objects in memory.
 * @throws StoreError `unavailable`, `permission`, `newer`, or `damaged`.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, cipher } = options;
  const writer = (options.random ?? systemRandom).uuid();
  const migrating = await PostgresSession.connect(url, 'migrate', 'plinth setup');
  const { place } = migrating;
  const image = new Image();
  try {
    await migrate(migrating);
    await noteWriter(migrating, writer);
    const { head, ends, loaded } = await loadImage(migrating, image, cipher);
    return await PostgresStore.start({ options, place, image, writer, head, ends, loaded });
  } catch (error) {
    throw openRefusal(error, place);
  } finally {
    await migrating.close();
  }
}

/** Enters this process among the writers, which also shows whether it has the right to write. */
async function noteWriter(session: PostgresSession, writer: string): Promise<void> {
  await session.query('INSERT INTO plinth.writers (id, number) VALUES ($1, 0)', [writer]);
  await session.query(`DELETE FROM plinth.writers WHERE at < now() - $1 * interval '1 day'`, [writerDaysMax]);
}

interface StoreParts {
  readonly options: PostgresStoreOptions;
  readonly place: DatabasePlace;
  readonly image: Image;
  readonly writer: string;
  readonly head: Head;
  readonly ends: ReadonlyMap<string, number>;
  readonly loaded: Loaded;
}

class PostgresStore implements Store {
  readonly logs: Logs;
  readonly #image: Image;
  readonly #place: DatabasePlace;
  readonly #ends: AppendLogs;
  readonly #feed: Feed;
  readonly #follower: Follower;
  readonly #commits: PostgresCommits;
  readonly #work: TableWork;
  readonly #links: { readonly write: Link; readonly follow: Link; readonly work: Link };
  /** Why this store never writes. */
  readonly #refusal: StoreError | undefined;
  #diskBytes = 0;
  #sizedAtMs = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  static async start(parts: StoreParts): Promise<PostgresStore> {
    const store = new PostgresStore(parts);
    try {
      // A session that follows first: between loading and its first look others may commit already.
      await Promise.all([store.#links.follow.get(), store.#links.write.get()]);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor({ options, place, image, writer, head, ends, loaded }: StoreParts) {
    const { url, cipher, history } = options;
    const open = (use: SessionUse, name: string) => (): Promise<PostgresSession> =>
      PostgresSession.connect(url, use, name);
    this.#image = image;
    this.#place = place;
    this.#ends = new AppendLogs(ends);
    const cuts = new HistoryCuts(image);
    this.#feed = new Feed(image, this.#ends, { head, cuts, cipher, place });
    this.#links = {
      write: new Link(open('write', 'plinth writer')),
      follow: new Link(open('read', followerName), (session) => this.#follower.listen(session)),
      work: new Link(open('work', 'plinth worker')),
    };
    this.#work = new TableWork(this.#links.work);
    this.#follower = new Follower(this.#feed, this.#links.follow, writer, open('read', 'plinth reader'));
    this.#refusal = loaded.damageCount > 0 ? damageRefusal(place, loaded) : undefined;
    this.#commits = new PostgresCommits({
      image,
      logs: this.#ends,
      feed: this.#feed,
      cuts,
      link: this.#links.write,
      cipher,
      history: { events: history?.events ?? historyEventsMax, bytes: history?.bytes ?? historyBytesMax },
      clock: options.clock ?? systemClock,
      place,
      writer,
      reload: () => this.#follower.reload(),
      committed: () => this.#follower.hint(),
      dead: (revisions) => this.#deleteInBackground(revisions),
    });
    this.logs = {
      names: () => this.#ends.names(),
      end: (log) => this.#ends.end(log),
      read: (log, from, max) => this.#readLog(log, from, max),
      follow: (log, appended) => this.#ends.follow(log, appended),
      eraseOpenings: (log, sequences) => this.#change(() => this.#work.eraseOpenings(log, sequences)),
      remove: (log) => this.#removeLog(log),
    };
    if (this.#refusal === undefined) this.#deleteInBackground(loaded.dead);
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

  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    if (this.#closing !== undefined) throw closedRefusal(this.#place);
    return this.#image.watch(prefix, fromRevision, wake);
  }

  compact(revision: number): Promise<void> {
    return this.#change(async () => {
      const dead = await this.#commits.compact(revision);
      await this.#work.deleteStates(dead);
    });
  }

  purge(prefix: string): Promise<void> {
    return this.#change(async () => {
      this.#image.purge(prefix);
      await this.#work.purge(prefix, this.#image.revision);
    });
  }

  health(): StoreHealth {
    const unseen = this.#follower.failure;
    const failure =
      this.#refuses() ??
      this.#commits.failure ??
      (unseen === undefined ? undefined : runningRefusal(unseen, this.#place, 'read from'));
    if (failure === undefined) return { writable: true };
    const { message, hint } = failure;
    return hint === undefined
      ? { writable: false, cause: message }
      : { writable: false, cause: message, hint };
  }

  stats(): StoreStats {
    this.#refreshSize();
    return {
      objects: this.#image.size,
      watchers: this.#image.watchers,
      revision: this.#image.revision,
      compactedRevision: this.#image.compactedRevision,
      groups: this.#commits.groups,
      operations: this.#commits.operations,
      syncSeconds: this.#commits.syncMs / 1_000,
      diskBytes: this.#diskBytes,
      pending: this.#commits.pending,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { write, follow, work } = this.#links;
    this.#follower.stop();
    const finished = this.#commits.finish();
    // Without its link the write path gives up a group whose outcome it still asks for.
    const stopWaiting = systemClock.after(closingDoubtMsMax, () => {
      if (this.#commits.isInDoubt) void write.close();
    });
    await finished;
    stopWaiting();
    await Promise.all([write.close(), follow.close(), work.close()]);
  }

  async #readLog(log: string, from: number, max: number): Promise<LogEntry[]> {
    if (this.#closing !== undefined) throw closedRefusal(this.#place);
    const count = Math.min(max, this.#ends.end(log) - from);
    if (count <= 0) return [];
    try {
      return await this.#work.readLog(log, from, count);
    } catch (error) {
      throw runningRefusal(error, this.#place, 'read from');
    }
  }

  #removeLog(log: string): Promise<void> {
    return this.#change(async () => {
      this.#ends.forget(log);
      await this.#work.removeLog(log);
    });
  }

  /** Runs a change that is no commit, unless nothing may be changed. */
  async #change(work: () => Promise<void>): Promise<void> {
    const refusal = this.#refuses();
    if (refusal !== undefined) throw refusal;
    try {
      await work();
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw runningRefusal(error, this.#place, 'write to');
    }
  }

  #deleteInBackground(revisions: readonly number[]): void {
    if (revisions.length === 0) return;
    this.#work.deleteStates(revisions).catch(() => {
      // They are left over for the next deletion, or for the next start, which finds them.
    });
  }

  /** The figure is one of the last half minute; the next call has the new one. */
  #refreshSize(): void {
    const nowMs = systemClock.monotonic();
    if (this.#closing !== undefined || nowMs - this.#sizedAtMs < sizeEveryMs) return;
    this.#sizedAtMs = nowMs;
    this.#work.size().then(
      (bytes) => {
        this.#diskBytes = bytes;
      },
      () => {
        // The figure stays what it was; health() tells of the outage.
      },
    );
  }

  #refuses(): StoreError | undefined {
    if (this.#closing !== undefined) return closedRefusal(this.#place);
    if (this.#refusal === undefined) return undefined;
    const { code, message, hint } = this.#refusal;
    return new StoreError(code, message, hint === undefined ? {} : { hint });
  }
}

function damageRefusal(place: DatabasePlace, loaded: Loaded): StoreError {
  const named = loaded.damages.slice(0, 5).map(describeDamage).join('; ');
  const more = loaded.damageCount > 5 ? `; and ${loaded.damageCount - 5} more` : '';
  return new StoreError('read-only', `${describePlace(place)} is damaged: ${named}${more}`, {
    hint: 'what is readable is served; give this process the same keys as the others, or restore the newest backup',
  });
}

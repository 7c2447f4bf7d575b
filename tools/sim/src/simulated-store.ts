import type { Clock, Random } from '@plinth/kernel';
import {
  type Append,
  AppendLogs,
  GroupCommit,
  Image,
  type Logs,
  type Store,
  type StoredObject,
  StoredState,
  StoreError,
  type StoreOperation,
  type Watcher,
} from '@plinth/kernel/testing';
import { DiskHandle, type SimulatedDisk } from './simulated-disk.ts';

/** How late a watcher is woken at most, in milliseconds. */
export const wakeLateMsMax = 1_000;
/** The bucket prefix of what decisions about access are made from; its readers count on hearing within the commit. */
const accessPrefix = /^[^/]+\/rbac\.authorization\.k8s\.io\//;

/**
 * The engine of the simulation: the image in memory and the group commit of the embedded engine over a disk that is
 * made up. Watchers are woken late and in any order, which the port allows.
 */
export class SimulatedStore implements Store {
  readonly #image = new Image();
  readonly #commits: GroupCommit;
  readonly logs: Logs;
  readonly #handle: DiskHandle;
  readonly #clock: Clock;
  readonly #random: Random;

  readonly #historyEvents: number;

  /**
   * Opens what is on the disk.
   *
   * @param historyEvents events kept for watchers
   */
  constructor(disk: SimulatedDisk, clock: Clock, random: Random, historyEvents: number) {
    this.#historyEvents = historyEvents;
    this.#clock = clock;
    this.#random = random;
    this.#handle = new DiskHandle(disk, clock, random);
    const logs = new AppendLogs(disk.logEnds());
    this.logs = {
      names: () => logs.names(),
      end: (log) => logs.end(log),
      read: async (log, from, max) => disk.entries(log).slice(from, Math.min(from + max, logs.end(log))),
      follow: (log, appended) => logs.follow(log, appended),
      eraseOpenings: async (log, sequences) => disk.eraseOpenings(log, sequences),
      remove: async (log) => {
        logs.forget(log);
        disk.removeLog(log);
      },
    };
    const dead = load(disk, this.#image);
    this.#commits = new GroupCommit(this.#image, this.#handle, {
      clock,
      cipher: undefined,
      logs,
      nextRevision: this.#image.revision + 1,
      visible: () => this.#boundHistory(),
      failure: undefined,
    });
    if (dead.length > 0) this.#commits.forgetInBackground(dead);
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

  list(...args: Parameters<Store['list']>): ReturnType<Store['list']> {
    const [prefix, options = {}] = args;
    return this.#image.list(prefix, options);
  }

  count(prefix: string): number {
    return this.#image.count(prefix);
  }

  usage(prefix: string): ReturnType<Store['usage']> {
    return this.#image.usage(prefix);
  }

  buckets(): string[] {
    return this.#image.buckets();
  }

  commit(operations: readonly StoreOperation[], appends?: readonly Append[]): Promise<StoredObject[]> {
    return this.#commits.commit(operations, appends);
  }

  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    if (accessPrefix.test(prefix)) return this.#image.watch(prefix, fromRevision, wake);
    let planned = false;
    return this.#image.watch(prefix, fromRevision, () => {
      // Some are woken once more than there is reason to.
      if (this.#random.below(20) === 0) this.#clock.after(this.#random.below(wakeLateMsMax), wake);
      if (planned) return;
      if (this.#random.below(2) === 0) {
        wake();
        return;
      }
      planned = true;
      const lateMs =
        this.#random.below(50) === 0 ? this.#random.below(wakeLateMsMax) : this.#random.below(30);
      this.#clock.after(lateMs, () => {
        planned = false;
        wake();
      });
    });
  }

  compact(revision: number): Promise<void> {
    return this.#commits.forget(this.#image.compact(revision));
  }

  purge(prefix: string): Promise<void> {
    return this.#commits.forget(this.#image.purge(prefix));
  }

  health(): ReturnType<Store['health']> {
    const { failure } = this.#commits;
    return failure ? { writable: false, cause: failure.message } : { writable: true };
  }

  stats(): ReturnType<Store['stats']> {
    return {
      objects: this.#image.size,
      watchers: this.#image.watchers,
      revision: this.#image.revision,
      compactedRevision: this.#image.compactedRevision,
      groups: this.#commits.groups,
      operations: this.#commits.operations,
      syncSeconds: this.#commits.syncMs / 1_000,
      diskBytes: 0,
      pending: this.#commits.pending,
    };
  }

  close(): Promise<void> {
    return Promise.reject(new StoreError('closed', 'a simulated process is killed, never closed'));
  }

  /** The process dies. */
  kill(): void {
    this.#handle.cut();
  }

  #boundHistory(): void {
    const { events } = this.#image.history;
    const most = this.#historyEvents;
    if (events <= most) return;
    const revision = this.#image.revisionOfOldest(events - most + Math.ceil(most / 16));
    this.#commits.forgetInBackground(this.#image.compact(revision));
  }
}

/** Fills an image from the rows of a disk; returns the revisions of rows that a compaction should have deleted. */
function load(disk: SimulatedDisk, image: Image): number[] {
  const dead: number[] = [];
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    image.advance(disk.compacted);
    image.compact(disk.compacted);
  };
  for (const { revision, deleted, key, value } of disk.rows) {
    const change = {
      type: deleted ? 'delete' : 'put',
      state: new StoredState(key, value, revision),
    } as const;
    if (revision > disk.compacted) {
      begin();
      image.apply([change]);
      continue;
    }
    const superseded = image.get(key);
    if (superseded) dead.push(superseded.revision);
    if (deleted) dead.push(revision);
    image.restore(change);
  }
  begin();
  return dead;
}

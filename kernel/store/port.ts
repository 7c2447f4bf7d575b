/**
 * The store: a revisioned log of objects.
 *
 * Keys have five segments, `tenant/group/resource/namespace/name`; the core group is `core`, and a cluster-scoped
 * object has an empty namespace. The first three segments name a *bucket*; lists and watches never span buckets.
 * Values are JSON texts, opaque to the store.
 *
 * Laws, which one suite checks on every engine:
 * - a commit is atomic and durable before its promise resolves, and is seen by no reader before that;
 * - each changed object has a revision of its own; revisions grow in commit order and readers see them in that order;
 * - a list is a snapshot at one revision, and a watch from that revision misses and repeats nothing;
 * - what has been compacted away is refused with `compacted`, never answered with less.
 *
 * Reads are synchronous: an engine answers them from an image in memory that holds all that is committed.
 */
export interface Store {
  /** Revision of the newest visible commit; 0 in an empty store. */
  readonly revision: number;
  /** Lists at, and watches from, revisions below this one are refused. */
  readonly compactedRevision: number;
  get(key: string): StoredObject | undefined;
  /**
   * Objects whose key starts with `prefix` (a bucket or a bucket and namespace, with its closing slash), in key order.
   * @throws StoreError `compacted` or `future` when `atRevision` cannot be served.
   */
  list(prefix: string, options?: ListOptions): ListResult;
  /** Number of objects below `prefix`. */
  count(prefix: string): number;
  /**
   * What is stored below `prefix`: a tenant (`acme/`) or a bucket (`acme/core/configmaps/`), with its closing slash. An
   * engine keeps these figures with each commit, so that asking costs the same however much there is.
   * @throws TypeError for any other prefix
   */
  usage(prefix: string): StoreUsage;
  /** Names of all buckets that hold an object. */
  buckets(): string[];
  /**
   * Commits all operations and appends or none.
   * @returns the objects as committed, in the order of the puts and deletes (for a delete, its last state); checks
   * add nothing.
   * @throws StoreError `conflict` when an expectation does not hold or a delete finds nothing, `read-only` when the
   * engine cannot write, `closed`, `exceeded` when a bound does not hold; TypeError for a key without five segments or
   * a batch that changes a key twice.
   */
  commit(operations: readonly StoreOperation[], appends?: readonly Append[]): Promise<StoredObject[]>;
  /** The append-only logs, which `commit` adds to. */
  readonly logs: Logs;
  /**
   * Watches `prefix` for all changes after `fromRevision`. The watcher is a cursor: `wake` is called when it may have
   * something to read, and a reader that is slow reads later from the log, so nothing is buffered for it. `wake` tells
   * of later commits only, once per group: read once after watching.
   * @throws StoreError `compacted` or `future` when it cannot start there.
   */
  watch(prefix: string, fromRevision: number, wake: () => void): Watcher;
  /** Forgets superseded states below `revision`; never beyond the newest. */
  compact(revision: number): Promise<void>;
  /**
   * Forgets the superseded and deleted states of all objects of a tenant, whatever their revision, so that nothing on
   * the disk tells of them. Its objects must have been deleted by commits before, and nobody may watch below it. Rows go
   * in bounded batches; a crash in the middle leaves some of them, and another call removes those. The state of the
   * store's newest revision stays, so that it is never given out twice: commit something elsewhere before.
   * @param prefix the tenant with its closing slash, such as `acme/`
   * @throws StoreError `conflict` when there is still an object below the prefix, `read-only`, `closed`; TypeError for
   * another prefix
   */
  purge(prefix: string): Promise<void>;
  health(): StoreHealth;
  stats(): StoreStats;
  /** Waits for what is being committed, then releases the data directory. */
  close(): Promise<void>;
}

/** An object as the store holds it, in one of its states. */
export interface StoredObject {
  readonly key: string;
  /** The object as JSON text. */
  readonly value: string;
  /** Revision of the last change. */
  readonly revision: number;
}

/** How much lies below a prefix. */
export interface StoreUsage {
  readonly objects: number;
  /** UTF-16 units of the values as they are before they are sealed. */
  readonly bytes: number;
}

export interface ListOptions {
  /** List the state as of this revision; absent: the newest. */
  atRevision?: number;
  /** Continue after this key (exclusive). */
  after?: string;
  /** At most so many objects. */
  limit?: number;
}

export interface ListResult {
  readonly objects: readonly StoredObject[];
  /** The revision of the snapshot. */
  readonly revision: number;
  /** Set when `limit` cut the list: the number of objects after the last one here. */
  readonly remaining?: number;
}

/**
 * One change. `expect` is the revision that the object must have now: 0 means that it must not exist, absent means
 * any state. `value` is called once, synchronously, with the revision that the change gets.
 */
export type StoreOperation = KeyOperation | StoreBound;

/** One change or check of one key. */
export type KeyOperation =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly expect?: number;
      readonly value: (revision: number) => string;
    }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly expect?: number;
      /** Writes the last state, which watchers get in the `deleted` event. */
      readonly value: (revision: number) => string;
    }
  /** Writes nothing, but the whole batch fails unless `key` is at revision `expect` when it commits. */
  | { readonly type: 'check'; readonly key: string; readonly expect: number };

/**
 * Writes nothing, but the whole batch fails with `exceeded` when it adds to what lies below `prefix` and more than this
 * would then lie there. Changes that are ahead of the batch and not durable yet count, so that no number of racing
 * commits exceeds a bound. A batch that adds nothing holds, however much is there already.
 */
export interface StoreBound {
  readonly type: 'bound';
  /** A tenant or a bucket, as for `usage`. */
  readonly prefix: string;
  /** At most so many objects. */
  readonly objects?: number;
  /** At most so many UTF-16 units of values. */
  readonly bytes?: number;
}

/** The bound that did not hold. */
export interface ExceededBound {
  readonly prefix: string;
  readonly measure: keyof StoreUsage;
  readonly limit: number;
  /** What would lie below the prefix, and how much of it the batch would add. */
  readonly found: number;
  readonly added: number;
}

/**
 * An entry at the end of an append-only log, which is made durable together with the operations of its commit. Logs are
 * for facts that are read in order and never change: they take no memory, are not loaded at the start, and are never
 * compacted.
 */
export interface Append {
  /** Name of the log, such as `default/audit`. */
  readonly log: string;
  /**
   * Writes the entry. Called once, synchronously, after the operations of the commit have their revisions.
   * @param sequence the place of the entry: 0, 1, 2... without gaps
   * @param revisions of the puts and deletes of the commit, in their order
   */
  readonly entry: (sequence: number, revisions: readonly number[]) => Pick<LogEntry, 'value' | 'opening'>;
}

/** Readers of the append-only logs of a store. */
export interface Logs {
  /** Names of the logs that have entries. */
  names(): string[];
  /** Number of entries that a log has; the next one gets this number as its sequence. */
  end(log: string): number;
  /**
   * Reads entries from the disk, in order.
   * @param from sequence of the first one
   * @param max at most so many; fewer when the log ends or they are large
   * @throws StoreError `damaged` when an entry is not as it was written
   */
  read(log: string, from: number, max: number): Promise<LogEntry[]>;
  /** Calls `appended` with entries once they are durable, in order, once per group. Returns what ends it. */
  follow(log: string, appended: (entries: readonly LogEntry[]) => void): () => void;
  /** Deletes the openings of entries, durably; the entries stay as they are. Those that have none are passed over. */
  eraseOpenings(log: string, sequences: readonly number[]): Promise<void>;
  /**
   * Removes a log with all its entries and its name, durably, from its end on in bounded batches: after a crash in the
   * middle a shorter log is there, and another call removes the rest. Nothing may be appended to it meanwhile. A log
   * that is not there is removed already.
   */
  remove(log: string): Promise<void>;
}

/** An entry of an append-only log. */
export interface LogEntry {
  readonly sequence: number;
  /** A text that stays as it is for good. */
  readonly value: string;
  /** A text beside it that may be erased, such as the values behind commitments. */
  readonly opening?: string | undefined;
}

/** One change of an object, as a watcher reads it. */
export interface StoreEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  /** The object after the change; for `deleted`, its last state. */
  readonly object: StoredObject;
  /** The state before, absent for `added`. */
  readonly previous: StoredObject | undefined;
}

/** A reader of the changes below one prefix. */
export interface Watcher {
  /** Revision up to which this watcher has read. */
  readonly revision: number;
  /**
   * The next events in order, at most `max`; empty when it has caught up.
   * @throws StoreError `compacted` when the reader was so slow that its place in the log is gone.
   */
  read(max: number): readonly StoreEvent[];
  close(): void;
}

export interface StoreHealth {
  readonly writable: boolean;
  /** When not writable: what happened and what to do. */
  readonly cause?: string;
  readonly hint?: string;
}

export interface StoreStats {
  readonly objects: number;
  readonly watchers: number;
  readonly revision: number;
  readonly compactedRevision: number;
  /** Commits made durable, the operations in them, and the seconds spent in syncing them. */
  readonly groups: number;
  readonly operations: number;
  readonly syncSeconds: number;
  /** Bytes of the database and its log on disk. */
  readonly diskBytes: number;
  /** Operations waiting to be made durable. */
  readonly pending: number;
}

export type StoreErrorCode =
  | 'conflict'
  | 'exceeded'
  | 'compacted'
  | 'future'
  | 'read-only'
  | 'locked'
  | 'newer'
  | 'damaged'
  | 'permission'
  | 'unavailable'
  | 'closed';

/** A refusal by the store. `hint` says what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly hint: string | undefined;
  /** For `conflict`: the key, and the revision it has now (0: absent). */
  readonly key: string | undefined;
  readonly actual: number | undefined;
  /** For `exceeded`: the bound. */
  readonly exceeded: ExceededBound | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    details: {
      hint?: string;
      key?: string;
      actual?: number;
      exceeded?: ExceededBound;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.key = details.key;
    this.actual = details.actual;
    this.exceeded = details.exceeded;
  }
}

/** Seals values of some keys before they reach the disk. Bound to key and revision; see kernel/crypto. */
export interface StoreCipher {
  /** Whether values below this key are sealed. */
  covers(key: string): boolean;
  seal(key: string, revision: number, value: string): Uint8Array;
  /** @throws when the text was not sealed for this key and revision, or with another key. */
  open(key: string, revision: number, sealed: Uint8Array): string;
}

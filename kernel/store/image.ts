import { Bucket } from './bucket.ts';
import { EventLog } from './event-log.ts';
import { bucketOf, namespacePrefixOf, parsePrefix } from './key.ts';
import {
  type ListOptions,
  type ListResult,
  StoreError,
  type StoreEvent,
  type StoreUsage,
  type Watcher,
} from './port.ts';
import type { StoredState } from './stored-state.ts';
import { checkTenantPrefix, UsageCounts } from './usage.ts';
import { LogWatcher } from './watcher.ts';

/** A change as the log holds it. */
export interface Change {
  readonly type: 'put' | 'delete';
  readonly state: StoredState;
}

/**
 * The image in memory of all that is committed: the present state of each object, the history since the compacted
 * revision, and the watchers. Engines feed it groups of changes that are durable.
 */
export class Image {
  readonly #head = new Map<string, StoredState>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #history = new EventLog();
  readonly #usage = new UsageCounts();
  #revision = 0;
  #compactedRevision = 0;
  #historyBytes = 0;
  #watchers = 0;

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get size(): number {
    return this.#head.size;
  }

  get watchers(): number {
    return this.#watchers;
  }

  /** Events in the history, and the UTF-16 units of the values that only the history holds. */
  get history(): { events: number; bytes: number } {
    return { events: this.#history.size, bytes: this.#historyBytes };
  }

  get(key: string): StoredState | undefined {
    return this.#head.get(key);
  }

  list(prefix: string, options: ListOptions): ListResult {
    const { bucket: name } = parsePrefix(prefix);
    const revision = options.atRevision ?? this.#revision;
    this.#checkServed(revision, `the list of ${prefix}`);
    const limit = Math.max(1, options.limit ?? Number.POSITIVE_INFINITY);
    const query = { prefix, after: options.after, limit };
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return { objects: [], revision };
    return revision === this.#revision ? bucket.list(query, revision) : bucket.listAt(query, revision);
  }

  count(prefix: string): number {
    const { bucket: name, namespaced } = parsePrefix(prefix);
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return 0;
    return namespaced ? bucket.count(prefix) : bucket.keys.size;
  }

  usage(prefix: string): StoreUsage {
    return this.#usage.of(prefix);
  }

  buckets(): string[] {
    const names: string[] = [];
    for (const bucket of this.#buckets.values()) if (bucket.keys.size > 0) names.push(bucket.name);
    return names.sort();
  }

  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    const { bucket: name, namespaced } = parsePrefix(prefix);
    this.#checkServed(fromRevision, `the watch of ${prefix}`);
    const bucket = this.#bucket(name);
    const watcher = new LogWatcher(
      this,
      bucket.events,
      { prefix, bucket: name, namespaced, fromRevision },
      wake,
    );
    if (namespaced) {
      const peers = bucket.namespaceWatchers.get(prefix);
      if (peers === undefined) bucket.namespaceWatchers.set(prefix, new Set([watcher]));
      else peers.add(watcher);
    } else {
      bucket.watchers.add(watcher);
    }
    this.#watchers++;
    return watcher;
  }

  /** A watcher is closed. */
  leave(watcher: LogWatcher): void {
    const bucket = this.#buckets.get(watcher.bucket);
    if (bucket === undefined) return;
    this.#watchers--;
    bucket.watchers.delete(watcher);
    const peers = bucket.namespaceWatchers.get(watcher.prefix);
    peers?.delete(watcher);
    if (peers?.size === 0) bucket.namespaceWatchers.delete(watcher.prefix);
    if (bucket.idle) this.#buckets.delete(bucket.name);
  }

  /**
   * Makes a group of durable changes visible at once.
   * @returns the watchers that have something to read; the caller wakes each once.
   */
  apply(changes: readonly Change[]): Set<LogWatcher> {
    const woken = new Set<LogWatcher>();
    const before = this.#revision;
    for (const change of changes) {
      const bucket = this.#bucket(bucketOf(change.state.key));
      const sequence = bucket.events.end;
      if (!this.#record(bucket, change)) continue;
      for (const watcher of bucket.watchers) {
        watcher.offered(sequence, before);
        woken.add(watcher);
      }
      if (bucket.namespaceWatchers.size === 0) continue;
      for (const watcher of bucket.namespaceWatchers.get(namespacePrefixOf(change.state.key)) ?? []) {
        watcher.offered(sequence, before);
        woken.add(watcher);
      }
    }
    return woken;
  }

  /** Takes a state at or before the compacted revision from the log, which makes no event. */
  restore(change: Change): void {
    const { key, revision } = change.state;
    const bucket = this.#bucket(bucketOf(key));
    const known = this.#head.get(key);
    this.#count(change, known);
    if (change.type === 'put') {
      this.#head.set(key, change.state);
      if (!known) bucket.keys.add(key);
    } else if (known) {
      this.#head.delete(key);
      bucket.keys.remove(key);
    }
    this.#revision = Math.max(this.#revision, revision);
  }

  /** Drops an object whose newest state cannot be read, so that no older one is taken for it. */
  drop(key: string): void {
    const known = this.#head.get(key);
    if (!known) return;
    this.#head.delete(key);
    this.#usage.change(key, known.value.length, undefined);
    this.#bucket(bucketOf(key)).keys.remove(key);
  }

  /** Sets where the log stands: the newest revision given out, also where its change is no longer held. */
  advance(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /**
   * Forgets superseded states up to `revision`.
   * @returns the revisions that nothing needs any more.
   */
  compact(revision: number): number[] {
    const target = Math.min(revision, this.#revision);
    if (target <= this.#compactedRevision) return [];
    this.#compactedRevision = target;
    const forgotten = this.#history.forget(target);
    const dead: number[] = [];
    const touched = new Set<Bucket>();
    for (const event of forgotten) {
      this.#historyBytes -= heldByHistory(event);
      if (event.previous !== undefined) dead.push(event.previous.revision);
      if (event.type === 'deleted') dead.push(event.object.revision);
      const bucket = this.#buckets.get(bucketOf(event.object.key));
      if (bucket !== undefined) touched.add(bucket);
    }
    for (const bucket of touched) this.#forget(bucket, target);
    return dead;
  }

  /**
   * Forgets all of a tenant's history; it has no object any more.
   * @returns the revisions that nothing needs, the older ones first; the store's newest is not among them
   * @throws StoreError `conflict` when it has an object
   */
  purge(prefix: string): number[] {
    checkTenantPrefix(prefix);
    const { objects } = this.usage(prefix);
    if (objects > 0) {
      throw new StoreError('conflict', `${prefix} still holds ${objects} objects and cannot be purged`, {
        hint: 'delete its objects first',
      });
    }
    const dead: number[] = [];
    const touched = new Set<Bucket>();
    for (const event of this.#history.takeOut(prefix)) {
      this.#historyBytes -= heldByHistory(event);
      if (event.previous !== undefined) dead.push(event.previous.revision);
      if (event.type === 'deleted') dead.push(event.object.revision);
      const bucket = this.#buckets.get(bucketOf(event.object.key));
      if (bucket !== undefined) touched.add(bucket);
    }
    for (const bucket of touched) this.#forget(bucket, this.#revision);
    return dead.filter((revision) => revision < this.#revision).sort((a, b) => a - b);
  }

  /**
   * Puts another state in the place of all: what happened in between cannot be told, so the history begins anew there and
   * every watcher is told that its place is gone.
   * @param states all objects by their keys
   * @returns the watchers; the caller wakes each once
   */
  replace(states: ReadonlyMap<string, StoredState>, revision: number): Set<LogWatcher> {
    const lost = new Set<LogWatcher>();
    for (const bucket of this.#buckets.values()) {
      for (const watcher of bucket.watchers) lost.add(watcher);
      for (const peers of bucket.namespaceWatchers.values()) for (const watcher of peers) lost.add(watcher);
    }
    for (const watcher of lost) watcher.lose();
    this.#history.forget(Number.POSITIVE_INFINITY);
    this.#historyBytes = 0;
    for (const [key, state] of this.#head) {
      if (!states.has(key)) this.restore({ type: 'delete', state });
    }
    for (const state of states.values()) {
      if (this.#head.get(state.key)?.revision !== state.revision) this.restore({ type: 'put', state });
    }
    this.#revision = revision;
    this.#compactedRevision = revision;
    for (const bucket of this.#buckets.values()) {
      bucket.events.forget(Number.POSITIVE_INFINITY);
      if (bucket.idle) this.#buckets.delete(bucket.name);
    }
    return lost;
  }

  /** The revision whose compaction drops the `count` oldest events. */
  revisionOfOldest(count: number): number {
    const event = this.#history.at(this.#history.first + Math.min(count, this.#history.size) - 1);
    return event?.object.revision ?? this.#compactedRevision;
  }

  #forget(bucket: Bucket, revision: number): void {
    bucket.events.forget(revision);
    for (const watcher of bucket.watchers) watcher.forgotten();
    for (const peers of bucket.namespaceWatchers.values()) {
      for (const watcher of peers) watcher.forgotten();
    }
    if (bucket.idle) this.#buckets.delete(bucket.name);
  }

  /** @returns whether there was anything to record: the deletion of an absent object is none. */
  #record(bucket: Bucket, change: Change): boolean {
    const object = change.state;
    const previous = this.#head.get(object.key);
    this.#revision = object.revision;
    this.#count(change, previous);
    let event: StoreEvent;
    if (change.type === 'put') {
      this.#head.set(object.key, object);
      if (previous === undefined) bucket.keys.add(object.key);
      event = { type: previous === undefined ? 'added' : 'modified', object, previous };
    } else {
      if (previous === undefined) return false;
      this.#head.delete(object.key);
      bucket.keys.remove(object.key);
      event = { type: 'deleted', object, previous };
    }
    bucket.events.append(event);
    this.#history.append(event);
    this.#historyBytes += heldByHistory(event);
    return true;
  }

  #count(change: Change, previous: StoredState | undefined): void {
    const after = change.type === 'put' ? change.state.value.length : undefined;
    this.#usage.change(change.state.key, previous?.value.length, after);
  }

  #bucket(name: string): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new Bucket(name, this.#head);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #checkServed(revision: number, what: string): void {
    if (revision > this.#revision) {
      throw new StoreError(
        'future',
        `${what} asks for revision ${revision}, but the newest is ${this.#revision}`,
      );
    }
    if (revision < this.#compactedRevision) {
      throw new StoreError(
        'compacted',
        `${what} asks for revision ${revision}, but the history begins at ${this.#compactedRevision}`,
        { hint: 'list again without a revision' },
      );
    }
  }
}

/** UTF-16 units of the values that nothing but this event keeps in memory. */
function heldByHistory(event: StoreEvent): number {
  const last = event.type === 'deleted' ? event.object.value.length : 0;
  return last + (event.previous?.value.length ?? 0);
}

import {
  type Append,
  type ListOptions,
  type ListResult,
  type Logs,
  type Store,
  type StoreBound,
  type StoredObject,
  StoreError,
  type StoreEvent,
  type StoreHealth,
  type StoreOperation,
  type StoreStats,
  type StoreUsage,
  type Watcher,
} from '../store/port.ts';
import { checkBound, UsageCounts } from '../store/usage.ts';

/** One object that the plan writes, in its last state. */
export interface PlannedWrite {
  readonly key: string;
  /** Its revision below; 0 when it is not there. */
  readonly expect: number;
  readonly isGone: boolean;
  /** The object as it is to be; its last state when it is to be gone. */
  readonly value: string;
}

/**
 * A store over another one: reads fall through, commits stay here. What runs on it behaves as on the real store and
 * leaves no trace there.
 *
 * Each key is read below once and then remembered, and so is each list, so that everything here sees one state however
 * long it takes; `moved` tells whether that state is still the present one. Revisions given out here continue those
 * below and mean nothing outside.
 */
export class OverlayStore implements Store {
  readonly #base: Store;
  /** What was committed here; undefined: deleted. */
  readonly #own = new Map<string, StoredObject | undefined>();
  readonly #below = new Map<string, StoredObject | undefined>();
  readonly #lists = new Map<string, readonly StoredObject[]>();
  readonly #planned = new Map<string, PlannedWrite>();
  readonly #events: StoreEvent[] = [];
  readonly #watchers = new Set<{ readonly prefix: string; readonly wake: () => void }>();
  #recording = true;
  revision: number;
  readonly compactedRevision: number;

  constructor(base: Store) {
    this.#base = base;
    this.revision = base.revision;
    this.compactedRevision = base.revision;
  }

  /** What was committed here, each object once, but for what was done aside. */
  get planned(): PlannedWrite[] {
    return [...this.#planned.values()];
  }

  /** The keys that were read below and not written, with the revisions that they had; 0: absent. */
  get onlyRead(): { readonly key: string; readonly revision: number }[] {
    return [...this.#below]
      .filter(([key]) => !this.#planned.has(key))
      .map(([key, stored]) => ({ key, revision: stored?.revision ?? 0 }));
  }

  /** Whether anything that was read here has changed below since. */
  get moved(): boolean {
    for (const [key, stored] of this.#below) if (this.#base.get(key) !== stored) return true;
    for (const [prefix, objects] of this.#lists) {
      const now = this.#base.list(prefix).objects;
      if (now.length !== objects.length || now.some((object, i) => object !== objects[i])) return true;
    }
    return false;
  }

  /** Does something whose commits are seen here and are not among the planned writes, as controllers would do it. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#recording = false;
    try {
      return await work();
    } finally {
      this.#recording = true;
    }
  }

  get(key: string): StoredObject | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.below(key);
  }

  /** The object as the store below has it, whatever was committed here. */
  below(key: string): StoredObject | undefined {
    if (this.#below.has(key)) return this.#below.get(key);
    const stored = this.#base.get(key);
    this.#below.set(key, stored);
    return stored;
  }

  list(prefix: string, options: ListOptions = {}): ListResult {
    const { atRevision, after = '', limit } = options;
    if (atRevision !== undefined && atRevision !== this.revision) {
      throw new StoreError('compacted', `an overlay lists its newest revision ${this.revision} only`);
    }
    const all = this.#merged(prefix).filter(({ key }) => key > after);
    const objects = limit === undefined ? all : all.slice(0, limit);
    const remaining = all.length - objects.length;
    return { objects, revision: this.revision, ...(remaining > 0 ? { remaining } : {}) };
  }

  #merged(prefix: string): StoredObject[] {
    let below = this.#lists.get(prefix);
    if (!below) {
      below = this.#base.list(prefix).objects;
      this.#lists.set(prefix, below);
    }
    const merged = new Map(below.map((stored) => [stored.key, stored]));
    for (const [key, stored] of this.#own) {
      if (!key.startsWith(prefix)) continue;
      if (stored) merged.set(key, stored);
      else merged.delete(key);
    }
    return [...merged.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  count(prefix: string): number {
    let count = this.#base.count(prefix);
    for (const [key, stored] of this.#own) {
      if (!key.startsWith(prefix)) continue;
      const was = this.below(key) !== undefined;
      if (stored && !was) count++;
      if (!stored && was) count--;
    }
    return count;
  }

  usage(prefix: string): StoreUsage {
    const base = this.#base.usage(prefix);
    const { objects, bytes } = this.added(prefix);
    return { objects: base.objects + objects, bytes: base.bytes + bytes };
  }

  /** What was committed here adds to the usage below. */
  added(prefix: string): StoreUsage {
    const own = new UsageCounts();
    for (const [key, stored] of this.#own)
      own.change(key, this.below(key)?.value.length, stored?.value.length);
    return own.of(prefix);
  }

  /**
   * Checks a bound against all that was committed here, as if it were one commit.
   * @throws StoreError `exceeded`
   */
  check(bound: StoreBound): void {
    checkBound(bound, this.#base.usage(bound.prefix), this.added(bound.prefix));
  }

  buckets(): string[] {
    const own = [...this.#own]
      .filter(([, stored]) => stored)
      .map(([key]) => key.split('/').slice(0, 3).join('/'));
    return [...new Set([...this.#base.buckets(), ...own])].sort();
  }

  async commit(operations: readonly StoreOperation[], _appends?: readonly Append[]): Promise<StoredObject[]> {
    return this.#commit(operations);
  }

  #commit(operations: readonly StoreOperation[]): StoredObject[] {
    for (const operation of operations) {
      if (operation.type === 'bound') continue;
      const { key, expect } = operation;
      const actual = this.get(key)?.revision ?? 0;
      const isMissing = operation.type === 'delete' && actual === 0;
      if (isMissing || (expect !== undefined && expect !== actual)) {
        throw new StoreError('conflict', `${key} is at revision ${actual}`, { key, actual });
      }
    }
    this.#checkBounds(operations);
    const changed: StoredObject[] = [];
    for (const operation of operations) {
      if (operation.type === 'check' || operation.type === 'bound') continue;
      const { key } = operation;
      const previous = this.get(key);
      this.revision++;
      const object = { key, value: operation.value(this.revision), revision: this.revision };
      const isGone = operation.type === 'delete';
      this.#own.set(key, isGone ? undefined : object);
      if (this.#recording) {
        const expect = this.below(key)?.revision ?? 0;
        this.#planned.set(key, { key, expect, isGone, value: object.value });
      }
      this.#events.push({ type: isGone ? 'deleted' : previous ? 'modified' : 'added', object, previous });
      changed.push(object);
    }
    for (const { prefix, wake } of this.#watchers) {
      if (changed.some(({ key }) => key.startsWith(prefix))) wake();
    }
    return changed;
  }

  #checkBounds(operations: readonly StoreOperation[]): void {
    const bounds = operations.filter((operation) => operation.type === 'bound');
    if (bounds.length === 0) return;
    const added = new UsageCounts();
    for (const operation of operations) {
      if (operation.type === 'check' || operation.type === 'bound') continue;
      const after = operation.type === 'put' ? operation.value(this.revision + 1).length : undefined;
      added.change(operation.key, this.get(operation.key)?.value.length, after);
    }
    for (const bound of bounds) checkBound(bound, this.usage(bound.prefix), added.of(bound.prefix));
  }

  /** Tells of what is committed here; changes below are not seen, as everything here stays at one state. */
  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    const entry = { prefix, wake };
    this.#watchers.add(entry);
    let at = fromRevision;
    let next = this.#events.findIndex(({ object }) => object.revision > fromRevision);
    if (next < 0) next = this.#events.length;
    return {
      get revision() {
        return at;
      },
      read: (max) => {
        const events: StoreEvent[] = [];
        for (; next < this.#events.length && events.length < max; next++) {
          const event = this.#events[next];
          if (event?.object.key.startsWith(prefix)) events.push(event);
        }
        at = events.at(-1)?.object.revision ?? this.revision;
        return events;
      },
      close: () => this.#watchers.delete(entry),
    };
  }

  /** The logs below, to read; nothing is appended through an overlay. */
  get logs(): Logs {
    return this.#base.logs;
  }

  compact(): Promise<void> {
    return Promise.resolve();
  }

  /** The history here ends with the overlay. */
  purge(): Promise<void> {
    return Promise.resolve();
  }

  health(): StoreHealth {
    return { writable: true };
  }

  stats(): StoreStats {
    return this.#base.stats();
  }

  close(): Promise<void> {
    this.#watchers.clear();
    return Promise.resolve();
  }
}

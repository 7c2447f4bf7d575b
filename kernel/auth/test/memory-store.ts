import { AppendLogs } from '../../store/append-logs.ts';
import {
  type Append,
  type ListOptions,
  type ListResult,
  type LogEntry,
  type Logs,
  type Store,
  type StoredObject,
  StoreError,
  type StoreEvent,
  type StoreOperation,
  type StoreUsage,
  type Watcher,
} from '../../store/port.ts';
import { checkBound, UsageCounts } from '../../store/usage.ts';

/** A store in memory for tests: the laws of the port, without a disk. Lists serve the newest revision only. */
export class MemoryStore implements Store {
  revision = 0;
  compactedRevision = 0;
  #objects = new Map<string, StoredObject>();
  #log: StoreEvent[] = [];
  readonly #ends = new AppendLogs(new Map());
  readonly #entries = new Map<string, LogEntry[]>();
  readonly logs: Logs = {
    end: (log) => this.#ends.end(log),
    read: async (log, from, max) => (this.#entries.get(log) ?? []).slice(from, from + max),
    follow: (log, appended) => this.#ends.follow(log, appended),
    names: () => this.#ends.names(),
    remove: async (log) => {
      this.#ends.forget(log);
      this.#entries.delete(log);
    },
    eraseOpenings: async (log, sequences) => {
      const entries = this.#entries.get(log) ?? [];
      for (const sequence of sequences) {
        const entry = entries[sequence];
        if (entry) entries[sequence] = { sequence, value: entry.value };
      }
    },
  };
  readonly #watchers = new Set<{ prefix: string; wake: () => void }>();

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  list(prefix: string, options: ListOptions = {}): ListResult {
    const after = options.after ?? '';
    const all = [...this.#objects.values()]
      .filter((object) => object.key.startsWith(prefix) && object.key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const objects = all.slice(0, options.limit);
    const remaining = all.length - objects.length;
    return { objects, revision: this.revision, ...(remaining > 0 ? { remaining } : {}) };
  }

  count(prefix: string): number {
    return this.list(prefix).objects.length;
  }

  usage(prefix: string): StoreUsage {
    const counts = new UsageCounts();
    for (const { key, value } of this.#objects.values()) counts.change(key, undefined, value.length);
    return counts.of(prefix);
  }

  buckets(): string[] {
    return [...new Set([...this.#objects.keys()].map((key) => key.split('/').slice(0, 3).join('/')))];
  }

  async commit(
    operations: readonly StoreOperation[],
    appends: readonly Append[] = [],
  ): Promise<StoredObject[]> {
    for (const operation of operations) {
      if (operation.type === 'bound') continue;
      const { key, expect } = operation;
      const actual = this.#objects.get(key)?.revision ?? 0;
      if (expect !== undefined && expect !== actual) throw new StoreError('conflict', key, { key, actual });
    }
    const next = new Map(this.#objects);
    let revision = this.revision;
    const events: StoreEvent[] = [];
    for (const operation of operations) {
      const event = eventOf(operation, next, revision + 1);
      if (event === undefined) continue;
      events.push(event);
      revision += 1;
    }
    const added = new UsageCounts();
    for (const { type, object, previous } of events) {
      const after = type === 'deleted' ? undefined : object.value.length;
      added.change(object.key, previous?.value.length, after);
    }
    for (const bound of operations) {
      if (bound.type === 'bound') checkBound(bound, this.usage(bound.prefix), added.of(bound.prefix));
    }
    const entries = this.#ends.stage(
      appends,
      events.map((event) => event.object.revision),
    );
    for (const entry of entries) {
      const known = this.#entries.get(entry.log);
      if (known) known.push(entry);
      else this.#entries.set(entry.log, [entry]);
    }
    this.#ends.settle(entries);
    this.#objects = next;
    this.#log.push(...events);
    this.revision = revision;
    for (const { prefix, wake } of this.#watchers) {
      if (events.some((event) => event.object.key.startsWith(prefix))) wake();
    }
    this.#ends.tell(entries);
    return events.map((event) => event.object);
  }

  watch(prefix: string, fromRevision: number, wake: () => void): Watcher {
    const entry = { prefix, wake };
    this.#watchers.add(entry);
    let at = fromRevision;
    return {
      get revision() {
        return at;
      },
      read: (max) => {
        if (at < this.compactedRevision) throw new StoreError('compacted', prefix);
        const events = this.#log
          .filter(({ object }) => object.revision > at && object.key.startsWith(prefix))
          .slice(0, max);
        at = events.at(-1)?.object.revision ?? this.revision;
        return events;
      },
      close: () => this.#watchers.delete(entry),
    };
  }

  async compact(revision: number): Promise<void> {
    this.compactedRevision = Math.min(revision, this.revision);
    this.#log = this.#log.filter(({ object }) => object.revision > revision);
  }

  async purge(prefix: string): Promise<void> {
    if (this.usage(prefix).objects > 0) throw new StoreError('conflict', `${prefix} still holds objects`);
    this.#log = this.#log.filter(({ object }) => !object.key.startsWith(prefix));
  }

  health(): { writable: boolean } {
    return { writable: true };
  }

  stats(): ReturnType<Store['stats']> {
    return {
      objects: this.#objects.size,
      watchers: this.#watchers.size,
      revision: this.revision,
      compactedRevision: this.compactedRevision,
      groups: 0,
      operations: 0,
      syncSeconds: 0,
      diskBytes: 0,
      pending: 0,
    };
  }

  async close(): Promise<void> {
    this.#watchers.clear();
  }
}

function eventOf(
  operation: StoreOperation,
  next: Map<string, StoredObject>,
  revision: number,
): StoreEvent | undefined {
  if (operation.type === 'check' || operation.type === 'bound') return undefined;
  const previous = next.get(operation.key);
  if (operation.type === 'delete' && previous === undefined) return undefined;
  const object = { key: operation.key, value: operation.value(revision), revision };
  if (operation.type === 'delete') next.delete(operation.key);
  else next.set(operation.key, object);
  const type = operation.type === 'delete' ? 'deleted' : previous ? 'modified' : 'added';
  return { type, object, previous };
}

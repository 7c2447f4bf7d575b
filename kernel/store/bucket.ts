import { EventLog } from './event-log.ts';
import { prefixEnd } from './key.ts';
import { KeyIndex, lowerBound, upperBound } from './key-index.ts';
import type { ListResult, StoredObject } from './port.ts';
import type { LogWatcher } from './watcher.ts';

/** The present state of all objects, by key. */
export type Head = ReadonlyMap<string, StoredObject>;

/** What a list asks of a bucket. */
export interface BucketQuery {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** One bucket: the order of its keys, its part of the history, and who watches it. */
export class Bucket {
  readonly name: string;
  readonly keys: KeyIndex;
  readonly events = new EventLog();
  readonly watchers = new Set<LogWatcher>();
  /** Watchers of one namespace, by their prefix. */
  readonly namespaceWatchers = new Map<string, Set<LogWatcher>>();
  readonly #head: Head;

  constructor(name: string, head: Head) {
    this.name = name;
    this.#head = head;
    this.keys = new KeyIndex((key) => head.has(key));
  }

  /** Whether nothing would be missed if the bucket were forgotten. */
  get idle(): boolean {
    return (
      this.keys.size === 0 &&
      this.events.size === 0 &&
      this.watchers.size === 0 &&
      this.namespaceWatchers.size === 0
    );
  }

  count(prefix: string): number {
    const keys = this.keys.sorted();
    return lowerBound(keys, prefixEnd(prefix)) - lowerBound(keys, prefix);
  }

  /** Lists the newest state. */
  list(query: BucketQuery, revision: number): ListResult {
    const keys = this.keys.sorted();
    const [from, to] = range(keys, query);
    const end = Math.min(to, from + query.limit);
    const objects: StoredObject[] = [];
    for (let i = from; i < end; i++) {
      const object = this.#head.get(keys[i] ?? '');
      if (object !== undefined) objects.push(object);
    }
    return end < to ? { objects, revision, remaining: to - end } : { objects, revision };
  }

  /** Lists the state as of `revision`, by undoing what the history holds after it. */
  listAt(query: BucketQuery, revision: number): ListResult {
    const undone = this.#undo(revision);
    if (undone.size === 0) return this.list(query, revision);
    const keys = this.keys.sorted();
    const [from, to] = range(keys, query);
    const revived = [...undone]
      .filter(([key, state]) => state !== undefined && !this.#head.has(key) && covers(query, key))
      .map(([key]) => key)
      .sort();
    const objects: StoredObject[] = [];
    let remaining = 0;
    const take = (key: string): void => {
      const object = undone.has(key) ? undone.get(key) : this.#head.get(key);
      if (object === undefined) return;
      if (objects.length < query.limit) objects.push(object);
      else remaining++;
    };
    let next = 0;
    let i = from;
    for (; i < to && objects.length < query.limit; i++) {
      const key = keys[i] ?? '';
      for (let dead = revived[next]; dead !== undefined && dead < key; dead = revived[++next]) take(dead);
      take(key);
    }
    for (const dead of revived.slice(next)) take(dead);
    remaining += to - i - this.#bornSince(undone, keys, i, to);
    return remaining > 0 ? { objects, revision, remaining } : { objects, revision };
  }

  /** Number of keys in a range of the present order that were absent before `undone` happened. */
  #bornSince(
    undone: ReadonlyMap<string, StoredObject | undefined>,
    keys: readonly string[],
    from: number,
    to: number,
  ): number {
    const first = keys[from];
    const last = keys[to - 1];
    if (first === undefined || last === undefined || from >= to) return 0;
    let born = 0;
    for (const [key, state] of undone) {
      if (state === undefined && key >= first && key <= last && keys[lowerBound(keys, key)] === key) born++;
    }
    return born;
  }

  /** For each key changed after `revision`, its state at that revision. */
  #undo(revision: number): Map<string, StoredObject | undefined> {
    const undone = new Map<string, StoredObject | undefined>();
    const end = this.events.after(revision);
    for (let sequence = this.events.end - 1; sequence >= end; sequence--) {
      const event = this.events.at(sequence);
      if (event !== undefined) undone.set(event.object.key, event.previous);
    }
    return undone;
  }
}

function range(keys: readonly string[], query: BucketQuery): [from: number, to: number] {
  const first = lowerBound(keys, query.prefix);
  const from = query.after === undefined ? first : Math.max(first, upperBound(keys, query.after));
  return [from, Math.max(from, lowerBound(keys, prefixEnd(query.prefix)))];
}

function covers(query: BucketQuery, key: string): boolean {
  return key.startsWith(query.prefix) && (query.after === undefined || key > query.after);
}

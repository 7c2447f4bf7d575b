import type { Store, StoredObject } from '../store/port.ts';
import { sortedAtOnce } from './limits.ts';

/** All that a store holds at one revision. Values are shared with the store, so that taking it copies nothing. */
export interface StoreSnapshot {
  readonly revision: number;
  /** In no order that means something. */
  readonly objects: readonly StoredObject[];
  /** The number of entries that each append-only log has at this moment. */
  readonly ends: ReadonlyMap<string, number>;
}

/**
 * Takes a snapshot, in one turn of the event loop: what is committed meanwhile is in it wholly or not at all, and all
 * that was acknowledged before is in it. The entries of the logs are read later; they stay as they are.
 */
export function takeSnapshot(store: Store): StoreSnapshot {
  const objects = store.buckets().flatMap((bucket) => store.list(`${bucket}/`).objects);
  const ends = new Map(store.logs.names().map((log) => [log, store.logs.end(log)]));
  return { revision: store.revision, objects, ends };
}

/** The objects of a snapshot in the order of their revisions. Others have their turns while they are sorted. */
export async function inRevisionOrder({ objects }: StoreSnapshot): Promise<readonly StoredObject[]> {
  let runs: StoredObject[][] = [];
  for (let from = 0; from < objects.length; from += sortedAtOnce) {
    runs.push(objects.slice(from, from + sortedAtOnce).sort((a, b) => a.revision - b.revision));
    await turn();
  }
  while (runs.length > 1) {
    const joined: StoredObject[][] = [];
    for (let i = 0; i < runs.length; i += 2) joined.push(await merged(runs[i] ?? [], runs[i + 1] ?? []));
    runs = joined;
  }
  return runs[0] ?? [];
}

async function merged(
  left: readonly StoredObject[],
  right: readonly StoredObject[],
): Promise<StoredObject[]> {
  const all: StoredObject[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const [a, b] = [left[i], right[j]];
    if (a !== undefined && (b === undefined || a.revision < b.revision)) {
      all.push(a);
      i++;
    } else if (b !== undefined) {
      all.push(b);
      j++;
    }
    if (all.length % sortedAtOnce === 0) await turn();
  }
  return all;
}

/** Lets everything else that waits have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

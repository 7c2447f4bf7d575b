import type { Logs, Store } from '../store/port.ts';
import { mismatch } from './backup-error.ts';
import { entriesPerRead } from './limits.ts';
import { LogTree } from './log-tree.ts';
import type { BackupLog } from './manifest.ts';
import { ObjectDigest } from './records.ts';
import { inRevisionOrder, type StoreSnapshot, takeSnapshot } from './snapshot.ts';

/** What a store amounts to; equal for stores that hold the same. */
export interface StoreSum {
  readonly objects: number;
  readonly sealed: number;
  /** SHA-256 over key, revision and value of all objects. */
  readonly digest: string;
  readonly logs: readonly BackupLog[];
}

/**
 * Adds a store up, by reading all of it.
 * @param covers whether a value is left out, because it is sealed differently each time
 */
export async function sumOf(store: Store, covers: (key: string) => boolean): Promise<StoreSum> {
  return await sumOfSnapshot(takeSnapshot(store), store.logs, covers);
}

/** The same of a snapshot. */
export async function sumOfSnapshot(
  snapshot: StoreSnapshot,
  all: Logs,
  covers: (key: string) => boolean,
): Promise<StoreSum> {
  const { ends } = snapshot;
  const digest = new ObjectDigest();
  for (const { key, revision, value } of await inRevisionOrder(snapshot))
    digest.add(key, revision, covers(key) ? undefined : value);
  const logs: BackupLog[] = [];
  for (const [log, end] of ends) {
    const tree = new LogTree(log);
    while (tree.size < end) {
      const entries = await all.read(log, tree.size, Math.min(entriesPerRead, end - tree.size));
      if (entries.length === 0) throw mismatch(`the log ${log} ends at ${tree.size} and not at ${end}`);
      tree.add(entries);
    }
    logs.push(tree.end());
  }
  return { objects: digest.count, sealed: digest.sealed, digest: digest.digest(), logs };
}

/**
 * Compares what a store holds with what it should.
 * @throws BackupError `backup.mismatch` that names the first difference
 */
export function requireEqual(found: StoreSum, expected: StoreSum): void {
  if (found.objects !== expected.objects) {
    throw mismatch(`the store holds ${found.objects} objects, expected ${expected.objects}`);
  }
  if (found.digest !== expected.digest) {
    throw mismatch(`the digest of its objects is ${found.digest}, expected ${expected.digest}`);
  }
  for (const log of expected.logs) {
    const own = found.logs.find(({ name }) => name === log.name);
    if (JSON.stringify(own) === JSON.stringify(log)) continue;
    throw mismatch(
      `the log ${log.name} came to ${JSON.stringify(own ?? null)}, expected ${JSON.stringify(log)}`,
    );
  }
  if (found.logs.length !== expected.logs.length) throw mismatch('the store has more logs than it should');
}

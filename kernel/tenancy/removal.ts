import { readdir } from 'node:fs/promises';
import { bucketOf } from '../api/keys.ts';
import { parseStored } from '../api/versions.ts';
import { auditLogOf } from '../audit/trail.ts';
import { commitFenced, requireFence } from '../cluster/fence.ts';
import type { ExecPort } from '../run/exec-port.ts';
import { runs } from '../run/run-kind.ts';
import { type Store, StoreError, type StoreOperation } from '../store/port.ts';
import { removedObjectsMax } from './limits.ts';
import { directoriesOf, removeFiles } from './virtual-cluster.ts';

/** What the removal of a tenant works on. */
export interface RemovalOptions {
  readonly store: Store;
  /** The directory of the whole installation. */
  readonly dataDirectory: string;
  /** Deletes the logs of runs. */
  readonly exec?: ExecPort | undefined;
}

/** How much there is of a tenant. */
export interface Contents {
  /** Objects, and entries of journals. */
  readonly objects: number;
  readonly auditEntries: number;
  /** Files of its own, and programs' logs of its runs. */
  readonly files: number;
}

/** Counts what is left of a tenant. */
export async function contentsOf(name: string, options: RemovalOptions): Promise<Contents> {
  const { store, dataDirectory } = options;
  const { audit, data } = directoriesOf(dataDirectory, name);
  let auditEntries = 0;
  for (const log of logsOf(store, name)) auditEntries += store.logs.end(log);
  const files = (await filesBelow(audit)) + (await filesBelow(data));
  return { objects: store.usage(`${name}/`).objects, auditEntries, files };
}

/**
 * Removes everything that is in a tenant: logs of its runs, every row, every entry of its logs, its files. The tenant must
 * have been stopped. Each step can be repeated, so that a removal that was cut off anywhere is taken up by calling it
 * again.
 *
 * @param between called when the rows are deleted and before their history goes, to commit something that is not the
 * tenant's: only then is the store's newest revision none of its own
 * @throws StoreError when the store cannot write; Error of the file system
 */
export async function removeContents(
  name: string,
  options: RemovalOptions,
  between: () => Promise<void>,
): Promise<void> {
  const { store, dataDirectory, exec } = options;
  // Their names are the uids of the runs, which nobody knows any more afterwards.
  for (const stored of store.list(bucketOf(name, runs)).objects) {
    await exec?.remove?.(parseStored(stored).metadata.uid);
  }
  await deleteObjects(store, name);
  for (const log of logsOf(store, name)) {
    // Another process may have finished the removal meanwhile, and there may be a new tenant of the name.
    requireFence();
    await store.logs.remove(log);
  }
  requireFence();
  await removeFiles(dataDirectory, name);
  await between();
  requireFence();
  await store.purge(`${name}/`);
}

/** Deletes in batches, without entries in a log that goes itself. */
async function deleteObjects(store: Store, name: string): Promise<void> {
  const prefix = `${name}/`;
  for (const bucket of store.buckets()) {
    if (!bucket.startsWith(prefix)) continue;
    for (;;) {
      const { objects } = store.list(`${bucket}/`, { limit: removedObjectsMax });
      if (objects.length === 0) break;
      const operations = objects.map(
        ({ key, value, revision }): StoreOperation => ({
          type: 'delete',
          key,
          expect: revision,
          value: () => value,
        }),
      );
      try {
        await commitFenced((checks) => store.commit([...operations, ...checks]));
      } catch (error) {
        // Another process had not stopped the tenant yet and wrote once more.
        if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      }
    }
  }
}

function logsOf(store: Store, name: string): string[] {
  // That of the audit also when it is shorter already: what is not there is removed already.
  const named = store.logs.names().filter((log) => log.startsWith(`${name}/`));
  return [...new Set([...named, auditLogOf(name)])];
}

async function filesBelow(directory: string): Promise<number> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

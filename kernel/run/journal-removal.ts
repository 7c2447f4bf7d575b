import type { Objects } from '../api/objects.ts';
import { journalBucket, journalPrefix } from './journal-entry.ts';
import { deletionBatch } from './limits.ts';

/** Deletes the journal of a run that was deleted before it ended. */
export async function deleteJournal(objects: Objects, runUid: string): Promise<void> {
  const { objects: entries } = objects.store.list(journalPrefix(objects.tenant, runUid));
  for (let at = 0; at < entries.length; at += deletionBatch) {
    const batch = entries.slice(at, at + deletionBatch);
    await objects.commitAll(
      [],
      batch.map(({ key }) => ({ type: 'delete' as const, key, value: () => '{}' })),
    );
  }
}

/** Uids of runs that have a journal and of which `isOrphan` says that there is no run. */
export function orphanedJournals(objects: Objects, isOrphan: (runUid: string) => boolean): Set<string> {
  const prefix = journalBucket(objects.tenant);
  const orphans = new Set<string>();
  for (const { key } of objects.store.list(prefix).objects) {
    const uid = key.slice(prefix.length, key.lastIndexOf('/'));
    if (isOrphan(uid)) orphans.add(uid);
  }
  return orphans;
}

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

/** Deletes the journals of runs that were deleted while no engine saw it. */
export async function sweepJournals(objects: Objects, known: ReadonlySet<string>): Promise<void> {
  const prefix = journalBucket(objects.tenant);
  const orphans = new Set<string>();
  for (const { key } of objects.store.list(prefix).objects) {
    const uid = key.slice(prefix.length, key.lastIndexOf('/'));
    if (!known.has(uid)) orphans.add(uid);
  }
  for (const uid of orphans) await deleteJournal(objects, uid);
}

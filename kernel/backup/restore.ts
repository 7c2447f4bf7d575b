import { envelopeCipher } from '../crypto/envelope.ts';
import type { Random } from '../ports/random.ts';
import type { Store, StoreCipher } from '../store/port.ts';
import type { StoreTarget } from '../store/store-target.ts';
import { openStoreCipher, sealedBuckets } from '../store-cipher.ts';
import { mismatch } from './backup-error.ts';
import { requireEqual, sumOf } from './compare-store.ts';
import { DataPlace } from './data-place.ts';
import { restoredRevisionStep } from './limits.ts';
import { isIrreplaceable } from './private-files.ts';
import { readBackup, type VerifiedBackup } from './read-backup.ts';
import { databasePlace, embeddedPlace } from './store-place.ts';

/** What is restored, and where. */
export interface RestoreOptions {
  /** The archive, neither compressed nor encrypted. */
  readonly source: AsyncIterable<Uint8Array>;
  /** An empty or absent directory. */
  readonly dataDirectory: string;
  readonly random: Random;
  /** URL of an empty PostgreSQL database that the store goes into; absent: into the directory. */
  readonly database?: string;
}

/** What was restored: all of it was read back and compared. */
export interface Restored extends VerifiedBackup {
  /** The revision that the store goes on from. */
  readonly revision: number;
  /** Sealed values that were opened with the keys of the backup; 0 when it has none. */
  readonly opened: number;
  /** Files that have to be put there before a start, because the backup has no keys. */
  readonly missing: readonly string[];
}

/**
 * Restores a control plane into an empty directory, reads all of it back, and compares it with what was backed up. The
 * directory is refused by a start until that is done; when it cannot be done it is empty again.
 * @throws BackupError, StoreError, KeyError, or what the source throws
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { source, dataDirectory, random, database } = options;
  const store = database === undefined ? embeddedPlace(dataDirectory) : databasePlace(database);
  const place = new DataPlace(dataDirectory);
  let target: StoreTarget | undefined;
  try {
    target = await store.load();
    const backup = await load(source, place, target);
    const { withKeys, sealed, keyFiles } = backup.manifest;
    const cipher = withKeys ? openStoreCipher(dataDirectory, random) : blind(random);
    const revision = await readBack(await store.open(cipher), cipher, backup);
    const missing = withKeys ? [] : keyFiles.filter(isIrreplaceable);
    place.finish(missing);
    await target.close();
    return { ...backup, revision, opened: withKeys ? sealed : 0, missing };
  } catch (error) {
    await target?.remove();
    place.abandon();
    throw error;
  }
}

async function load(
  source: RestoreOptions['source'],
  place: DataPlace,
  target: StoreTarget,
): Promise<VerifiedBackup> {
  const backup = await readBackup(source, {
    objects: (objects) => target.putObjects(objects),
    entries: (log, entries) => target.putEntries(log, entries),
    file: (file) => {
      // The key beside it signs; what it verifies with follows from it.
      if (!file.name.endsWith('/verifier')) place.put(file);
    },
  });
  await target.finish(backup.manifest.revision + restoredRevisionStep);
  return backup;
}

/** Compares what was loaded with what was backed up. @returns the revision that it goes on from */
async function readBack(store: Store, cipher: StoreCipher, backup: VerifiedBackup): Promise<number> {
  try {
    await requireSame(store, cipher, backup);
    return store.revision;
  } finally {
    await store.close();
  }
}

async function requireSame(store: Store, cipher: StoreCipher, { manifest }: VerifiedBackup): Promise<void> {
  const { writable, cause } = store.health();
  if (!writable) throw mismatch(cause ?? 'the restored store cannot be written');
  requireEqual(await sumOf(store, (key) => cipher.covers(key)), manifest);
}

/** Stands in for keys that the backup does not have: what is sealed stays so, and is not looked at. */
function blind(random: Random): StoreCipher {
  const none = {
    directory: '',
    all: () => [],
    find: () => undefined,
    rotate: () => '',
    get newest(): never {
      throw new Error('a backup without keys is only read');
    },
  };
  return { ...envelopeCipher(none, random, sealedBuckets), open: () => '' };
}

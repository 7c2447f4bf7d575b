import { join } from 'node:path';
import { type ByteCipher, envelopeCipher } from './crypto/envelope.ts';
import { openKeyring } from './crypto/keyring.ts';
import { sealedPlanBucket } from './plan/plan-record.ts';
import type { Random } from './ports/random.ts';
import { sealedJournalBucket } from './run/journal-entry.ts';
import type { StoreCipher } from './store/port.ts';

/** What the store keeps sealed, in every tenant. */
export const sealedBuckets: readonly string[] = ['*/core/secrets/', sealedPlanBucket, sealedJournalBucket];

/**
 * The cipher of the store of a data directory; an absent keyring gets its first key.
 * @throws KeyError
 */
export function openStoreCipher(dataDirectory: string, random: Random): StoreCipher & ByteCipher {
  return envelopeCipher(openKeyring(join(dataDirectory, 'keys'), random), random, sealedBuckets);
}

import { join } from 'node:path';
import { parseSignerKey, type Signer, signerKeyFromSeed } from '@plinth/tlog';
import { KeyError } from '../crypto/key-error.ts';
import { ensurePrivateDirectory, readPrivateFile, writePrivateFile } from '../crypto/private-file.ts';
import type { Random } from '../ports/random.ts';

const seedBytes = 32;

/**
 * The key that signs the checkpoints of a tenant's audit log. It is made when the directory has none; its name, which is
 * also the origin of the log, is then chosen so that no two logs share it.
 *
 * @throws KeyError when the file is not a key or others may read it
 */
export function openSigningKey(directory: string, tenant: string, random: Random): Signer {
  ensurePrivateDirectory(directory);
  const path = join(directory, 'signing-key');
  let text = readPrivateFile(path)?.trim();
  if (text === undefined) {
    const name = `plinth.dev/audit/${random.uuid().slice(0, 8)}/${tenant}`;
    const made = signerKeyFromSeed(name, random.bytes(seedBytes));
    if (!made.ok) throw new Error(`making the signing key of the audit log: ${made.error.message}`);
    text = made.value;
    writePrivateFile(path, `${text}\n`);
  }
  const signer = parseSignerKey(text);
  if (signer.ok) return signer.value;
  throw new KeyError(
    'key.damaged',
    `${path} is not a signing key: ${signer.error.message}`,
    'Put the file back from a backup. Without it the log cannot go on; moved away, a new log begins.',
  );
}

import { createHash, hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { parseSignerKey, type Signer, signerKeyFromSeed } from '@plinth/tlog';
import { defaultTenant } from '../api/keys.ts';
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
  return signerOf(text, path);
}

/**
 * The signing key of a tenant among several processes, each of which signs the tenant's log by itself: it follows from the
 * host's key, which all of them have, and from the tenant's uid, so that a later tenant of the same name has another. A
 * key that is kept in a file, from before there were several, goes before.
 *
 * @param directory holds a directory with the signing key for the host, and those of tenants that have one
 * @throws KeyError when the host's key is not there or not a key
 */
export function sharedSigningKey(
  directory: string,
  { name, uid }: { readonly name: string; readonly uid: string },
): Signer {
  const ownPath = join(directory, name, 'signing-key');
  const own = readPrivateFile(ownPath)?.trim();
  if (own !== undefined) return signerOf(own, ownPath);
  const hostPath = join(directory, defaultTenant, 'signing-key');
  const host = readPrivateFile(hostPath)?.trim() ?? '';
  const mark = createHash('sha256').update(signerOf(host, hostPath).verifierKey).update(uid).digest('hex');
  const seed = new Uint8Array(hkdfSync('sha256', host, '', `plinth.dev/audit/${uid}`, seedBytes));
  const made = signerKeyFromSeed(`plinth.dev/audit/${mark.slice(0, 8)}/${name}`, seed);
  if (!made.ok) throw new Error(`deriving the signing key of tenant ${name}: ${made.error.message}`);
  return signerOf(made.value, hostPath);
}

/**
 * The signing key in a file.
 * @throws KeyError when there is none, or others may read it
 */
export function signingKeyIn(path: string): Signer {
  return signerOf(readPrivateFile(path)?.trim() ?? '', path);
}

function signerOf(text: string, path: string): Signer {
  const signer = parseSignerKey(text);
  if (signer.ok) return signer.value;
  throw new KeyError(
    'key.damaged',
    `${path} is not a signing key: ${signer.error.message}`,
    'Put the file back from a backup. Without it the log cannot go on; moved away, a new log begins.',
  );
}

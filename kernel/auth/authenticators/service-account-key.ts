import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { join } from 'node:path';
import { KeyError } from '../../crypto/key-error.ts';
import { ensurePrivateDirectory, readPrivateFile, writePrivateFile } from '../../crypto/private-file.ts';

/** The key that signs the tokens of service accounts. */
export interface ServiceAccountKey {
  /** Digest of the public key; `kid` in the header of tokens. */
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Opens `sa.key` (ECDSA P-256, PKCS #8 PEM, mode 0600) in the PKI directory, making it when it is absent. Replacing
 * the file revokes every token that was signed with it.
 * @throws KeyError `key.permission`, or `key.damaged` when the file is no such key.
 */
export function openServiceAccountKey(directory: string): ServiceAccountKey {
  ensurePrivateDirectory(directory);
  const path = join(directory, 'sa.key');
  let pem = readPrivateFile(path);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    writePrivateFile(path, pem);
  }
  const privateKey = parse(path, pem);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { id: createHash('sha256').update(der).digest('base64url'), privateKey, publicKey };
}

function parse(path: string, pem: string): KeyObject {
  const hint = 'Restore the file from a backup, or remove it: a new key is made, and all tokens are void.';
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new KeyError('key.damaged', `${path} is not a private key in PEM`, hint, cause);
  }
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'an unknown kind';
  throw new KeyError('key.damaged', `${path} is a key of ${found}, expected ECDSA P-256`, hint);
}

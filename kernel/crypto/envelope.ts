import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '../ports/random.ts';
import type { StoreCipher } from '../store/port.ts';
import { KeyError } from './key-error.ts';
import type { Keyring, SealingKey } from './keyring.ts';

// A sealed text is: version (1 byte), key id (8), salt (32), ciphertext (as long as the text), tag (16).
//
// Every text has a key and a nonce of its own, derived from the keyring's key and 256 random bits of salt (HKDF,
// RFC 5869). So the limit of 2^32 texts that AES-GCM with random 96-bit nonces has per key (NIST SP 800-38D, 8.3)
// does not apply: two texts share a key and nonce only when two salts are equal, with probability below 2^-128 after
// 2^64 texts. What bounds a key is prudence; rotate it when people who could read it leave.
const version = 1;
const idBytes = 8;
const saltBytes = 32;
const tagBytes = 16;
const headerBytes = 1 + idBytes + saltBytes;
const derivedKeyBytes = 32;
const nonceBytes = 12;
const cipherName = 'aes-256-gcm';
const purpose = 'plinth store value 1';
const ownKeyPurpose = 'plinth derived key 1';

/** Key and nonce of one text. */
function derive(key: SealingKey, salt: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const bytes = new Uint8Array(hkdfSync('sha256', key.key, salt, purpose, derivedKeyBytes + nonceBytes));
  return { key: bytes.subarray(0, derivedKeyBytes), nonce: bytes.subarray(derivedKeyBytes) };
}

/** What a sealed text is bound to besides its key: its place and its revision. */
function binding(header: Uint8Array, key: string, revision: number): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([key, revision]))]);
}

/** Makes the test for the keys that are sealed. A pattern names a bucket; `*` as its tenant means every tenant. */
function coverage(patterns: readonly string[]): (key: string) => boolean {
  const everyTenant: string[] = [];
  const oneTenant: string[] = [];
  for (const pattern of patterns) {
    if (!/^[^/]+\/[^/*]+\/[^/*]+\/$/.test(pattern)) {
      throw new RangeError(
        `"${pattern}" is not a bucket: expected tenant/group/resource/ or */group/resource/`,
      );
    }
    if (pattern.startsWith('*/')) everyTenant.push(pattern.slice(1));
    else oneTenant.push(pattern);
  }
  return (key) => {
    const tenantEnd = key.indexOf('/');
    return (
      everyTenant.some((suffix) => key.startsWith(suffix, tenantEnd)) ||
      oneTenant.some((prefix) => key.startsWith(prefix))
    );
  };
}

/** Seals bytes as the store seals texts: bound to their place, which is a name and a number. */
export interface ByteCipher {
  /**
   * Keys of 32 bytes for whoever needs one that is not on the disk: one of each key of the keyring, that of the newest first.
   * Another owner or purpose gets others, and none tells anything of what seals.
   * Spec: RFC 5869, HKDF-SHA-256.
   */
  deriveKeys(owner: string, purpose: string): Buffer[];
  sealBytes(key: string, revision: number, value: Uint8Array): Buffer;
  /** @throws KeyError when they were not sealed for this place, or with a key that is not there */
  openBytes(key: string, revision: number, sealed: Uint8Array): Buffer;
}

/**
 * The cipher of the store: AES-256-GCM under keys of `keyring`, each text bound to its store key and revision, so that
 * who can write the database file can neither read a value nor pass one off as another or as a later one.
 * @param buckets What is sealed, as `tenant/group/resource/`; with `*` for every tenant.
 * Spec: NIST SP 800-38D; RFC 5869.
 */
export function envelopeCipher(
  keyring: Keyring,
  random: Random,
  buckets: readonly string[],
): StoreCipher & ByteCipher {
  const bytes = byteCipher(keyring, random);
  return {
    covers: coverage(buckets),
    seal: (key, revision, value) => bytes.sealBytes(key, revision, Buffer.from(value)),
    open: (key, revision, sealed) => bytes.openBytes(key, revision, sealed).toString(),
    ...bytes,
  };
}

function byteCipher(keyring: Keyring, random: Random): ByteCipher {
  return {
    deriveKeys: (owner, use) =>
      keyring.all().map(({ key }) => {
        const info = JSON.stringify([ownKeyPurpose, owner, use]);
        return Buffer.from(hkdfSync('sha256', key, '', info, derivedKeyBytes));
      }),
    sealBytes(key, revision, value) {
      const sealing = keyring.newest;
      const salt = random.bytes(saltBytes);
      const header = Buffer.concat([Buffer.of(version), Buffer.from(sealing.id, 'hex'), salt]);
      const derived = derive(sealing, salt);
      const cipher = createCipheriv(cipherName, derived.key, derived.nonce);
      cipher.setAAD(binding(header, key, revision));
      return Buffer.concat([header, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    },
    openBytes(key, revision, sealed) {
      const text = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const opening = keyOf(keyring, key, text);
      const header = text.subarray(0, headerBytes);
      const derived = derive(opening, header.subarray(1 + idBytes));
      const decipher = createDecipheriv(cipherName, derived.key, derived.nonce, { authTagLength: tagBytes });
      decipher.setAAD(binding(header, key, revision));
      decipher.setAuthTag(text.subarray(text.length - tagBytes));
      try {
        const opened = decipher.update(text.subarray(headerBytes, text.length - tagBytes));
        return Buffer.concat([opened, decipher.final()]);
      } catch (cause) {
        throw new KeyError(
          'key.mismatch',
          `the sealed value of ${key} was not sealed for this key at revision ${revision}, or it was changed since`,
          'The database was damaged or changed from outside. Restore it from a backup.',
          cause,
        );
      }
    },
  };
}

function keyOf(keyring: Keyring, key: string, text: Buffer): SealingKey {
  if (text.length < headerBytes + tagBytes || text[0] !== version) {
    throw new KeyError(
      'key.damaged',
      `the value of ${key} is not a sealed text of version ${version}: found ${text.length} bytes, version ${text[0] ?? 'none'}`,
      'The database was damaged, or a newer version of Plinth wrote it. Restore it, or start that version.',
    );
  }
  const id = text.toString('hex', 1, 1 + idBytes);
  const found = keyring.find(id);
  if (found) return found;
  throw new KeyError(
    'key.missing',
    `the value of ${key} was sealed with key ${id}, which is not in ${keyring.directory}`,
    'Put the key file back that belongs to this database.',
  );
}

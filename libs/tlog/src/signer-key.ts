import { decodeBase64, encodeBase64 } from './base64.ts';
import { cosignedMessage, encodeCosignature } from './cosignature.ts';
import { ED25519_KEY_BYTES, type Ed25519PrivateKey, ed25519PrivateKey } from './ed25519.ts';
import { ED25519, ED25519_COSIGNATURE, formatKeyId, keyIdOf, parseKeyId, requireKeyName } from './key-id.ts';
import { capture, Refusal, type Result } from './malformed.ts';
import { formatVerifierKey } from './verifier-key.ts';

/** The whole shape is checked before any part is quoted: without one of its signs the secret stands in another place. */
const SIGNER_KEY = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([^ ]+)$/;

/** A private key that signs notes. The key itself cannot be read from the object. */
export interface Signer {
  readonly name: string;
  readonly keyId: number;
  /** The public half, to be handed out. */
  readonly verifierKey: string;
  /**
   * Signs a note.
   * @param text the note text with its final newline
   * @returns the bytes after the key id
   */
  sign(text: string): Uint8Array;
}

/**
 * Makes a signer key, `PRIVATE+KEY+<name>+<key id in hex>+<base64 of type and seed>`, as Go's sumdb/note does. It is
 * a secret.
 *
 * @param name what the key is called, usually the origin of the log
 * @param seed 32 random bytes
 * @returns the text, or why there can be none
 */
export function signerKeyFromSeed(name: string, seed: Uint8Array): Result<string> {
  return capture(() => {
    requireKeyName(name);
    requireSeed(name, seed);
    const keyId = keyIdOf(name, ED25519, ed25519PrivateKey(seed).publicKey);
    const material = Buffer.concat([Uint8Array.of(ED25519), seed]);
    return `PRIVATE+KEY+${name}+${formatKeyId(keyId)}+${encodeBase64(material)}`;
  });
}

/**
 * Reads a signer key. No message quotes the secret part.
 *
 * @param signerKey the text that `signerKeyFromSeed` or Go's sumdb/note makes
 * @returns the signer, or why the text is no signer key
 */
export function parseSignerKey(signerKey: string): Result<Signer> {
  return capture(() => {
    const { name, key } = readSignerKey(signerKey);
    return {
      name,
      keyId: keyIdOf(name, ED25519, key.publicKey),
      verifierKey: formatVerifierKey(name, ED25519, key.publicKey),
      sign: (text) => key.sign(Buffer.from(text)),
    };
  });
}

/**
 * A witness's signer at one instant: it states that at this time the note was the largest tree that it knew of.
 *
 * @param signerKey the text that `signerKeyFromSeed` makes; a key that cosigns must sign nothing else
 * @param timestamp seconds since the Epoch, an integer
 * @returns the signer, or why the text is no signer key
 * Spec: C2SP tlog-cosignature, type 0x04.
 */
export function parseCosignerKey(signerKey: string, timestamp: number): Result<Signer> {
  return capture(() => {
    const { name, key } = readSignerKey(signerKey);
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
      throw new Refusal(`cosignature of ${name}: time ${timestamp} is not a whole number of seconds`);
    }
    const seconds = BigInt(timestamp);
    return {
      name,
      keyId: keyIdOf(name, ED25519_COSIGNATURE, key.publicKey),
      verifierKey: formatVerifierKey(name, ED25519_COSIGNATURE, key.publicKey),
      sign: (text) => encodeCosignature(seconds, key.sign(cosignedMessage(text, seconds))),
    };
  });
}

function readSignerKey(signerKey: string): { readonly name: string; readonly key: Ed25519PrivateKey } {
  const [, name, id, encoded] = SIGNER_KEY.exec(signerKey) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw new Refusal(
      'signer key: expected PRIVATE+KEY+<name>+<eight lower-case hexadecimal digits>+<base64>; what was given is not ' +
        'shown, as it may hold the secret',
    );
  }
  requireKeyName(name);
  const keyId = parseKeyId(id);
  const material = decodeBase64(encoded);
  if (material === undefined || material.byteLength === 0) {
    throw new Refusal(`signer key of ${name}: the key after the fourth "+" is not Base64`);
  }
  const type = material.readUInt8(0);
  if (type !== ED25519) {
    throw new Refusal(
      `signer key of ${name}: signature type 0x${type.toString(16).padStart(2, '0')} is not supported, expected 0x01`,
    );
  }
  const seed = material.subarray(1);
  requireSeed(name, seed);
  const key = ed25519PrivateKey(seed);
  const expected = keyIdOf(name, ED25519, key.publicKey);
  if (keyId !== expected) {
    throw new Refusal(
      `signer key of ${name}: key id ${id} does not belong to this name and key, expected ${formatKeyId(expected)}`,
    );
  }
  return { name, key };
}

function requireSeed(name: string, seed: Uint8Array): void {
  if (seed.byteLength === ED25519_KEY_BYTES) return;
  throw new Refusal(
    `signer key of ${name}: the seed has ${seed.byteLength} bytes, expected ${ED25519_KEY_BYTES}`,
  );
}

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Length of a public key and of the seed of a private key. */
export const ED25519_KEY_BYTES = 32;
/** Length of a signature. */
export const ED25519_SIGNATURE_BYTES = 64;

/** PrivateKeyInfo around a 32-byte seed. Spec: RFC 8410, section 7. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A private key whose seed is not printed with the object that holds it. */
export interface Ed25519PrivateKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/**
 * The private key of a seed.
 * @param seed 32 bytes
 */
export function ed25519PrivateKey(seed: Uint8Array): Ed25519PrivateKey {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url'),
    sign: (message) => sign(null, message, key),
  };
}

/**
 * A check of signatures by a public key.
 * @param publicKey 32 bytes
 * @returns whether the signature is one of the key over the message
 */
export function ed25519Verifier(
  publicKey: Uint8Array,
): (message: Uint8Array, signature: Uint8Array) => boolean {
  const key: KeyObject = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  });
  return (message, signature) =>
    signature.byteLength === ED25519_SIGNATURE_BYTES && verify(null, message, key, signature);
}

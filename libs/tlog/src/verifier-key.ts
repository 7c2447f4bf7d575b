import { decodeBase64, encodeBase64 } from './base64.ts';
import { cosignedMessage, decodeCosignature } from './cosignature.ts';
import { ED25519_KEY_BYTES, ed25519Verifier } from './ed25519.ts';
import { ED25519, ED25519_COSIGNATURE, formatKeyId, keyIdOf, parseKeyId, requireKeyName } from './key-id.ts';
import { capture, Refusal, type Result } from './malformed.ts';

/** A public key that the caller trusts. */
export interface Verifier {
  readonly name: string;
  /** First four bytes of a hash over name, signature type and public key, as an unsigned integer. */
  readonly keyId: number;
  /** Its text form, `name+id+key`. */
  readonly verifierKey: string;
  /**
   * Whether the signature is one of this key over the note text.
   * @param text the note text with its final newline
   * @param signature the bytes after the key id
   */
  verify(text: string, signature: Uint8Array): boolean;
}

/**
 * Reads a verifier key, `<name>+<key id in hex>+<base64 of type and public key>`. Types 0x01 (Ed25519) and 0x04
 * (timestamped Ed25519 cosignature) are known.
 *
 * @param verifierKey the text
 * @returns the key, or why the text is none
 * Spec: C2SP signed-note, Verifier keys.
 */
export function parseVerifierKey(verifierKey: string): Result<Verifier> {
  return capture(() => {
    const [name = '', id = '', key = '', ...rest] = verifierKey.split('+');
    // Base64 has "+" in its alphabet, so only the first two separate.
    const encoded = [key, ...rest].join('+');
    requireKeyName(name);
    const keyId = parseKeyId(id);
    const material = decodeBase64(encoded);
    if (material === undefined || material.byteLength === 0) {
      throw new Refusal(`verifier key of ${name}: the key after the second "+" is not Base64`);
    }
    const type = material.readUInt8(0);
    const publicKey = material.subarray(1);
    if (type !== ED25519 && type !== ED25519_COSIGNATURE) {
      throw new Refusal(
        `verifier key of ${name}: signature type 0x${type.toString(16).padStart(2, '0')} is not supported; ` +
          'supported are 0x01 (Ed25519) and 0x04 (Ed25519 cosignature)',
      );
    }
    if (publicKey.byteLength !== ED25519_KEY_BYTES) {
      throw new Refusal(
        `verifier key of ${name}: the public key has ${publicKey.byteLength} bytes, expected ${ED25519_KEY_BYTES}`,
      );
    }
    const expected = keyIdOf(name, type, publicKey);
    if (keyId !== expected) {
      throw new Refusal(
        `verifier key of ${name}: key id ${id} does not belong to this name and key, expected ${formatKeyId(expected)}`,
      );
    }
    return { name, keyId, verifierKey, verify: verification(type, publicKey) };
  });
}

/** Writes a verifier key. */
export function formatVerifierKey(name: string, type: number, publicKey: Uint8Array): string {
  const material = Buffer.concat([Uint8Array.of(type), publicKey]);
  return `${name}+${formatKeyId(keyIdOf(name, type, publicKey))}+${encodeBase64(material)}`;
}

function verification(type: number, publicKey: Uint8Array): Verifier['verify'] {
  const isSignature = ed25519Verifier(publicKey);
  if (type === ED25519) return (text, signature) => isSignature(Buffer.from(text), signature);
  return (text, signature) => {
    const parts = decodeCosignature(signature);
    return parts !== undefined && isSignature(cosignedMessage(text, parts.timestamp), parts.signature);
  };
}

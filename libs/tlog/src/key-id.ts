import { hash } from 'node:crypto';
import { Refusal } from './malformed.ts';

/** Ed25519 signatures over the note text. */
export const ED25519 = 0x01;
/** Ed25519 signatures of witnesses over a checkpoint and a time. */
export const ED25519_COSIGNATURE = 0x04;

const BAD_IN_NAMES = /[\p{White_Space}+\u0000-\u001f]/u;

/**
 * Refuses a key name that could not stand in a signature line.
 * @throws Refusal
 */
export function requireKeyName(name: string, line = 0): void {
  if (name === '') throw new Refusal('key name: it is empty', line);
  if (!name.isWellFormed() || BAD_IN_NAMES.test(name)) {
    throw new Refusal(
      `key name ${JSON.stringify(name)}: must be Unicode text without spaces, control characters and "+"`,
      line,
    );
  }
}

/**
 * The short identifier of a key: the first four bytes of SHA-256(name || 0x0A || type || public key).
 * Spec: C2SP signed-note, Signatures.
 */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): number {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(type), publicKey]);
  return hash('sha256', input, 'buffer').readUInt32BE(0);
}

/** A key id as it stands in verifier keys: eight lower-case hexadecimal digits. */
export function formatKeyId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0');
}

/**
 * Reads a key id.
 * @throws Refusal
 */
export function parseKeyId(text: string): number {
  if (!/^[0-9a-f]{8}$/.test(text)) {
    throw new Refusal(`key id ${JSON.stringify(text)}: must be eight lower-case hexadecimal digits`);
  }
  return Number.parseInt(text, 16);
}

import { ED25519_SIGNATURE_BYTES } from './ed25519.ts';

const TIMESTAMP_BYTES = 8;
/** `timestamp` must not exceed 2^63 - 1. */
const TIMESTAMP_MAX = 2n ** 63n - 1n;

/**
 * What a witness signs: a header, the time and the whole note text.
 * Spec: C2SP tlog-cosignature, Ed25519 signed message.
 */
export function cosignedMessage(text: string, timestamp: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

/** A `timestamped_signature`: the time in front of the signature. */
export function encodeCosignature(timestamp: bigint, signature: Uint8Array): Uint8Array {
  const encoded = Buffer.alloc(TIMESTAMP_BYTES + signature.byteLength);
  encoded.writeBigUInt64BE(timestamp);
  encoded.set(signature, TIMESTAMP_BYTES);
  return encoded;
}

/** The parts of a `timestamped_signature`; undefined when it is none. */
export function decodeCosignature(
  encoded: Uint8Array,
): { readonly timestamp: bigint; readonly signature: Uint8Array } | undefined {
  if (encoded.byteLength !== TIMESTAMP_BYTES + ED25519_SIGNATURE_BYTES) return undefined;
  const timestamp = Buffer.from(encoded).readBigUInt64BE();
  if (timestamp > TIMESTAMP_MAX) return undefined;
  return { timestamp, signature: encoded.subarray(TIMESTAMP_BYTES) };
}

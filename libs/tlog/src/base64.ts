/**
 * Decodes standard Base64 (RFC 4648, section 4) in its one canonical spelling. Node's own decoder accepts
 * missing padding, foreign characters and stray bits, so that several texts would stand for the same bytes
 * and a changed character could go unnoticed.
 *
 * @param text padded Base64
 * @returns the bytes; undefined when the text is not what encoding them would give
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Encodes bytes as standard Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

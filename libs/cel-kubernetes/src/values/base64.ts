/** Reads standard base64, with or without padding; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const body = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1) return undefined;
  if (body.length !== text.length && text.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
}

/** Writes standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x60_00) {
    chunks.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x60_00))));
  }
  return chunks.join('');
}

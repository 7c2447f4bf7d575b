/** The polynomial of Castagnoli, its bits reversed. */
const polynomial = 0x82f6_3b78;

const table = new Uint32Array(256).map((_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? polynomial : 0);
  return remainder >>> 0;
});

/** CRC-32C of the bytes. Spec: RFC 3720, appendix B.4. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffff_ffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 0xff] ?? 0);
  return (remainder ^ 0xffff_ffff) >>> 0;
}

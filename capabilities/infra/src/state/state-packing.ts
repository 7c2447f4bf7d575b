import { createHash, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { readHeader, type StateHeader } from '@plinth/terraform-state';
import { cut } from '../content/cut.ts';
import { chunkBytes, stateBytesMax } from '../limits.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bytes that one thread compresses while others compress the rest: a member of the file. Spec: RFC 1952, 2.2. */
const memberBytes = 2 * 1024 * 1024;
/** The least that zlib takes for a chunk. */
const chunkBytesMin = 64;

/** A state that was looked through, as it is kept. */
export interface PackedState {
  readonly header: StateHeader;
  /** Of the text itself. */
  readonly sizeBytes: number;
  /** In base 64, as in the header Content-MD5. Spec: RFC 1864. */
  readonly md5: string;
  /** In hexadecimal. */
  readonly sha256: string;
  /** It, as a gzip file that was cut. */
  readonly chunks: readonly Uint8Array[];
}

/** @throws StateError when it is no state */
export async function packState(bytes: Uint8Array): Promise<PackedState> {
  // Other threads compress and digest it, while this one looks through it.
  const compressing = Promise.all(membersOf(bytes).map(compressMember));
  const digesting = webcrypto.subtle.digest('SHA-256', bytes);
  const both = Promise.all([compressing, digesting]);
  // Whoever awaits it hears of its failure, also when the text is refused first.
  both.catch(() => undefined);
  const header = readHeader(bytes);
  const md5 = createHash('md5').update(bytes).digest('base64');
  const [members, sha256] = await both;
  const chunks = members.flatMap((member) => cut(member, chunkBytes));
  return { header, sizeBytes: bytes.length, md5, sha256: Buffer.from(sha256).toString('hex'), chunks };
}

/** As clients take them, too, that say so: Terraform does. */
async function compressMember(bytes: Uint8Array): Promise<Buffer> {
  return await compress(bytes, { level: 1, chunkSize: Math.max(bytes.length, chunkBytesMin) });
}

function membersOf(bytes: Uint8Array): Uint8Array[] {
  return bytes.length === 0 ? [bytes] : cut(bytes, memberBytes);
}

/** @param packed a gzip file
 * @param sizeBytes how large it was: with room for all of it, that takes a tenth of the time that it takes piece by piece */
export async function unpackState(packed: Uint8Array, sizeBytes: number): Promise<Buffer> {
  return await decompress(packed, {
    chunkSize: Math.max(sizeBytes, chunkBytesMin),
    maxOutputLength: stateBytesMax,
  });
}

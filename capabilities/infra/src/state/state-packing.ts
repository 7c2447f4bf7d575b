import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { readHeader, type StateHeader } from '@plinth/terraform-state';
import { chunkBytes, stateBytesMax } from '../limits.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A state that was looked through, as it is kept. */
export interface PackedState {
  readonly header: StateHeader;
  readonly sizeBytes: number;
  /** In base 64, as in the header Content-MD5. Spec: RFC 1864. */
  readonly md5: string;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly chunks: readonly Uint8Array[];
}

/** @throws StateError when it is no state */
export async function packState(bytes: Uint8Array): Promise<PackedState> {
  const header = readHeader(bytes);
  const packed = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < packed.length; from += chunkBytes)
    chunks.push(packed.subarray(from, from + chunkBytes));
  return {
    header,
    sizeBytes: bytes.length,
    md5: createHash('md5').update(bytes).digest('base64'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    chunks,
  };
}

export async function unpackState(chunks: readonly Uint8Array[]): Promise<Buffer> {
  return await decompress(Buffer.concat(chunks), { maxOutputLength: stateBytesMax });
}

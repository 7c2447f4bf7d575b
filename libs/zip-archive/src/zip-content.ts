import { createHash } from 'node:crypto';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Zip, ZipFile } from './zip-directory.ts';
import { ZipError } from './zip-error.ts';

/** The content of a file, piece by piece. @throws ZipError when it is not what its headers say, after what was right of it */
export async function* chunksOf(file: ZipFile): AsyncGenerator<Buffer> {
  const { name, packed, method, sizeBytes } = file;
  let [size, checksum] = [0, 0];
  const pieces = method === 'stored' ? [packed] : inflated(packed);
  try {
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece);
      size += bytes.length;
      if (size > sizeBytes) throw new ZipError(`${name} unpacks to more than the ${sizeBytes} bytes it says`);
      checksum = crc32(bytes, checksum);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof ZipError) throw error;
    throw new ZipError(`${name} cannot be unpacked`, { cause: error });
  }
  if (size !== sizeBytes) throw new ZipError(`${name} unpacks to ${size} bytes, and says ${sizeBytes}`);
  if (checksum !== file.crc32) throw new ZipError(`${name} has another checksum than it says`);
}

/** What was compressed, piece by piece; it goes on only when somebody asks for more. */
function inflated(packed: Buffer): AsyncIterable<Buffer> {
  const inflate = createInflateRaw();
  inflate.end(packed);
  return inflate;
}

/**
 * The hash of all files of an archive, such as `h1:...=`.
 * Spec: golang.org/x/mod/sumdb/dirhash, Hash1.
 * @throws ZipError
 */
export async function hash1({ files }: Zip): Promise<string> {
  const all = createHash('sha256');
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const file of sorted) {
    const one = createHash('sha256');
    for await (const piece of chunksOf(file)) one.update(piece);
    all.update(`${one.digest('hex')}  ${file.name}\n`);
  }
  return `h1:${all.digest('base64')}`;
}

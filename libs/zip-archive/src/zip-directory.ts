import { ZipError } from './zip-error.ts';

/** What may be in an archive. */
export interface ZipLimits {
  readonly filesMax: number;
  /** Bytes of all files together, unpacked. */
  readonly unpackedBytesMax: number;
}

/** A file of an archive, not unpacked yet. */
export interface ZipFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** As it stands in the archive. */
  readonly packed: Buffer;
}

/** An archive whose directory was read. */
export interface Zip {
  readonly files: readonly ZipFile[];
}

const endSignature = 0x06054b50;
const endBytes = 22;
const commentBytesMax = 0xffff;
const directorySignature = 0x02014b50;
const directoryBytes = 46;
const localSignature = 0x04034b50;
const localBytes = 30;
/** Set where a size stands in a Zip64 extension. */
const zip64 = 0xffffffff;
const unixHost = 3;
const fileTypeMask = 0o170000;
const regularFile = 0o100000;

/**
 * Reads the directory of an archive, and compares it with what stands before each file.
 * Spec: APPNOTE.TXT 6.3.10, 4.3.
 * @throws ZipError
 */
export function openZip(bytes: Uint8Array, limits: ZipLimits): Zip {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { count, at, end } = endOf(archive);
  if (count > limits.filesMax) throw new ZipError(`there are ${count} files, more than ${limits.filesMax}`);
  const files: ZipFile[] = [];
  const ranges: [start: number, end: number, name: string][] = [];
  const names = new Set<string>();
  let [place, sizeBytes] = [at, 0];
  for (let i = 0; i < count; i++) {
    const entry = directoryEntry(archive, place, end);
    place = entry.next;
    const { name } = entry;
    if (names.has(name)) throw new ZipError(`${name} is there twice`);
    names.add(name);
    const { from, packed } = localFile(archive, entry, at);
    ranges.push([from, packed.byteOffset - archive.byteOffset + packed.length, name]);
    if (name.endsWith('/')) {
      if (entry.sizeBytes > 0) throw new ZipError(`${name} is a directory and has content`);
      continue;
    }
    sizeBytes += entry.sizeBytes;
    if (sizeBytes > limits.unpackedBytesMax) {
      throw new ZipError(`the files have more than ${limits.unpackedBytesMax} bytes`);
    }
    files.push({ ...entry, packed });
  }
  if (place !== end) throw new ZipError('the directory has more bytes than entries');
  refuseOverlaps(ranges);
  return { files };
}

/** The end of the directory stands at the end of the archive, before a comment. */
function endOf(archive: Buffer): { count: number; at: number; end: number } {
  const lowest = Math.max(0, archive.length - endBytes - commentBytesMax);
  for (let at = archive.length - endBytes; at >= lowest; at--) {
    if (archive.readUInt32LE(at) !== endSignature) continue;
    // A comment may have the signature in it; then its length is another one.
    if (at + endBytes + archive.readUInt16LE(at + 20) !== archive.length) continue;
    const [disk, directoryDisk, onDisk, count] = [4, 6, 8, 10].map((field) =>
      archive.readUInt16LE(at + field),
    );
    const [size = 0, start = 0] = [12, 16].map((field) => archive.readUInt32LE(at + field));
    if (disk !== 0 || directoryDisk !== 0 || onDisk !== count)
      throw new ZipError('the archive has several parts');
    if (count === 0xffff || size === zip64 || start === zip64)
      throw new ZipError('the archive is one of Zip64');
    if (start + size !== at) throw new ZipError('the directory does not end where the archive says');
    return { count: count ?? 0, at: start, end: at };
  }
  throw new ZipError('this is no zip archive, or it was cut off');
}

interface DirectoryEntry extends Omit<ZipFile, 'packed'> {
  readonly flags: number;
  readonly packedBytes: number;
  readonly localAt: number;
  /** The place behind it. */
  readonly next: number;
}

function directoryEntry(archive: Buffer, at: number, end: number): DirectoryEntry {
  if (at + directoryBytes > end || archive.readUInt32LE(at) !== directorySignature) {
    throw new ZipError('the directory is damaged');
  }
  const u16 = (field: number): number => archive.readUInt16LE(at + field);
  const u32 = (field: number): number => archive.readUInt32LE(at + field);
  const nameEnd = at + directoryBytes + u16(28);
  const next = nameEnd + u16(30) + u16(32);
  if (next > end) throw new ZipError('the directory is damaged');
  const name = archive.toString('utf8', at + directoryBytes, nameEnd);
  const [flags, method] = [u16(8), u16(10)];
  refuseName(name);
  if ((flags & 1) !== 0) throw new ZipError(`${name} is encrypted`);
  if (method !== 0 && method !== 8) throw new ZipError(`${name} is compressed by the method ${method}`);
  const [packedBytes, sizeBytes, localAt] = [u32(20), u32(24), u32(42)];
  if (packedBytes === zip64 || sizeBytes === zip64 || localAt === zip64)
    throw new ZipError('the archive is one of Zip64');
  if (method === 0 && packedBytes !== sizeBytes) throw new ZipError(`${name} has two sizes`);
  const mode = u16(4) >> 8 === unixHost ? u16(40) : 0;
  const type = mode & fileTypeMask;
  if (type !== 0 && type !== regularFile && !name.endsWith('/')) throw new ZipError(`${name} is no file`);
  return {
    name,
    flags,
    method: method === 0 ? 'stored' : 'deflated',
    crc32: u32(16),
    packedBytes,
    sizeBytes,
    isExecutable: (mode & 0o100) !== 0,
    localAt,
    next,
  };
}

/** What stands before a file has to say what the directory says. */
function localFile(
  archive: Buffer,
  { name, flags, method, packedBytes, sizeBytes, crc32, localAt }: DirectoryEntry,
  directoryAt: number,
): { from: number; packed: Buffer } {
  if (localAt + localBytes > directoryAt || archive.readUInt32LE(localAt) !== localSignature) {
    throw new ZipError(`${name} is not where the directory says`);
  }
  const u16 = (field: number): number => archive.readUInt16LE(localAt + field);
  const u32 = (field: number): number => archive.readUInt32LE(localAt + field);
  const nameAt = localAt + localBytes;
  const start = nameAt + u16(26) + u16(28);
  if (start + packedBytes > directoryAt) throw new ZipError(`${name} was cut off`);
  const isLater = (flags & 8) !== 0;
  const isSame =
    archive.toString('utf8', nameAt, nameAt + u16(26)) === name &&
    u16(6) === flags &&
    u16(8) === (method === 'stored' ? 0 : 8) &&
    // Who writes piece by piece puts these behind the file.
    (isLater || (u32(14) === crc32 && u32(18) === packedBytes && u32(22) === sizeBytes));
  if (!isSame) throw new ZipError(`${name} is another file before its content than in the directory`);
  return { from: localAt, packed: archive.subarray(start, start + packedBytes) };
}

function refuseName(name: string): void {
  const why =
    name === '' || name.startsWith('/') || /^[A-Za-z]:/.test(name)
      ? 'is no relative path'
      : name.includes('\\')
        ? 'has a backslash in it'
        : /\p{Cc}|\ufffd/u.test(name)
          ? 'has a character in it that no name has'
          : name.split('/').some((part) => part === '..' || part === '.')
            ? 'leads elsewhere'
            : undefined;
  if (why !== undefined) throw new ZipError(`the name ${JSON.stringify(name.slice(0, 200))} ${why}`);
}

/** Files that share bytes are how a small archive becomes a large one. */
function refuseOverlaps(ranges: [start: number, end: number, name: string][]): void {
  ranges.sort(([a], [b]) => a - b);
  for (const [i, [start, , name]] of ranges.entries()) {
    const before = ranges[i - 1];
    if (before && start < before[1]) throw new ZipError(`${before[2]} and ${name} share bytes`);
  }
}

import { crc32, deflateRawSync } from 'node:zlib';

/** A file as it is to stand in an archive, and what its headers say wrongly. */
export interface WrittenFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly isStored?: boolean;
  readonly mode?: number;
  readonly localName?: string;
  readonly sizeBytes?: number;
  readonly crc32?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Where the directory says that it is. */
  readonly localAt?: number;
}

/** Writes a zip archive. Spec: APPNOTE.TXT 6.3.10. */
export function writeZip(files: readonly WrittenFile[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const content = Buffer.from(file.content);
    const packed = file.isStored ? content : deflateRawSync(content);
    const method = file.method ?? (file.isStored ? 0 : 8);
    const [sum, size] = [file.crc32 ?? crc32(content), file.sizeBytes ?? content.length];
    const name = Buffer.from(file.name);
    const localName = Buffer.from(file.localName ?? file.name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(file.flags ?? 0, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(sum, 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(size, 18);
    const local = Buffer.from(shared);
    local.writeUInt16LE(localName.length, 22);
    shared.writeUInt16LE(name.length, 22);
    locals.push(Buffer.from('PK\x03\x04'), local, localName, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((file.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(file.localAt ?? at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, rest, name);
    at += 4 + local.length + localName.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...locals, entries, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)]);
}

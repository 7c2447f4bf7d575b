import { crc32 } from 'node:zlib';
import { CorruptBlockError } from './corrupt-block-error.ts';
import { type FileSystem, readFully, writeFully } from './file-system.ts';
import type { PageCache } from './page-cache.ts';

/*
 * The file of chunks is a run of bytes cut into pages. Each page but the last is full; it ends with the CRC-32 of its content. Chunks lie
 * one after the other in the content and may go over the end of a page.
 *
 * Pages, not chunks, are checked and cached: one read brings a hundred neighbours, and a CRC for each page costs 0.006 % of the size.
 * CRC-32 rather than CRC-32C, since Node's zlib computes it at 4 GB/s, and it detects the same errors.
 */

/** Name of the file of chunks in a block. */
export const chunkFile = 'chunks';

/** Size of a page with its checksum. */
export const pageBytes = 65_536;
const checksumBytes = 4;
const contentBytes = pageBytes - checksumBytes;

/** Writes chunks to pages. */
export class ChunkPageWriter {
  readonly #files: FileSystem;
  readonly #file: number;
  readonly #page = new Uint8Array(pageBytes);
  #held = 0;
  /** Bytes of content written so far: the place of the next chunk. */
  position = 0;

  constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#file = files.openSync(`${directory}/${chunkFile}`, 'w');
  }

  append(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + contentBytes - this.#held);
      this.#page.set(part, this.#held);
      this.#held += part.length;
      at += part.length;
      if (this.#held === contentBytes) this.#writePage();
    }
    this.position += chunk.length;
  }

  /** Makes all durable. */
  finish(): void {
    if (this.#held > 0) this.#writePage();
    this.#files.fsyncSync(this.#file);
  }

  close(): void {
    this.#files.closeSync(this.#file);
  }

  #writePage(): void {
    const checksum = crc32(this.#page.subarray(0, this.#held));
    new DataView(this.#page.buffer).setUint32(this.#held, checksum, true);
    writeFully(this.#files, this.#file, this.#page.subarray(0, this.#held + checksumBytes));
    this.#held = 0;
  }
}

/** Bytes that hold a chunk, and where it begins in them. */
export interface ChunkPlace {
  readonly bytes: Uint8Array;
  readonly from: number;
}

/** Reads chunks from pages, each checked when it is read. The file stays readable when it is unlinked. */
export class ChunkPageReader {
  readonly #files: FileSystem;
  readonly #block: string;
  readonly #file: number;
  readonly #cache: PageCache;
  readonly #contentSize: number;
  #isOpen = true;

  /** @param contentSize - bytes of all chunks. @throws CorruptBlockError when the file has another size. */
  constructor(files: FileSystem, block: string, contentSize: number, cache: PageCache) {
    this.#files = files;
    this.#block = block;
    this.#cache = cache;
    this.#contentSize = contentSize;
    this.#file = files.openSync(`${block}/${chunkFile}`, 'r');
    const expected = contentSize + Math.ceil(contentSize / contentBytes) * checksumBytes;
    const found = files.fstatSync(this.#file).size;
    if (found === expected) return;
    files.closeSync(this.#file);
    throw new CorruptBlockError(block, chunkFile, found, `has ${found} bytes, expected ${expected}`);
  }

  /** How many pages there are. */
  get pageCount(): number {
    return Math.ceil(this.#contentSize / contentBytes);
  }

  /** @throws CorruptBlockError when a page that holds a part of it is broken. */
  chunkAt(position: number, length: number): ChunkPlace {
    const first = Math.floor(position / contentBytes);
    const from = position - first * contentBytes;
    if (from + length <= contentBytes) return { bytes: this.page(first), from };
    const bytes = new Uint8Array(length);
    for (let at = 0, page = first, start = from; at < length; page++, start = 0) {
      const part = this.page(page).subarray(start, Math.min(contentBytes, start + length - at));
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes, from: 0 };
  }

  /** The content of a page. */
  page(index: number): Uint8Array {
    return this.#cache.get(this, index, () => this.#read(index));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cache.drop(this);
    this.#files.closeSync(this.#file);
  }

  #read(index: number): Uint8Array {
    if (!this.#isOpen)
      throw new Error(`block ${this.#block}: ${chunkFile} is read after the block was closed`);
    const position = index * pageBytes;
    const size = Math.min(contentBytes, this.#contentSize - index * contentBytes);
    if (size <= 0)
      throw new CorruptBlockError(this.#block, chunkFile, position, 'a chunk lies beyond the end');
    const bytes = new Uint8Array(size + checksumBytes);
    const length = readFully(this.#files, this.#file, bytes, position);
    const content = bytes.subarray(0, size);
    const expected = new DataView(bytes.buffer).getUint32(size, true);
    const found = crc32(content);
    if (length !== bytes.length || found !== expected) {
      throw new CorruptBlockError(
        this.#block,
        chunkFile,
        position,
        `page ${index} has CRC-32 ${found}, expected ${expected}`,
      );
    }
    return content;
  }
}

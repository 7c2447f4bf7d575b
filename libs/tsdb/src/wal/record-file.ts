import { crc32 } from 'node:zlib';
import { type FileSystem, readFully } from '../block/file-system.ts';
import { fileMagic, type LogRecord, recordHeaderBytes } from './record.ts';

/** Read at once: some hundred commits of a busy log. */
const windowBytes = 1 << 20;

/** What stands next in a file: a record that is wanted, one that is not, nothing whole below the limit, or damage. */
export type NextRecord = LogRecord | 'skipped' | 'end' | 'damaged';

/** A file of records that is read from its beginning on, while it may still grow. */
export class RecordFile {
  /** Where the next record begins. */
  offset = fileMagic.length;
  readonly #files: FileSystem;
  readonly #file: number;
  #bytes = new Uint8Array(windowBytes);
  #words = new Int32Array(this.#bytes.buffer);
  #floats = new Float64Array(this.#bytes.buffer);
  /** Where in the file the bytes come from, and how many there are. */
  #start = 0;
  #count = 0;

  /** @throws the file system's error. */
  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.#file = files.openSync(path, 'r');
  }

  get size(): number {
    return this.#files.fstatSync(this.#file).size;
  }

  /**
   * @param limit - bytes of the file that count; those behind it are not looked at.
   * @param isWanted - whether records of a type are; of others nothing but their length is read.
   * @returns a record that is valid until the next call.
   */
  next(limit: number, isWanted: (type: number) => boolean): NextRecord {
    if (this.offset + recordHeaderBytes > limit) return 'end';
    let word = this.#window(this.offset, recordHeaderBytes, limit) >>> 2;
    const length = this.#words[word] ?? 0;
    const type = this.#words[word + 2] ?? 0;
    if (length < 0 || (length & 7) !== 0 || type === 0) return 'damaged';
    const end = this.offset + recordHeaderBytes + length;
    if (end > limit) return 'end';
    if (!isWanted(type)) {
      this.offset = end;
      return 'skipped';
    }
    word = this.#window(this.offset, recordHeaderBytes + length, limit) >>> 2;
    const start = word * 4 + recordHeaderBytes;
    const sum = crc32(this.#bytes.subarray(word * 4 + 8, start + length)) | 0;
    if (sum !== this.#words[word + 1]) return 'damaged';
    this.offset = end;
    return {
      type,
      count: this.#words[word + 3] ?? 0,
      bytes: this.#bytes,
      words: this.#words,
      floats: this.#floats,
      start,
      end: start + length,
    };
  }

  close(): void {
    this.#files.closeSync(this.#file);
  }

  /** Has a piece of the file in memory. @returns where it begins there. */
  #window(from: number, length: number, limit: number): number {
    if (from >= this.#start && from + length <= this.#start + this.#count) return from - this.#start;
    if (length > this.#bytes.length) {
      this.#bytes = new Uint8Array(length * 2);
      this.#words = new Int32Array(this.#bytes.buffer);
      this.#floats = new Float64Array(this.#bytes.buffer);
    }
    const wanted = Math.min(this.#bytes.length, limit - from);
    this.#start = from;
    this.#count = readFully(this.#files, this.#file, this.#bytes.subarray(0, wanted), from);
    return 0;
  }
}

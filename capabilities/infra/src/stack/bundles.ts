import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { CapabilityLogs, SourceFile } from '@plinth/kernel';
import { cut } from '../content/cut.ts';
import { bundleBytesMax, chunkBytes } from '../limits.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Where a bundle lies in its log. */
export interface BundlePlace {
  readonly from: number;
  readonly entries: number;
}

/** What runs keep until they are done, and what of them is shown later: compressed and sealed, never plain on a disk. */
export class Bundles {
  readonly #logs: CapabilityLogs;

  constructor(logs: CapabilityLogs) {
    this.#logs = logs;
  }

  /** Keeps files. @throws StoreError when they cannot be written */
  async keepFiles(log: string, files: readonly SourceFile[]): Promise<BundlePlace> {
    const table = files.map(({ path, bytes, isExecutable }) => [path, bytes.length, isExecutable === true]);
    const head = Buffer.from(`${JSON.stringify(table)}\n`);
    return await this.keep(log, Buffer.concat([head, ...files.map(({ bytes }) => bytes)]));
  }

  /** @throws StoreError, KeyError when they are not as they were kept */
  async files(log: string, place: BundlePlace): Promise<SourceFile[]> {
    const packed = await this.bytes(log, place);
    const headEnd = packed.indexOf(0x0a) + 1;
    const table: unknown = JSON.parse(packed.toString('utf8', 0, headEnd));
    if (!isTable(table)) throw new TypeError(`${log} has no files at ${place.from}`);
    let at = headEnd;
    return table.map(([path, length, isExecutable]) => {
      const bytes = packed.subarray(at, (at += length));
      return isExecutable ? { path, bytes, isExecutable } : { path, bytes };
    });
  }

  /** Keeps bytes. @throws StoreError when they cannot be written */
  async keep(log: string, bytes: Uint8Array): Promise<BundlePlace> {
    const chunks = cut(await compress(bytes), chunkBytes);
    return { from: await this.#logs.append(log, chunks), entries: chunks.length };
  }

  /** @throws StoreError, KeyError when they are not as they were kept */
  async bytes(log: string, { from, entries }: BundlePlace): Promise<Buffer> {
    const chunks = await this.#logs.read(log, from, entries);
    if (chunks.length < entries) throw new RangeError(`${log} has ${chunks.length} of ${entries} entries`);
    return await decompress(Buffer.concat(chunks), { maxOutputLength: bundleBytesMax });
  }

  /** Removes a log for good. */
  async remove(log: string): Promise<void> {
    await this.#logs.remove(log);
  }
}

/** Path, bytes, and whether it can be run, of each file. */
function isTable(value: unknown): value is [string, number, boolean][] {
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) &&
    typeof row[0] === 'string' &&
    typeof row[1] === 'number' &&
    typeof row[2] === 'boolean';
  return Array.isArray(value) && value.every(isRow);
}

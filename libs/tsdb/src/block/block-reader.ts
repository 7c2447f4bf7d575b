import {
  compareNames,
  type Labels,
  type Matcher,
  type Queryable,
  type SampleBuffer,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import { decodeChunk } from '../chunk/chunk.ts';
import { type BlockMeta, readMeta } from './block-meta.ts';
import { ChunkPageReader } from './chunk-pages.ts';
import { CorruptBlockError } from './corrupt-block-error.ts';
import { type FileSystem, readWhole } from './file-system.ts';
import { IndexReader } from './index-reader.ts';
import { indexFile } from './index-sections.ts';
import type { ChunkRef } from './index-writer.ts';
import { PageCache } from './page-cache.ts';
import {
  type Deletion,
  isCovered,
  markOf,
  readDeletions,
  removeRange,
  type TimeRange,
} from './tombstones.ts';

/** A condition on series and time. */
type SeriesSelection = Pick<Selection, 'matchers' | 'startMs' | 'endMs'>;

const noDeletions: readonly TimeRange[] = [];
const defaultCacheBytes = 8 * 2 ** 20;

/**
 * Opens a block. The index is loaded and checked as a whole; chunks are read when they are asked for.
 * @param directory - the block.
 * @param cache - pages of chunks; shared by the blocks that a thread has open.
 * @throws CorruptBlockError when meta, index or tombstones are broken; the file system's error when there is no block.
 */
export function openBlock(
  files: FileSystem,
  directory: string,
  cache: PageCache = new PageCache(defaultCacheBytes),
): BlockReader {
  const meta = readMeta(files, directory);
  const bytes = readWhole(files, `${directory}/${indexFile}`);
  if (bytes.length !== meta.indexBytes) {
    const problem = `has ${bytes.length} bytes, expected ${meta.indexBytes}`;
    throw new CorruptBlockError(directory, indexFile, bytes.length, problem);
  }
  const index = new IndexReader(directory, bytes);
  const deletions = readDeletions(files, directory);
  const pages = new ChunkPageReader(files, directory, meta.chunkBytes, cache);
  return new BlockReader(directory, meta, index, pages, deletions);
}

/** A block that is open. It stays readable after its directory is removed. */
export class BlockReader implements Queryable {
  readonly directory: string;
  readonly meta: BlockMeta;
  readonly #index: IndexReader;
  readonly #pages: ChunkPageReader;
  #deleted: ReadonlyMap<number, readonly TimeRange[]> = new Map();

  constructor(
    directory: string,
    meta: BlockMeta,
    index: IndexReader,
    pages: ChunkPageReader,
    deletions: readonly Deletion[],
  ) {
    this.directory = directory;
    this.meta = meta;
    this.#index = index;
    this.#pages = pages;
    this.setDeletions(deletions);
  }

  /** How many series are in the index, deleted ones too. */
  get seriesCount(): number {
    return this.#index.seriesCount;
  }

  /** Puts other tombstones in place of those that were read. */
  setDeletions(deletions: readonly Deletion[]): void {
    const deleted = new Map<number, TimeRange[]>();
    for (const { matchers, startMs, endMs } of deletions) {
      for (const id of this.#index.select(matchers)) {
        const ranges = deleted.get(id);
        if (ranges) ranges.push({ startMs, endMs });
        else deleted.set(id, [{ startMs, endMs }]);
      }
    }
    this.#deleted = deleted;
  }

  /** The series that match and have chunks in the range, in order of their labels. */
  select({ matchers, startMs, endMs }: SeriesSelection): readonly SelectedSeries[] {
    if (this.meta.minMs > endMs || this.meta.maxMs < startMs) return [];
    return this.#inRange(this.#index.select(matchers), startMs, endMs).map((id) =>
      this.#seriesOf(id, startMs, endMs),
    );
  }

  /** All series with all of their samples, in order of their labels, without what was deleted. */
  *series(): IterableIterator<SelectedSeries> {
    const { minMs, maxMs } = this.meta;
    for (let id = 0; id < this.#index.seriesCount; id++) {
      if (this.#hasSamples(id, minMs, maxMs)) yield this.#seriesOf(id, minMs, maxMs);
    }
  }

  /** Names of the labels of the series that match, in order. */
  labelNames({ matchers, startMs, endMs }: SeriesSelection): string[] {
    if (matchers.length === 0 && this.#covers(startMs, endMs)) return this.#index.names;
    const names = new Set<string>();
    for (const labels of this.#labelsOf(matchers, startMs, endMs))
      for (const { name } of labels) names.add(name);
    return [...names].sort(compareNames);
  }

  /** Values of a label of the series that match, in order. */
  labelValues(name: string, { matchers, startMs, endMs }: SeriesSelection): string[] {
    if (matchers.length === 0 && this.#covers(startMs, endMs)) return this.#index.valuesOf(name);
    const values = new Set(this.#labelsOf(matchers, startMs, endMs).map((labels) => labels.get(name)));
    return [...values].filter((value) => value !== '').sort(compareNames);
  }

  /** Frees the file; series that were selected can no longer be read. */
  close(): void {
    this.#pages.close();
  }

  /** The chunks of each series with its labels, as they are in the files: for verification. */
  *chunks(): IterableIterator<{ labels: Labels; chunks: readonly ChunkRef[] }> {
    for (let id = 0; id < this.#index.seriesCount; id++) {
      const chunks: ChunkRef[] = [];
      this.#index.eachChunk(id, -Infinity, Infinity, (position, length, minMs, maxMs) => {
        chunks.push({ position, length, minMs, maxMs });
      });
      yield { labels: this.#index.labelsOf(id), chunks };
    }
  }

  /** Reads one chunk whole, what was deleted too. @throws CorruptBlockError */
  readChunk({ position, length }: ChunkRef, into: SampleBuffer): void {
    const { bytes, from } = this.#pages.chunkAt(position, length);
    decodeChunk(bytes, from, into, -Infinity, Infinity);
  }

  #covers(startMs: number, endMs: number): boolean {
    return startMs <= this.meta.minMs && this.meta.maxMs <= endMs && this.#deleted.size === 0;
  }

  #labelsOf(matchers: readonly Matcher[], startMs: number, endMs: number): Labels[] {
    return this.#inRange(this.#index.select(matchers), startMs, endMs).map((id) => this.#index.labelsOf(id));
  }

  #inRange(ids: Uint32Array, startMs: number, endMs: number): number[] {
    const found: number[] = [];
    for (const id of ids) if (this.#hasSamples(id, startMs, endMs)) found.push(id);
    return found;
  }

  #hasSamples(id: number, startMs: number, endMs: number): boolean {
    const deleted = this.#deleted.get(id) ?? noDeletions;
    if (deleted.length === 0 && startMs <= this.meta.minMs && this.meta.maxMs <= endMs) return true;
    let has = false;
    this.#index.eachChunk(id, startMs, endMs, (_position, _length, minMs, maxMs) => {
      has ||= !isCovered(deleted, Math.max(minMs, startMs), Math.min(maxMs, endMs));
    });
    return has;
  }

  #seriesOf(id: number, startMs: number, endMs: number): SelectedSeries {
    const labels = this.#index.labelsOf(id);
    return { labels, read: (buffer) => this.#read(id, startMs, endMs, buffer) };
  }

  #read(id: number, startMs: number, endMs: number, buffer: SampleBuffer): void {
    const deleted = this.#deleted.get(id);
    const mark = deleted && markOf(buffer);
    this.#index.eachChunk(id, startMs, endMs, (position, length) => {
      const { bytes, from } = this.#pages.chunkAt(position, length);
      decodeChunk(bytes, from, buffer, startMs, endMs);
    });
    if (deleted && mark) for (const range of deleted) removeRange(buffer, range, mark);
  }
}

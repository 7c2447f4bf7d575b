import type { Matcher } from '@plinth/prometheus-model';
import { BlockStore } from './block/block-store.ts';
import type { CompactionOptions } from './block/compaction-plan.ts';
import type { CorruptBlockError } from './block/corrupt-block-error.ts';
import type { FileSystem } from './block/file-system.ts';
import type { DatabaseReader } from './database-reader.ts';

/** Changes the blocks of a database, in this thread or in another one. */
export interface BlockKeeper {
  /** Writes what the head has from `startMs` to before `endMs` as a block; it counts when the promise resolves. */
  flush(startMs: number, endMs: number): Promise<void>;
  /** Does one step of compaction or retention. @returns whether there was one. */
  compact(options: CompactionOptions): Promise<boolean>;
  /** Deletes samples of blocks, both ends of the range included. */
  deleteSeries(matchers: readonly Matcher[], startMs: number, endMs: number): Promise<void>;
  /** Copies all blocks to a directory that does not exist, by hard links. */
  snapshot(target: string): Promise<void>;
  /** Gives back what it holds; nothing may be asked any more. */
  close(): void;
}

/** Keeps the blocks in the thread that calls; nothing else runs in it meanwhile. */
export class LocalBlockKeeper implements BlockKeeper {
  readonly #store: BlockStore;
  readonly #head: () => DatabaseReader;

  /** @param head - reads the head of the same database. @param onCorrupt - told of blocks that are broken and set aside. */
  constructor(
    files: FileSystem,
    directory: string,
    head: () => DatabaseReader,
    onCorrupt: (error: CorruptBlockError) => void,
  ) {
    this.#store = new BlockStore(files, directory, onCorrupt);
    this.#head = head;
  }

  async flush(startMs: number, endMs: number): Promise<void> {
    const selected = this.#head().selectHead([], startMs, endMs - 1);
    this.#store.write(selected.toSorted((one, other) => one.labels.compare(other.labels)));
  }

  async compact(options: CompactionOptions): Promise<boolean> {
    return this.#store.compact(options) !== undefined;
  }

  async deleteSeries(matchers: readonly Matcher[], startMs: number, endMs: number): Promise<void> {
    this.#store.deleteSeries(matchers, startMs, endMs);
  }

  async snapshot(target: string): Promise<void> {
    this.#store.snapshot(target);
  }

  close(): void {
    // The store holds no file open.
  }
}

import type { Matcher, SelectedSeries } from '@plinth/prometheus-model';
import { type BlockList, blockName, type ListedBlock, writeBlockList } from './block-list.ts';
import { type BlockReader, openBlock } from './block-reader.ts';
import { type OnCorrupt, recoverBlocks, type StoredBlock, setAside } from './block-recovery.ts';
import { type BlockOrigin, nameBlock, writeBlock } from './block-writer.ts';
import { pageBytes } from './chunk-pages.ts';
import {
  type BlockSummary,
  type CompactionOptions,
  type CompactionStep,
  planCompaction,
} from './compaction-plan.ts';
import { CorruptBlockError, corruptionOf } from './corrupt-block-error.ts';
import {
  type FileSystem,
  makeDirectory,
  parentOf,
  replaceDurably,
  syncDirectory,
  temporaryPrefix,
} from './file-system.ts';
import { PageCache } from './page-cache.ts';
import { mergeSeries } from './series-union.ts';
import { type Deletion, encodeDeletions, readDeletions, tombstoneFile } from './tombstones.ts';

/*
 * How blocks change without ever being half there:
 *
 *     written     in tmp-block, all files and the directory synced       a crash leaves litter
 *     named       renamed, parent synced                                 not in the list: litter
 *     listed      blocks.json replaced: the new block counts, those it was made from do not
 *     removed     directories that are no longer listed                  what is left of them is litter
 *
 * Litter is removed when the store is opened. A block that is broken is renamed to corrupt-<name>, never removed.
 */

/** The blocks in a directory, for the one thread that changes them. Readers use `BlockSet`. */
export class BlockStore {
  readonly directory: string;
  readonly #files: FileSystem;
  readonly #onCorrupt: OnCorrupt;
  #blocks: readonly StoredBlock[];
  /** Of the names of blocks and of the generations of the list; a number that failed is not used again. */
  #sequence: number;

  /**
   * Opens the blocks in a directory, which is made when it does not exist; removes what a crash left behind.
   * @param onCorrupt - called for each block that is broken; it is set aside, and the rest goes on.
   */
  constructor(files: FileSystem, directory: string, onCorrupt: OnCorrupt) {
    this.directory = directory;
    this.#files = files;
    this.#onCorrupt = onCorrupt;
    makeDirectory(files, directory);
    const { blocks, sequence, isListed } = recoverBlocks(files, directory, onCorrupt);
    this.#blocks = blocks;
    this.#sequence = sequence;
    if (!isListed) this.#commit(blocks);
  }

  /** The blocks that count, in order of time. */
  get blocks(): readonly BlockSummary[] {
    return this.#blocks.map(({ name, meta, hasTombstones }) => ({
      name,
      minMs: meta.minMs,
      maxMs: meta.maxMs,
      sizeBytes: meta.indexBytes + meta.chunkBytes,
      hasTombstones,
    }));
  }

  /** Changes with each change of the blocks; readers have to refresh then. */
  get generation(): number {
    return this.#sequence;
  }

  /**
   * Writes a block. When it returns, the block counts, also after a crash.
   * @param source - series in order of their labels, once each.
   * @returns its name; undefined when there was no sample.
   */
  write(source: Iterable<SelectedSeries>): string | undefined {
    return this.#replace([], source, { level: 1, sources: [] });
  }

  /** Does the next step that `planCompaction` finds. @returns the step; undefined when there was none. */
  compact(options: CompactionOptions): CompactionStep | undefined {
    const step = planCompaction(this.blocks, options);
    if (step?.kind === 'drop') this.drop(step.blocks);
    else if (step) this.#rewrite(step.blocks);
    return step;
  }

  /** Removes blocks with all that is in them. */
  drop(names: readonly string[]): void {
    this.#commit(this.#blocks.filter(({ name }) => !names.includes(name)));
    this.#removeDirectories(names);
  }

  /**
   * Deletes samples: queries do not see them from then on, and compaction takes them out of the files.
   * @returns how many blocks had such series.
   */
  deleteSeries(matchers: readonly Matcher[], startMs: number, endMs: number): number {
    const deletion = { matchers, startMs, endMs };
    const changed = new Set<string>();
    for (const { name } of this.#blocks) if (this.#addTombstone(name, deletion)) changed.add(name);
    if (changed.size === 0) return 0;
    this.#commit(
      this.#blocks.map((block) =>
        changed.has(block.name) ? { ...block, revision: block.revision + 1, hasTombstones: true } : block,
      ),
    );
    return changed.size;
  }

  /** Takes a block that is broken out of service: its directory is renamed, so that it can be looked into. */
  setAside(error: CorruptBlockError): void {
    const broken = this.#blocks.find(({ name }) => this.#pathOf(name) === error.block);
    if (!broken) return;
    setAside(this.#files, this.directory, broken.name);
    this.#commit(this.#blocks.filter(({ name }) => name !== broken.name));
    this.#onCorrupt(error);
  }

  /**
   * Copies all blocks by hard links, which takes no space and hardly any time.
   * @param target - directory on the same file system that does not exist; it is there as a whole or not at all.
   */
  snapshot(target: string): void {
    const files = this.#files;
    const parent = parentOf(target);
    const temporary = `${parent}/${temporaryPrefix}${target.slice(target.lastIndexOf('/') + 1)}`;
    files.rmSync(temporary, { recursive: true, force: true });
    for (const { name } of this.#blocks) {
      files.mkdirSync(`${temporary}/${name}`, { recursive: true });
      for (const file of files.readdirSync(this.#pathOf(name))) {
        if (file.startsWith(temporaryPrefix)) continue;
        files.linkSync(`${this.#pathOf(name)}/${file}`, `${temporary}/${name}/${file}`);
      }
      syncDirectory(files, `${temporary}/${name}`);
    }
    files.mkdirSync(temporary, { recursive: true });
    writeBlockList(files, temporary, this.#listOf(this.#blocks));
    files.renameSync(temporary, target);
    syncDirectory(files, parent);
  }

  /** @returns whether the block has such samples. */
  #addTombstone(name: string, deletion: Deletion): boolean {
    const isAffected = this.#settingAside(() =>
      this.#whileOpen([name], ([block]) => (block?.select(deletion) ?? []).length > 0),
    );
    if (!isAffected) return false;
    const directory = this.#pathOf(name);
    const deletions = [...readDeletions(this.#files, directory), deletion];
    replaceDurably(this.#files, directory, tombstoneFile, encodeDeletions(deletions));
    return true;
  }

  #rewrite(names: readonly string[]): void {
    const blocks = this.#blocks.filter(({ name }) => names.includes(name));
    const level = Math.max(...blocks.map(({ meta }) => meta.level)) + (blocks.length > 1 ? 1 : 0);
    this.#settingAside(() =>
      this.#whileOpen(names, (readers) => {
        const source = mergeSeries(readers.map((reader) => reader.series()));
        this.#replace(names, source, { level, sources: names });
      }),
    );
  }

  /** @returns undefined when a block turned out to be broken, which is set aside. */
  #settingAside<T>(use: () => T): T | undefined {
    try {
      return use();
    } catch (error) {
      const before = this.#blocks;
      if (error instanceof CorruptBlockError) this.setAside(error);
      if (this.#blocks === before) throw error;
      return undefined;
    }
  }

  #replace(
    names: readonly string[],
    source: Iterable<SelectedSeries>,
    origin: BlockOrigin,
  ): string | undefined {
    const written = writeBlock(this.#files, source, this.directory, origin);
    const kept = this.#blocks.filter((block) => !names.includes(block.name));
    if (!written) {
      if (names.length > 0) this.drop(names);
      return undefined;
    }
    const { meta } = written;
    const name = blockName(meta.minMs, ++this.#sequence);
    nameBlock(this.#files, written, this.directory, name);
    this.#commit([...kept, { name, revision: 0, meta, hasTombstones: false }]);
    this.#removeDirectories(names);
    return name;
  }

  #whileOpen<T>(names: readonly string[], use: (readers: readonly BlockReader[]) => T): T {
    const readers: BlockReader[] = [];
    // Each block is read from front to back: the page at hand, and the next one for a chunk that goes over its end.
    const cache = new PageCache(names.length * 2 * pageBytes);
    try {
      for (const name of names) readers.push(this.#open(name, cache));
      return use(readers);
    } finally {
      for (const reader of readers) reader.close();
    }
  }

  #open(name: string, cache: PageCache): BlockReader {
    const path = this.#pathOf(name);
    try {
      return openBlock(this.#files, path, cache);
    } catch (error) {
      throw corruptionOf(error, path) ?? error;
    }
  }

  #commit(blocks: readonly StoredBlock[]): void {
    const inOrder = blocks.toSorted(byName);
    this.#sequence++;
    writeBlockList(this.#files, this.directory, this.#listOf(inOrder));
    this.#blocks = inOrder;
  }

  #listOf(blocks: readonly StoredBlock[]): BlockList {
    return { generation: this.#sequence, blocks: blocks.map(({ name, revision }) => ({ name, revision })) };
  }

  #removeDirectories(names: readonly string[]): void {
    for (const name of names) this.#files.rmSync(this.#pathOf(name), { recursive: true, force: true });
    syncDirectory(this.#files, this.directory);
  }

  #pathOf(name: string): string {
    return `${this.directory}/${name}`;
  }
}

function byName(one: ListedBlock, other: ListedBlock): number {
  return one.name < other.name ? -1 : 1;
}

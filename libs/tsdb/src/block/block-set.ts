import {
  compareNames,
  type Matcher,
  type Queryable,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import { type BlockList, readBlockList } from './block-list.ts';
import { type BlockReader, openBlock } from './block-reader.ts';
import { type CorruptBlockError, corruptionOf } from './corrupt-block-error.ts';
import { type FileSystem, isMissing } from './file-system.ts';
import { PageCache } from './page-cache.ts';
import { uniteSeries } from './series-union.ts';
import { readDeletions } from './tombstones.ts';

/** How a set of blocks is read. */
export interface BlockSetOptions {
  /** Most bytes of chunks that are held in memory. */
  readonly cacheBytes: number;
  /** Called for each block that cannot be opened; it is left out. */
  readonly onCorrupt: (error: CorruptBlockError) => void;
}

interface OpenBlock {
  readonly name: string;
  revision: number;
  readonly reader: BlockReader;
  /** Views that may still read from it. */
  users: number;
  isListed: boolean;
}

/** How often the list is read again when it changed while its blocks were opened. */
const attemptsMax = 5;

/** The blocks of a directory for one thread that reads them, while another changes them. */
export class BlockSet {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #options: BlockSetOptions;
  readonly #cache: PageCache;
  #generation = -1;
  #blocks: readonly OpenBlock[] = [];

  /** @param directory - that of a `BlockStore`; `refresh` opens the blocks. */
  constructor(files: FileSystem, directory: string, options: BlockSetOptions) {
    this.#files = files;
    this.#directory = directory;
    this.#options = options;
    this.#cache = new PageCache(options.cacheBytes);
  }

  /** The generation of the list that was read last; -1 before the first. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Takes over the blocks that are listed now. Cheap when nothing changed. The list is read again afterwards: files are removed only after
   * it was replaced, so as long as it is the same nothing was missing.
   */
  refresh(): void {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const list = readBlockList(this.#files, this.#directory);
      if (!list || list.generation === this.#generation) return;
      this.#takeOver(list, attempt === attemptsMax);
    }
  }

  /** The blocks as they are now, for one query; they stay readable until it is disposed of. */
  view(): BlockView {
    const blocks = this.#blocks;
    for (const block of blocks) block.users++;
    return new BlockView(
      blocks.map(({ reader }) => reader),
      () => {
        for (const block of blocks) {
          block.users--;
          closeUnused(block);
        }
      },
    );
  }

  /** Closes all blocks; views that are left can no longer read. */
  close(): void {
    for (const { reader } of this.#blocks) reader.close();
    this.#blocks = [];
    this.#generation = -1;
  }

  /** @param isLast - whether a block that is missing counts as broken rather than as just removed. */
  #takeOver(list: BlockList, isLast: boolean): void {
    const known = new Map(this.#blocks.map((block) => [block.name, block]));
    const blocks: OpenBlock[] = [];
    const opened: OpenBlock[] = [];
    try {
      for (const { name, revision } of list.blocks) {
        const block = known.get(name) ?? this.#open(name, revision, isLast);
        if (!block) continue;
        if (!known.delete(name)) opened.push(block);
        this.#takeDeletions(block, revision);
        blocks.push(block);
      }
    } catch (error) {
      for (const { reader } of opened) reader.close();
      if (isMissing(error) && !isLast) return;
      throw error;
    }
    for (const gone of known.values()) {
      gone.isListed = false;
      closeUnused(gone);
    }
    this.#blocks = blocks;
    this.#generation = list.generation;
  }

  #open(name: string, revision: number, isLast: boolean): OpenBlock | undefined {
    const path = `${this.#directory}/${name}`;
    try {
      const reader = openBlock(this.#files, path, this.#cache);
      return { name, revision, reader, users: 0, isListed: true };
    } catch (error) {
      const corruption = isMissing(error) && !isLast ? undefined : corruptionOf(error, path);
      if (!corruption) throw error;
      this.#options.onCorrupt(corruption);
      return undefined;
    }
  }

  #takeDeletions(block: OpenBlock, revision: number): void {
    if (block.revision === revision) return;
    block.reader.setDeletions(readDeletions(this.#files, block.reader.directory));
    block.revision = revision;
  }
}

function closeUnused(block: OpenBlock): void {
  if (!block.isListed && block.users === 0) block.reader.close();
}

/** The blocks that one query reads. */
export class BlockView implements Queryable, Disposable {
  readonly #blocks: readonly BlockReader[];
  #release: (() => void) | undefined;

  /** @param blocks - in order of time. @param release - called once, when nothing is read any more. */
  constructor(blocks: readonly BlockReader[], release: () => void) {
    this.#blocks = blocks;
    this.#release = release;
  }

  /** First and last instant in the blocks, in milliseconds; undefined when there are none. */
  get timeRange(): { readonly minMs: number; readonly maxMs: number } | undefined {
    if (this.#blocks.length === 0) return undefined;
    return {
      minMs: Math.min(...this.#blocks.map(({ meta }) => meta.minMs)),
      maxMs: Math.max(...this.#blocks.map(({ meta }) => meta.maxMs)),
    };
  }

  /** The series that match, once each, with the samples of all blocks; of the same instant a sample counts once. */
  select(selection: Selection): readonly SelectedSeries[] {
    return uniteSeries(this.#blocks.map((block) => block.select(selection)));
  }

  /** Names of the labels of the series that match, in order. */
  labelNames(matchers: readonly Matcher[], startMs: number, endMs: number): string[] {
    return inOrder(this.#blocks.flatMap((block) => block.labelNames({ matchers, startMs, endMs })));
  }

  /** Values of a label of the series that match, in order. */
  labelValues(name: string, matchers: readonly Matcher[], startMs: number, endMs: number): string[] {
    return inOrder(this.#blocks.flatMap((block) => block.labelValues(name, { matchers, startMs, endMs })));
  }

  [Symbol.dispose](): void {
    this.#release?.();
    this.#release = undefined;
  }
}

function inOrder(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareNames);
}

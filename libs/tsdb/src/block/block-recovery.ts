import { type BlockList, blockListFile, type ListedBlock, readBlockList, sequenceOf } from './block-list.ts';
import { type BlockMeta, readMeta } from './block-meta.ts';
import { openBlock } from './block-reader.ts';
import { CorruptBlockError, corruptionOf } from './corrupt-block-error.ts';
import { type FileSystem, isMissing, syncDirectory, temporaryPrefix } from './file-system.ts';
import { readDeletions } from './tombstones.ts';

/** Blocks that are set aside have names that begin with it. */
const corruptPrefix = 'corrupt-';

/** Told of blocks that were set aside, and of a list that had to be made anew. */
export type OnCorrupt = (error: CorruptBlockError) => void;

/** A block that counts, and what it says of itself. */
export interface StoredBlock extends ListedBlock {
  readonly meta: BlockMeta;
  readonly hasTombstones: boolean;
}

/** What was found in a directory of blocks. */
export interface RecoveredBlocks {
  /** In order of their names. */
  readonly blocks: readonly StoredBlock[];
  /** At least that of all names and of the list. */
  readonly sequence: number;
  /** Whether the list on disk says the same. */
  readonly isListed: boolean;
}

/** Puts a directory of blocks in order after a crash: removes litter, sets broken blocks aside, finds what counts. */
export function recoverBlocks(files: FileSystem, directory: string, onCorrupt: OnCorrupt): RecoveredBlocks {
  const names = files.readdirSync(directory).sort();
  const remove = (name: string): void => {
    files.rmSync(`${directory}/${name}`, { recursive: true, force: true });
  };
  for (const name of names) if (name.startsWith(temporaryPrefix)) remove(name);
  const directories = names.filter((name) => sequenceOf(name) !== undefined);
  const list = listOf(files, directory, onCorrupt);
  // Without a list all blocks count. Some may have been merged into others: queries find their samples once all the same, and they are
  // merged again as blocks that overlap.
  const listed = list?.blocks ?? directories.map((name) => ({ name, revision: 0 }));
  if (list) {
    const isListed = new Set(listed.map(({ name }) => name));
    for (const name of directories) if (!isListed.has(name)) remove(name);
  }
  const blocks: StoredBlock[] = [];
  for (const block of listed) {
    const stored = checkBlock(files, directory, block, onCorrupt);
    if (stored) blocks.push(stored);
  }
  const sequences = names.map((name) => sequenceOf(name.replace(corruptPrefix, '')) ?? 0);
  return {
    blocks,
    sequence: Math.max(list?.generation ?? 0, ...sequences),
    isListed: list !== undefined && blocks.length === listed.length,
  };
}

/** A list that is broken is kept under another name. */
function listOf(files: FileSystem, directory: string, onCorrupt: OnCorrupt): BlockList | undefined {
  try {
    return readBlockList(files, directory);
  } catch (error) {
    if (!(error instanceof CorruptBlockError)) throw error;
    setAside(files, directory, blockListFile);
    onCorrupt(error);
    return undefined;
  }
}

function checkBlock(
  files: FileSystem,
  directory: string,
  block: ListedBlock,
  onCorrupt: OnCorrupt,
): StoredBlock | undefined {
  const path = `${directory}/${block.name}`;
  try {
    openBlock(files, path).close();
    return { ...block, meta: readMeta(files, path), hasTombstones: readDeletions(files, path).length > 0 };
  } catch (error) {
    const corruption = corruptionOf(error, path);
    if (!corruption) throw error;
    onCorrupt(corruption);
    setAside(files, directory, block.name);
    return undefined;
  }
}

/** Renames a block or a list that is broken, so that it can be looked into. */
export function setAside(files: FileSystem, directory: string, name: string): void {
  const target = `${directory}/${corruptPrefix}${name}`;
  try {
    files.renameSync(`${directory}/${name}`, target);
  } catch (error) {
    // It was renamed before a crash that kept the list from being written.
    if (!isMissing(error)) throw error;
  }
  syncDirectory(files, directory);
}

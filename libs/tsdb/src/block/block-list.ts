import { checkedJson, readCheckedJson, recordOf } from './checked-json.ts';
import { CorruptBlockError } from './corrupt-block-error.ts';
import { type FileSystem, isMissing, replaceDurably } from './file-system.ts';

/** Name of the file that says which blocks count. What is not in it is litter of a crash. */
export const blockListFile = 'blocks.json';

/** A block that counts. */
export interface ListedBlock {
  /** Its directory; names sort by the first instant of the blocks. */
  readonly name: string;
  /** How often its tombstones were written. */
  readonly revision: number;
}

/** Which blocks count. Replaced as a whole, so that a merge shows all of its effect or none. */
export interface BlockList {
  /** One more with each change. */
  readonly generation: number;
  readonly blocks: readonly ListedBlock[];
}

/** @returns undefined when there is no list. @throws CorruptBlockError when it is broken. */
export function readBlockList(files: FileSystem, directory: string): BlockList | undefined {
  let record: Record<string, unknown>;
  try {
    record = readCheckedJson(files, directory, blockListFile);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const { generation, blocks } = record;
  if (typeof generation !== 'number' || !Array.isArray(blocks)) throw malformed();
  return { generation, blocks: blocks.map(listedBlock) };

  function listedBlock(entry: unknown): ListedBlock {
    const { name, revision } = recordOf(entry);
    if (typeof name !== 'string' || typeof revision !== 'number') throw malformed();
    return { name, revision };
  }

  function malformed(): CorruptBlockError {
    return new CorruptBlockError(directory, blockListFile, 0, 'is no list of blocks');
  }
}

/** Replaces the list, durably. */
export function writeBlockList(files: FileSystem, directory: string, list: BlockList): void {
  replaceDurably(files, directory, blockListFile, checkedJson(list));
}

const digits = 16;

/** @param sequence - greater than that of any block before in this directory, so that a name never comes back. */
export function blockName(minMs: number, sequence: number): string {
  return `${sortableInstant(minMs)}.${String(sequence).padStart(8, '0')}`;
}

/** Instants before the epoch come first: a minus, and the distance to an instant that is earlier still. */
function sortableInstant(instantMs: number): string {
  if (instantMs >= 0) return String(instantMs).padStart(digits, '0');
  return `-${String(10 ** digits - 1 + instantMs).padStart(digits, '0')}`;
}

/** The sequence in the name of a block; undefined for other names. */
export function sequenceOf(name: string): number | undefined {
  const sequence = /^-?\d{16}\.(\d{8,})$/.exec(name)?.[1];
  return sequence === undefined ? undefined : Number(sequence);
}

import { joinPeaks } from './merkle-hash.ts';

/** A complete subtree: the 2^level leaves from index * 2^level on. */
export interface TreeNode {
  /** 0 for leaves, at most 52. */
  readonly level: number;
  /** Position within the level, from 0. */
  readonly index: number;
}

/** Leaves from start (included) to end (excluded). */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Gives the hashes of complete subtrees, in the order asked for. It is asked once for all that a proof needs, so
 * that it can read in parallel.
 */
export type HashReader = (nodes: readonly TreeNode[]) => Promise<readonly Uint8Array[]>;

/**
 * Refuses what is no number of leaves.
 * @throws RangeError
 */
export function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`tree size ${size}: must be an integer from 0 to 2^53 - 1`);
  }
}

/**
 * Where RFC 6962 splits a tree: the largest power of two smaller than the number of leaves.
 * @param count at least 2; bit operations would stop at 2^31
 */
export function splitPoint(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The fewest complete subtrees that cover a range, from left to right. */
export function coveringNodes({ start, end }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    let count = 1;
    while (at % (count * 2) === 0 && at + count * 2 <= end) {
      count *= 2;
      level++;
    }
    nodes.push({ level, index: at / count });
    at += count;
  }
  return nodes;
}

/**
 * The hashes of ranges, with one call of the reader.
 * @param read gives complete subtrees
 * @param ranges each a range that RFC 6962 would hash as a tree of its own
 */
export async function rangeHashes(read: HashReader, ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
  const covers = ranges.map(coveringNodes);
  const nodes = covers.flat();
  const hashes = nodes.length === 0 ? [] : await read(nodes);
  if (hashes.length !== nodes.length) {
    throw new RangeError(`hash reader: gave ${hashes.length} hashes for ${nodes.length} nodes`);
  }
  let at = 0;
  return covers.map((cover) => {
    at += cover.length;
    return joinPeaks(hashes.slice(at - cover.length, at));
  });
}

/**
 * The root of the tree at a size.
 * @param read gives complete subtrees
 * @param size number of leaves
 * @returns 32 bytes
 */
export async function treeRoot(read: HashReader, size: number): Promise<Uint8Array> {
  requireSize(size);
  const [root] = await rangeHashes(read, [{ start: 0, end: size }]);
  if (root === undefined) throw new RangeError('hash reader: gave no root');
  return root;
}

import type { Verdict } from './malformed.ts';
import { emptyRoot, HASH_BYTES, nodeHash, sameHash } from './merkle-hash.ts';
import { type HashReader, type LeafRange, rangeHashes, requireSize, splitPoint } from './tree-node.ts';

/** A tree by its head. */
export interface TreeHead {
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Makes the proof that a tree begins with an earlier one.
 *
 * @param read gives complete subtrees of the log
 * @param first size of the earlier tree
 * @param second size of the later tree, not smaller
 * @returns the hashes; none when the sizes are equal or the first is 0
 * @throws RangeError when the first tree is the larger
 * Spec: RFC 6962, section 2.1.2.
 */
export async function makeConsistencyProof(
  read: HashReader,
  first: number,
  second: number,
): Promise<Uint8Array[]> {
  requireSize(first);
  requireSize(second);
  if (first > second) {
    throw new RangeError(`consistency proof: a tree of size ${second} does not contain one of size ${first}`);
  }
  return await rangeHashes(read, consistencyRanges(first, second));
}

/**
 * Checks a consistency proof.
 *
 * @param first head of the earlier tree
 * @param second head of the later tree
 * @param proof the hashes
 * @returns whether the later tree begins with the earlier one, and if not, why
 * Spec: RFC 9162, section 2.1.4.2.
 */
export function verifyConsistency(first: TreeHead, second: TreeHead, proof: readonly Uint8Array[]): Verdict {
  const refuse = (reason: string): Verdict => ({
    ok: false,
    reason: `consistency proof from size ${first.size} to ${second.size}: ${reason}`,
  });
  const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;
  if (!isSize(first.size) || !isSize(second.size) || first.size > second.size) {
    return refuse('the sizes are not those of an earlier and a later tree');
  }
  if ([first.root, second.root, ...proof].some((bytes) => bytes.byteLength !== HASH_BYTES)) {
    return refuse(`a hash has not ${HASH_BYTES} bytes`);
  }
  const expected = consistencyRanges(first.size, second.size).length;
  if (proof.length !== expected) return refuse(`${proof.length} hashes, expected ${expected}`);
  if ([first, second].some(({ size, root }) => size === 0 && !sameHash(root, emptyRoot()))) {
    return refuse('the root of a tree without entries is not the hash of nothing');
  }
  if (first.size === 0) return { ok: true };
  if (first.size === second.size) {
    return sameHash(first.root, second.root) ? { ok: true } : refuse('same size, but different roots');
  }
  const roots = rootsOf(first, second, proof);
  if (!sameHash(roots.first, first.root)) return refuse('it leads to another root of the earlier tree');
  if (!sameHash(roots.second, second.root)) return refuse('it leads to another root of the later tree');
  return { ok: true };
}

/** The two roots that a proof of the right length leads to; the first tree has entries and is smaller. */
function rootsOf(
  first: TreeHead,
  second: TreeHead,
  proof: readonly Uint8Array[],
): { readonly first: Uint8Array; readonly second: Uint8Array } {
  let node = first.size - 1;
  let last = second.size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // Where the earlier tree is one complete subtree, its root begins the proof without being sent.
  const [start, ...rest] = node === 0 ? [first.root, ...proof] : proof;
  let firstRoot = start ?? first.root;
  let secondRoot = firstRoot;
  // The last node of a level stays the last one further up: from there on, all hashes stand on the left.
  for (const hash of rest) {
    if (node % 2 === 1 || node === last) {
      firstRoot = nodeHash(hash, firstRoot);
      secondRoot = nodeHash(hash, secondRoot);
    } else {
      secondRoot = nodeHash(secondRoot, hash);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return { first: firstRoot, second: secondRoot };
}

/** The ranges whose hashes make the proof, in its order. */
function consistencyRanges(first: number, second: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  if (first === 0 || first === second) return ranges;
  let start = 0;
  let end = second;
  while (first !== end) {
    const middle = start + splitPoint(end - start);
    if (first <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The verifier knows the earlier root, which is this range as long as nothing stands on its left.
  if (start !== 0) ranges.push({ start, end });
  return ranges.reverse();
}

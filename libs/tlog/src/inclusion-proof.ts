import type { Verdict } from './malformed.ts';
import { HASH_BYTES, nodeHash, sameHash } from './merkle-hash.ts';
import { type HashReader, type LeafRange, rangeHashes, requireSize, splitPoint } from './tree-node.ts';

/** What an inclusion proof states. */
export interface InclusionClaim {
  /** Position of the entry, from 0. */
  readonly index: number;
  /** Size of the tree. */
  readonly size: number;
  /** Hash of the entry, 32 bytes. */
  readonly leaf: Uint8Array;
  /** Root of the tree, 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Makes the proof that an entry is in the tree of a size.
 *
 * @param read gives complete subtrees of the log
 * @param index position of the entry, below the size
 * @param size number of leaves
 * @returns the hashes from the leaf's sibling up to the child of the root
 * @throws RangeError when there is no such entry
 * Spec: RFC 6962, section 2.1.1.
 */
export async function makeInclusionProof(
  read: HashReader,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  requireSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`inclusion proof: no entry ${index} in a tree of size ${size}`);
  }
  return await rangeHashes(read, siblings(index, size));
}

/**
 * Checks an inclusion proof.
 *
 * @param claim what it states
 * @param proof the hashes, from the leaf's sibling up
 * @returns whether it holds, and if not, why
 * Spec: RFC 9162, section 2.1.3.2.
 */
export function verifyInclusion(claim: InclusionClaim, proof: readonly Uint8Array[]): Verdict {
  const { index, size, leaf, root } = claim;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    return { ok: false, reason: `inclusion proof: no entry ${index} in a tree of size ${size}` };
  }
  const expected = siblings(index, size);
  if (proof.length !== expected.length) {
    return {
      ok: false,
      reason: `inclusion proof of entry ${index}: ${proof.length} hashes, expected ${expected.length}`,
    };
  }
  if ([leaf, root, ...proof].some((bytes) => bytes.byteLength !== HASH_BYTES)) {
    return { ok: false, reason: `inclusion proof of entry ${index}: a hash has not ${HASH_BYTES} bytes` };
  }
  let hash = leaf;
  let node = index;
  let last = size - 1;
  for (const sibling of proof) {
    // The last node of a level stays the last one further up: from there on, all siblings stand on the left.
    hash = node % 2 === 1 || node === last ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (sameHash(hash, root)) return { ok: true };
  return {
    ok: false,
    reason: `inclusion proof of entry ${index}: it leads to another root than that of the tree of size ${size}`,
  };
}

/** What the path from a leaf to the root passes by, from the leaf up. */
function siblings(index: number, size: number): LeafRange[] {
  const passed: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      passed.push({ start: middle, end });
      end = middle;
    } else {
      passed.push({ start, end: middle });
      start = middle;
    }
  }
  return passed.reverse();
}

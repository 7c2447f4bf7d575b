import { createHash, hash } from 'node:crypto';

/** Length of a SHA-256 hash. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
/** What most entries fit into; longer ones are hashed in two parts. */
const SCRATCH_ENTRY_BYTES = 65_535;

/** One-shot hashing of one buffer is twice as fast as a hash object: 0.8 against 0.45 million hashes a second. */
const leafInput = Buffer.alloc(1 + SCRATCH_ENTRY_BYTES, LEAF_PREFIX);
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

/** The root of a tree without entries: the hash of nothing. */
export function emptyRoot(): Uint8Array {
  return hash('sha256', '', 'buffer');
}

/**
 * The hash of an entry, SHA-256(0x00 || entry).
 * @param entry its bytes
 * @returns 32 bytes
 * Spec: RFC 6962, section 2.1.
 */
export function leafHash(entry: Uint8Array): Uint8Array {
  if (entry.byteLength > SCRATCH_ENTRY_BYTES) {
    return createHash('sha256').update(Uint8Array.of(LEAF_PREFIX)).update(entry).digest();
  }
  leafInput.set(entry, 1);
  return hash('sha256', leafInput.subarray(0, 1 + entry.byteLength), 'buffer');
}

/**
 * The hash of an inner node, SHA-256(0x01 || left || right).
 * @param left 32 bytes
 * @param right 32 bytes
 * @returns 32 bytes
 * Spec: RFC 6962, section 2.1.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  requireHash(left);
  requireHash(right);
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/**
 * The root of a complete subtree from the consecutive hashes below it.
 * @param hashes concatenated; their number is a power of two
 * @returns 32 bytes
 */
export function completeRoot(hashes: Uint8Array): Uint8Array {
  let level: Uint8Array[] = [];
  for (let at = 0; at < hashes.byteLength; at += HASH_BYTES) level.push(hashes.subarray(at, at + HASH_BYTES));
  if (level.length === 0 || (level.length & (level.length - 1)) !== 0) {
    throw new RangeError(`complete subtree: ${level.length} hashes, expected a power of two`);
  }
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2)
      above.push(nodeHash(hashAt(level, at), hashAt(level, at + 1)));
    level = above;
  }
  return Uint8Array.from(hashAt(level, 0));
}

/**
 * The root over adjacent complete subtrees, as RFC 6962 joins them: from the right.
 * @param peaks their roots, from left to right, each subtree larger than the next
 * @returns 32 bytes
 */
export function joinPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  let root = peaks.at(-1);
  if (root === undefined) return emptyRoot();
  for (let at = peaks.length - 2; at >= 0; at--) root = nodeHash(hashAt(peaks, at), root);
  return root;
}

/** Whether two hashes are the same bytes. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hashAt(hashes: readonly Uint8Array[], position: number): Uint8Array {
  const found = hashes[position];
  if (found === undefined) throw new RangeError(`no hash at position ${position} of ${hashes.length}`);
  return found;
}

/** A hash of another length would move the border between left and right. */
function requireHash(bytes: Uint8Array): void {
  if (bytes.byteLength !== HASH_BYTES) {
    throw new RangeError(`node hash: a child has ${bytes.byteLength} bytes, expected ${HASH_BYTES}`);
  }
}

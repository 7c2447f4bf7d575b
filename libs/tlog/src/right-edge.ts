import { capture, Refusal, type Result } from './malformed.ts';
import { completeRoot, HASH_BYTES, joinPeaks, nodeHash } from './merkle-hash.ts';
import { edgeTiles, type StoredTile, TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, tilePath } from './tile.ts';
import { requireSize } from './tree-node.ts';

/**
 * The right edge of a tree: all that appending needs, at most 53 peaks and 7 partial tiles whatever the size. It is
 * never changed: growing gives a new one, so that a write that fails can be tried again from the old.
 */
export interface RightEdge {
  /** Number of leaves. */
  readonly size: number;
  /** Roots of the complete subtrees that make up the tree, the largest first: one for each bit set in the size. */
  readonly peaks: readonly Uint8Array[];
  /** Content of the partial tile of each level; empty where the level has none. */
  readonly partials: readonly Uint8Array[];
}

/** What new leaves make of a tree. */
export interface EdgeGrowth {
  readonly edge: RightEdge;
  /** The hash tiles to write, by level and then from left to right; the last of a level may be partial. */
  readonly tiles: readonly StoredTile[];
  /** Root of the tree that has grown, 32 bytes. */
  readonly root: Uint8Array;
}

/** The edge of a tree without leaves. */
export const emptyEdge: RightEdge = { size: 0, peaks: [], partials: [] };

/** The root of the tree, 32 bytes. */
export function edgeRoot(edge: RightEdge): Uint8Array {
  return joinPeaks(edge.peaks);
}

/**
 * Adds leaves to a tree, with one hash for each on average.
 *
 * @param edge of the tree so far; it stays as it was
 * @param leaves hashes of the new entries, 32 bytes each, in order
 * @returns the new edge, its root and the tiles to write
 * @throws RangeError when a leaf is no hash
 */
export function appendLeaves(edge: RightEdge, leaves: readonly Uint8Array[]): EdgeGrowth {
  requireSize(edge.size + leaves.length);
  const peaks = [...edge.peaks];
  const levels = edge.partials.map((partial, level) => new TileLevel(level, edge.size, partial));
  const push = (level: number, hash: Uint8Array): void => {
    levels[level] ??= new TileLevel(level, edge.size, new Uint8Array(0));
    levels[level].push(hash);
  };
  let { size } = edge;
  for (const leaf of leaves) {
    push(0, leaf);
    let hash = leaf;
    let height = 0;
    // The size is a binary counter: each carry joins two subtrees of one height.
    for (let position = size; position % 2 === 1; position = (position - 1) / 2) {
      const left = peaks.pop();
      if (left === undefined) throw new RangeError(`right edge: too few peaks for size ${edge.size}`);
      hash = nodeHash(left, hash);
      height++;
      if (height % TILE_HEIGHT === 0) push(height / TILE_HEIGHT, hash);
    }
    peaks.push(hash);
    size++;
  }
  // The last peak may be a leaf that the caller goes on to use.
  const owned = peaks.map((peak) => Uint8Array.from(peak));
  const grown = { size, peaks: owned, partials: levels.map((level) => level.partial) };
  return { edge: grown, tiles: levels.flatMap((level) => level.written()), root: edgeRoot(grown) };
}

/**
 * Rebuilds the edge from what is stored. Compare its root with the checkpoint before trusting it.
 *
 * @param size number of leaves
 * @param tiles contents of `edgeTiles(size)`, in that order
 * @returns the edge, or which tile does not fit
 */
export function restoreEdge(size: number, tiles: readonly Uint8Array[]): Result<RightEdge> {
  const expected = edgeTiles(size);
  return capture(() => {
    if (tiles.length !== expected.length) {
      throw new Refusal(
        `right edge: ${tiles.length} tiles for a tree of size ${size}, expected ${expected.length}`,
      );
    }
    const partials: Uint8Array[] = [];
    const peaks: Uint8Array[][] = [];
    for (const [position, tile] of expected.entries()) {
      const bytes = Uint8Array.from(tiles[position] ?? []);
      if (bytes.byteLength !== tile.width * HASH_BYTES) {
        throw new Refusal(
          `right edge: ${tilePath(tile)} has ${bytes.byteLength} bytes, expected ${tile.width * HASH_BYTES}`,
        );
      }
      if (tile.level === 'entries') continue;
      while (partials.length < tile.level) partials.push(new Uint8Array(0));
      partials.push(bytes);
      peaks.unshift(peaksOf(bytes));
    }
    return { size, peaks: peaks.flat(), partials };
  });
}

/** The complete subtrees within a partial tile, the largest first. */
function peaksOf(tile: Uint8Array): Uint8Array[] {
  const peaks: Uint8Array[] = [];
  let at = 0;
  for (let length = TILE_BYTES / 2; length >= HASH_BYTES; length /= 2) {
    if (tile.byteLength - at < length) continue;
    peaks.push(completeRoot(tile.subarray(at, at + length)));
    at += length;
  }
  return peaks;
}

/** The tiles of one level while leaves are added: the rightmost grows, full ones are kept to be written. */
class TileLevel {
  readonly #level: number;
  readonly #full: StoredTile[] = [];
  #index: number;
  #length: number;
  #bytes: Uint8Array;
  #isOwn = false;

  constructor(level: number, size: number, partial: Uint8Array) {
    this.#level = level;
    this.#index = Math.floor(size / TILE_WIDTH ** (level + 1));
    this.#length = partial.byteLength;
    this.#bytes = partial;
  }

  get partial(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(hash: Uint8Array): void {
    if (hash.byteLength !== HASH_BYTES) {
      throw new RangeError(`right edge: a leaf has ${hash.byteLength} bytes, expected ${HASH_BYTES}`);
    }
    if (!this.#isOwn) {
      const own = new Uint8Array(TILE_BYTES);
      own.set(this.partial);
      this.#bytes = own;
      this.#isOwn = true;
    }
    this.#bytes.set(hash, this.#length);
    this.#length += HASH_BYTES;
    if (this.#length < TILE_BYTES) return;
    this.#full.push({
      tile: { level: this.#level, index: this.#index, width: TILE_WIDTH },
      bytes: this.#bytes,
    });
    this.#index++;
    this.#length = 0;
    this.#bytes = new Uint8Array(TILE_BYTES);
  }

  /** The tiles that changed. */
  written(): StoredTile[] {
    if (!this.#isOwn || this.#length === 0) return this.#full;
    const tile = { level: this.#level, index: this.#index, width: this.#length / HASH_BYTES };
    return [...this.#full, { tile, bytes: this.partial }];
  }
}

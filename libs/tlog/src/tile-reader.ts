import { makeConsistencyProof } from './consistency-proof.ts';
import { makeInclusionProof } from './inclusion-proof.ts';
import { completeRoot, HASH_BYTES } from './merkle-hash.ts';
import { TILE_HEIGHT, TILE_WIDTH, type Tile, tilePath, tileWidth } from './tile.ts';
import { type HashReader, requireSize, type TreeNode } from './tree-node.ts';

/**
 * Reads a file of a log.
 *
 * @param path below the log's prefix, such as `checkpoint` or `tile/0/000.p/3`
 * @returns its content; undefined when there is no such file. What fails otherwise is thrown.
 */
export type LogRead = (path: string) => Promise<Uint8Array | undefined>;

/** A file of the log that is needed and is not there, or is not what its path says. */
export class TileUnreadable extends Error {
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'TileUnreadable';
    this.path = path;
  }
}

/** A file and the path under which it was found. */
export interface ReadFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a tile; where a partial one is gone because the log has grown, the full one in its place.
 * Spec: C2SP tlog-tiles, Partial Tiles.
 */
export async function readTileFile(read: LogRead, tile: Tile): Promise<ReadFile | undefined> {
  const path = tilePath(tile);
  const bytes = await read(path);
  if (bytes !== undefined) return { path, bytes };
  if (tile.width === TILE_WIDTH) return undefined;
  const fullPath = tilePath({ ...tile, width: TILE_WIDTH });
  const full = await read(fullPath);
  return full === undefined ? undefined : { path: fullPath, bytes: full };
}

/**
 * Cuts a hash tile to its width.
 * @returns the hashes, or what is wrong with the length of the file
 */
export function hashesOfTile(tile: Tile, { path, bytes }: ReadFile): Uint8Array | string {
  const expected = (path === tilePath(tile) ? tile.width : TILE_WIDTH) * HASH_BYTES;
  if (bytes.byteLength !== expected) return `${bytes.byteLength} bytes, expected ${expected}`;
  return bytes.subarray(0, tile.width * HASH_BYTES);
}

/**
 * Reads hashes from the tiles of a log. They are not verified: what a proof made of them is worth shows when it is
 * checked against a signed root.
 *
 * @param read gives the files
 * @param size of the tree that the log has tiles for
 * @returns a reader that throws `TileUnreadable` when a tile is missing or of the wrong length
 */
export function tileHashReader(read: LogRead, size: number): HashReader {
  requireSize(size);
  return async (nodes) => {
    const tiles = new Map<string, Promise<Uint8Array>>();
    const hashes = nodes.map(async (node) => {
      const { tile, start, count } = placeOf(node, size);
      const path = tilePath(tile);
      const pending = tiles.get(path) ?? readHashes(read, tile);
      tiles.set(path, pending);
      const bytes = await pending;
      return completeRoot(bytes.subarray(start * HASH_BYTES, (start + count) * HASH_BYTES));
    });
    return await Promise.all(hashes);
  };
}

/**
 * Makes the proof that an entry is in the log, from the log's files.
 *
 * @param read gives the files
 * @param index position of the entry
 * @param size of the tree, for which the log has tiles
 * @returns the hashes from the leaf's sibling up
 * @throws RangeError when there is no such entry
 * @throws TileUnreadable when a tile is missing or of the wrong length
 */
export async function proveInclusion(read: LogRead, index: number, size: number): Promise<Uint8Array[]> {
  return await makeInclusionProof(tileHashReader(read, size), index, size);
}

/**
 * Makes the proof that the log at one size begins with the log at another, from the log's files.
 *
 * @param read gives the files
 * @param first earlier size
 * @param second later size, for which the log has tiles
 * @returns the hashes
 * @throws RangeError when the first size is the larger
 * @throws TileUnreadable when a tile is missing or of the wrong length
 */
export async function proveConsistency(read: LogRead, first: number, second: number): Promise<Uint8Array[]> {
  return await makeConsistencyProof(tileHashReader(read, second), first, second);
}

async function readHashes(read: LogRead, tile: Tile): Promise<Uint8Array> {
  const file = await readTileFile(read, tile);
  if (file === undefined) throw new TileUnreadable(tilePath(tile), 'the file is missing');
  const hashes = hashesOfTile(tile, file);
  if (typeof hashes === 'string') throw new TileUnreadable(file.path, hashes);
  return hashes;
}

/** The tile that holds a node, or the hashes that it is the root of. */
function placeOf(
  node: TreeNode,
  size: number,
): { readonly tile: Tile; readonly start: number; readonly count: number } {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const count = 2 ** (node.level % TILE_HEIGHT);
  const first = node.index * count;
  const index = Math.floor(first / TILE_WIDTH);
  const width = tileWidth(size, level, index);
  const start = first - index * TILE_WIDTH;
  if (start + count > width) {
    throw new RangeError(
      `tile reader: node ${node.index} of level ${node.level} is not in a tree of size ${size}`,
    );
  }
  return { tile: { level, index, width }, start, count };
}

import { entryAt } from './entry-bundle.ts';
import { DifferenceFound, entryBelow } from './log-difference.ts';
import { completeRoot, HASH_BYTES, leafHash, sameHash } from './merkle-hash.ts';
import type { SupersededTiles } from './superseded-tile.ts';
import { TILE_BYTES, TILE_WIDTH, type Tile, tilePath, tileWidth } from './tile.ts';
import { hashesOfTile, type LogRead, type ReadFile, readTileFile } from './tile-reader.ts';

/**
 * Files read ahead of the one that is checked. It hides the delay of a network; with bundles of the largest entries
 * (16 MiB each) it holds 64 MiB.
 */
const READ_AHEAD = 4;

/** A hash tile as it was read. */
interface HashTile {
  readonly path: string;
  readonly hashes: Uint8Array;
}

/** Checks the tiles of a log from authenticated hashes down to the entries. */
export class TileCheck {
  readonly #read: LogRead;
  readonly #size: number;
  readonly #superseded: SupersededTiles;

  constructor(read: LogRead, size: number, superseded: SupersededTiles) {
    this.#read = read;
    this.#size = size;
    this.#superseded = superseded;
  }

  /** Reads a hash tile; it must be there and have its length. */
  async readHashes(tile: Tile): Promise<HashTile> {
    const file = await this.#readFile(tile);
    const hashes = hashesOfTile(tile, file);
    if (typeof hashes === 'string') throw new DifferenceFound('tile', file.path, `${file.path}: ${hashes}`);
    return { path: file.path, hashes };
  }

  /** The leaf hashes of a bundle, compared with nothing. */
  async readLeaves(tile: Tile): Promise<Uint8Array[]> {
    return leavesOf(tile, await this.#readFile(tile), undefined);
  }

  /**
   * Checks all that stands under a tile.
   *
   * @param tile a hash tile
   * @param hashes its content, which the signed root vouches for
   * @returns the hashes of the entries below, bundle by bundle, from left to right
   */
  async *descend(tile: Tile, hashes: Uint8Array): AsyncGenerator<Uint8Array[]> {
    await this.#checkSuperseded(tile, hashes);
    if (tile.level === 0 || tile.level === 'entries') {
      const bundle: Tile = { ...tile, level: 'entries' };
      const file = await this.#readFile(bundle);
      const leaves = leavesOf(bundle, file, hashes);
      await this.#checkSuperseded(bundle, file.bytes);
      yield leaves;
      return;
    }
    const level = tile.level - 1;
    for (let first = 0; first < tile.width; first += READ_AHEAD) {
      const count = Math.min(READ_AHEAD, tile.width - first);
      const children = Array.from({ length: count }, (_, offset): Tile => {
        const index = tile.index * TILE_WIDTH + first + offset;
        return { level, index, width: TILE_WIDTH };
      });
      // What a read finds is judged in order, so that the first difference is the one that is told.
      const reads = await Promise.allSettled(children.map(async (child) => await this.readHashes(child)));
      for (const [offset, child] of children.entries()) {
        const read = reads[offset];
        if (read?.status !== 'fulfilled') throw read?.reason;
        const expected = hashes.subarray((first + offset) * HASH_BYTES, (first + offset + 1) * HASH_BYTES);
        if (!sameHash(completeRoot(read.value.hashes), expected)) {
          throw await this.#locate(child, read.value, expected);
        }
        yield* this.descend(child, read.value.hashes);
      }
    }
  }

  /** The first difference between a stored hash tile and what it should be. */
  async compare(tile: Tile, expected: Uint8Array): Promise<DifferenceFound | undefined> {
    const { path, hashes } = await this.readHashes(tile);
    const position = firstDifference(hashes, expected);
    return position === undefined ? undefined : wrongHash(tile, path, position);
  }

  /** Which hash of a full tile is wrong, found out from what stands below it. */
  async #locate(tile: Tile, { path, hashes }: HashTile, root: Uint8Array): Promise<DifferenceFound> {
    const below = await this.#hashesFromBelow(tile);
    if (below !== undefined && sameHash(completeRoot(below), root)) {
      const position = firstDifference(hashes, below);
      if (position !== undefined) return wrongHash(tile, path, position);
    }
    return new DifferenceFound(
      'tile',
      path,
      `${path}: its hashes do not lead to the root, and neither does what stands below them`,
      entryBelow(tile, 0),
    );
  }

  /** What a full hash tile should hold, going by the files below it; undefined when they are not sound either. */
  async #hashesFromBelow(tile: Tile): Promise<Uint8Array | undefined> {
    try {
      if (tile.level === 0) return Buffer.concat(await this.readLeaves({ ...tile, level: 'entries' }));
      const level = Number(tile.level) - 1;
      const hashes = new Uint8Array(TILE_BYTES);
      for (let position = 0; position < TILE_WIDTH; position++) {
        const child = { level, index: tile.index * TILE_WIDTH + position, width: TILE_WIDTH };
        hashes.set(completeRoot((await this.readHashes(child)).hashes), position * HASH_BYTES);
      }
      return hashes;
    } catch (error) {
      if (error instanceof DifferenceFound) return undefined;
      throw error;
    }
  }

  /** Partial tiles of earlier sizes must be the beginning of the tile that took their place. */
  async #checkSuperseded(tile: Tile, content: Uint8Array): Promise<void> {
    const current = tilePath({ ...tile, width: tileWidth(this.#size, tile.level, tile.index) });
    for (const earlier of this.#superseded.get(current) ?? []) {
      const path = tilePath(earlier);
      const bytes = await this.#read(path);
      // Logs may delete them at any time.
      if (bytes === undefined) continue;
      const length =
        tile.level === 'entries' ? bundleLength(content, earlier.width) : earlier.width * HASH_BYTES;
      const expected = content.subarray(0, length);
      if (Buffer.compare(bytes, expected) === 0) continue;
      const at = bytes.findIndex((byte, offset) => byte !== expected[offset]);
      throw new DifferenceFound(
        'superseded',
        path,
        at === -1 || bytes.byteLength !== length
          ? `${path}: ${bytes.byteLength} bytes, expected the first ${length} of ${current}`
          : `${path}: byte ${at} differs from that of ${current}`,
      );
    }
  }

  async #readFile(tile: Tile): Promise<ReadFile> {
    const file = await readTileFile(this.#read, tile);
    if (file !== undefined) return file;
    const path = tilePath(tile);
    throw new DifferenceFound('missing', path, `${path}: the file is missing`, entryBelow(tile, 0));
  }
}

function wrongHash(tile: Tile, path: string, position: number): DifferenceFound {
  const entry = entryBelow(tile, position);
  const what = tile.level === 0 ? `entry ${entry}` : `the entries from ${entry} on`;
  return new DifferenceFound('tile', path, `${path}: hash ${position} is not that of ${what}`, entry);
}

/**
 * The leaf hashes of a bundle.
 * @param expected the hashes that they must be; undefined when that is not known yet
 */
function leavesOf(tile: Tile, { path, bytes }: ReadFile, expected: Uint8Array | undefined): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (leaves.length < tile.width) {
    const position = leaves.length;
    const index = entryBelow(tile, position);
    const next = entryAt(bytes, at);
    if (!next.ok)
      throw new DifferenceFound('entry', path, `${path}: entry ${index}: ${next.error.message}`, index);
    const leaf = leafHash(next.value.entry);
    const hash = expected?.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
    if (hash !== undefined && !sameHash(leaf, hash)) {
      throw new DifferenceFound(
        'entry',
        path,
        `${path}: entry ${index} is not the one that was logged`,
        index,
      );
    }
    leaves.push(leaf);
    at = next.value.end;
  }
  // A full bundle in place of a partial one goes on beyond the checkpoint.
  if (at !== bytes.byteLength && path === tilePath(tile)) {
    throw new DifferenceFound(
      'bundle',
      path,
      `${path}: ${bytes.byteLength - at} bytes after its ${tile.width} entries, expected none`,
    );
  }
  return leaves;
}

/** Bytes of the first entries of a bundle that is known to be sound. */
function bundleLength(bytes: Uint8Array, width: number): number {
  let at = 0;
  for (let position = 0; position < width; position++) {
    const next = entryAt(bytes, at);
    if (!next.ok) throw new RangeError(next.error.message);
    at = next.value.end;
  }
  return at;
}

/** Position of the first hash that is not the same. */
function firstDifference(hashes: Uint8Array, expected: Uint8Array): number | undefined {
  for (let at = 0; at < expected.byteLength; at += HASH_BYTES) {
    if (!sameHash(hashes.subarray(at, at + HASH_BYTES), expected.subarray(at, at + HASH_BYTES))) {
      return at / HASH_BYTES;
    }
  }
  return undefined;
}

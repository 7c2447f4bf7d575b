import { capture, Refusal, type Result } from './malformed.ts';
import { HASH_BYTES } from './merkle-hash.ts';
import { requireSize } from './tree-node.ts';

/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256;
/** Levels of the tree that one tile spans. */
export const TILE_HEIGHT = 8;
/** Bytes of a full hash tile. */
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** Highest level of hash tiles that a path can name. */
const TILE_LEVEL_MAX = 63;

/** Names a tile of hashes, or a bundle of entries. */
export interface Tile {
  /** 0 for the hashes of entries, above it the hashes of full tiles one level below; or the entries themselves. */
  readonly level: number | 'entries';
  /** Position within the level, from 0. */
  readonly index: number;
  /** From 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** A tile and its content. */
export interface StoredTile {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

/** Where the signed checkpoint is. */
export const CHECKPOINT_PATH = 'checkpoint';

/**
 * The path of a tile: `tile/<level>/<index>[.p/<width>]`, such as `tile/0/x001/x234/067.p/8`.
 *
 * @param tile which tile
 * @returns the path below the log's prefix
 * @throws RangeError when no tile is so
 * Spec: C2SP tlog-tiles, Merkle Tree and Log entries.
 */
export function tilePath({ level, index, width }: Tile): string {
  const isLevel =
    level === 'entries' || (Number.isSafeInteger(level) && level >= 0 && level <= TILE_LEVEL_MAX);
  const isWidth = Number.isSafeInteger(width) && width >= 1 && width <= TILE_WIDTH;
  if (!isLevel || !isWidth || !Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`tile path: no tile has level ${level}, index ${index} and width ${width}`);
  }
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  const path = groups.map((group, position) => (position === groups.length - 1 ? group : `x${group}`));
  return `tile/${level}/${path.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const TILE_PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/**
 * Reads the path of a tile.
 *
 * @param path below the log's prefix
 * @returns the tile, or why the path is none
 */
export function parseTilePath(path: string): Result<Tile> {
  return capture(() => {
    const [, level, groups, partial] = TILE_PATH.exec(path) ?? [];
    if (level === undefined || groups === undefined) {
      throw new Refusal(
        `tile path ${JSON.stringify(path.slice(0, 120))}: expected tile/<level>/<index>[.p/<width>] with the index in ` +
          'groups of three digits, all but the last after an "x"',
      );
    }
    const tile: Tile = {
      level: level === 'entries' ? level : Number(level),
      index: Number(groups.replaceAll(/[x/]/g, '')),
      width: partial === undefined ? TILE_WIDTH : Number(partial),
    };
    if (tile.level !== 'entries' && tile.level > TILE_LEVEL_MAX) {
      throw new Refusal(`tile path ${path}: level ${level} is above ${TILE_LEVEL_MAX}`);
    }
    if (!Number.isSafeInteger(tile.index))
      throw new Refusal(`tile path ${path}: the index is above 2^53 - 1`);
    // One tile, one path: neither a leading group of zeroes nor a "partial" tile of full width.
    if (tile.width > TILE_WIDTH || tilePath(tile) !== path) {
      throw new Refusal(`tile path ${path}: not the shortest form`);
    }
    return tile;
  });
}

/**
 * How wide a tile is in the tree of a size.
 * @param size number of entries
 * @param level of the tile
 * @param index of the tile
 * @returns from 0 (there is no such tile) to 256
 */
export function tileWidth(size: number, level: Tile['level'], index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, levelCount(size, level) - index * TILE_WIDTH));
}

/**
 * The tiles and entry bundles that must be written when a log grows: new ones, and in place of partial ones wider ones.
 * Narrower partial tiles that stay behind keep their content.
 *
 * @param from size before, for which all tiles are there
 * @param to size after, not smaller
 * @returns entry bundles, then hash tiles by level, each from left to right
 */
export function* tilesForGrowth(from: number, to: number): Generator<Tile> {
  requireSize(from);
  requireSize(to);
  if (from > to) throw new RangeError(`tiles for growth: a log of size ${from} cannot grow to ${to}`);
  yield* tilesOfLevel('entries', from, to);
  for (let level = 0; levelCount(to, level) > 0; level++) yield* tilesOfLevel(level, from, to);
}

/**
 * All tiles and entry bundles that a log of a size has.
 * @param size number of entries
 * @returns entry bundles, then hash tiles by level, each from left to right
 */
export function tilesOf(size: number): Generator<Tile> {
  return tilesForGrowth(0, size);
}

/**
 * The partial hash tiles of a tree, one or none for each level: its right edge, from which all else goes on.
 * @param size number of entries
 * @returns from level 0 up
 */
export function edgeTiles(size: number): Tile[] {
  requireSize(size);
  const tiles: Tile[] = [];
  for (let level = 0; levelCount(size, level) > 0; level++) {
    const count = levelCount(size, level);
    const width = count % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(count / TILE_WIDTH), width });
  }
  return tiles;
}

/**
 * The paths of all files that a log of a size has, the checkpoint first.
 * @param size number of entries
 */
export function* expectedPaths(size: number): Generator<string> {
  yield CHECKPOINT_PATH;
  for (const tile of tilesOf(size)) yield tilePath(tile);
}

function* tilesOfLevel(level: Tile['level'], from: number, to: number): Generator<Tile> {
  const before = levelCount(from, level);
  const after = levelCount(to, level);
  if (before === after) return;
  for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
    yield { level, index, width: tileWidth(to, level, index) };
  }
}

/** Hashes at a tile level of the tree, or entries. */
function levelCount(size: number, level: Tile['level']): number {
  return level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
}

import { CHECKPOINT_PATH, parseTilePath, type Tile, tilePath, tileWidth } from './tile.ts';

/** Partial tiles of earlier sizes, by the path of the tile that took their place. */
export type SupersededTiles = ReadonlyMap<string, readonly Tile[]>;

/**
 * Sorts files by what they are to a log of a size.
 *
 * @param paths of the files that are there
 * @param size number of entries
 * @returns partial tiles of earlier sizes, and the files that do not belong to the log
 */
export function sortPresent(
  paths: Iterable<string>,
  size: number,
): { readonly superseded: SupersededTiles; readonly surplus: readonly string[] } {
  const superseded = new Map<string, Tile[]>();
  const surplus: string[] = [];
  for (const path of paths) {
    if (path === CHECKPOINT_PATH) continue;
    const parsed = parseTilePath(path);
    const width = parsed.ok ? tileWidth(size, parsed.value.level, parsed.value.index) : 0;
    if (!parsed.ok || parsed.value.width > width) {
      surplus.push(path);
    } else if (parsed.value.width < width) {
      const current = tilePath({ ...parsed.value, width });
      const tiles = superseded.get(current) ?? [];
      tiles.push(parsed.value);
      superseded.set(current, tiles);
    }
  }
  return { superseded, surplus };
}

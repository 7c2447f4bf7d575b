import type { Tile } from './tile.ts';

/** What does not agree with the signed checkpoint. */
export type DifferenceKind =
  /** The checkpoint is malformed, not signed by a trusted key, or of another log. */
  | 'checkpoint'
  /** A file is missing. */
  | 'missing'
  /** A hash tile has the wrong length or a wrong hash. */
  | 'tile'
  /** An entry is not the one that was logged, or is cut off. */
  | 'entry'
  /** An entry bundle holds more than its entries. */
  | 'bundle'
  /** A partial tile of an earlier size is not the beginning of the tile that took its place. */
  | 'superseded'
  /** Tiles and entries lead to another root than the signed one. */
  | 'root'
  /** The log does not begin with what the earlier checkpoint saw. */
  | 'consistency';

/** The first place where a log does not agree with its signed checkpoint. */
export interface LogDifference {
  readonly kind: DifferenceKind;
  /** The file. */
  readonly path: string;
  /** The entry, from 0; above level 0 the first one below the wrong hash; undefined where no single one is meant. */
  readonly entryIndex: number | undefined;
  /** What was expected and what was found. */
  readonly message: string;
}

/** Carries the first difference out of the check; it never leaves this package. */
export class DifferenceFound extends Error {
  readonly difference: LogDifference;

  constructor(kind: DifferenceKind, path: string, message: string, entryIndex?: number) {
    super(message);
    this.name = 'DifferenceFound';
    this.difference = { kind, path, entryIndex, message };
  }
}

/** The first entry below a hash of a tile. */
export function entryBelow(tile: Tile, position: number): number {
  const perHash = tile.level === 'entries' ? 1 : 256 ** tile.level;
  return (tile.index * 256 + position) * perHash;
}

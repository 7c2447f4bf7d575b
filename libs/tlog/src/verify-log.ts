import { type Checkpoint, type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts';
import { DifferenceFound, type LogDifference } from './log-difference.ts';
import { emptyRoot, sameHash } from './merkle-hash.ts';
import { appendLeaves, edgeRoot, emptyEdge, type RightEdge, restoreEdge } from './right-edge.ts';
import type { NoteSignature } from './signed-note.ts';
import { sortPresent } from './superseded-tile.ts';
import { CHECKPOINT_PATH, edgeTiles, tilesOf, tileWidth } from './tile.ts';
import { TileCheck } from './tile-check.ts';
import type { LogRead } from './tile-reader.ts';
import type { Verifier } from './verifier-key.ts';

/** What to verify, and against what. */
export interface LogVerification {
  /** Gives the files of the log. */
  readonly read: LogRead;
  /** The trusted keys of the log: at least one must have signed, and none wrongly. */
  readonly verifiers: readonly Verifier[];
  /** Which log it must be; without it, the name of a trusted key that has signed. */
  readonly origin?: string | undefined;
  /** What was seen and verified before: the log must begin with it. */
  readonly previousCheckpoint?: Checkpoint | undefined;
  /**
   * Paths of the files that are there. Partial tiles of earlier sizes among them are checked as well; which others do not
   * belong to the log is reported.
   */
  readonly present?: Iterable<string> | undefined;
}

/** What the verification found. */
export type LogVerdict =
  | {
      readonly ok: true;
      readonly checkpoint: Checkpoint;
      /** Signatures of trusted keys. */
      readonly verified: readonly NoteSignature[];
      /** Signatures of other keys: they are not covered by anything. */
      readonly unknown: readonly NoteSignature[];
      /** Files of `present` that are not covered by the checkpoint. */
      readonly surplus: readonly string[];
    }
  | { readonly ok: false; readonly difference: LogDifference };

/**
 * Verifies a whole log: the signature of its checkpoint, every hash tile and every entry against the signed root, from the
 * root down by tiles and again from the entries up, and that it goes on from an earlier checkpoint.
 *
 * @param verification what to verify
 * @returns what was verified, or the first difference
 * @throws what the reader throws
 */
export async function verifyLog(verification: LogVerification): Promise<LogVerdict> {
  try {
    return await verify(verification);
  } catch (error) {
    if (!(error instanceof DifferenceFound)) throw error;
    return { ok: false, difference: error.difference };
  }
}

async function verify(verification: LogVerification): Promise<LogVerdict> {
  const opened = await readCheckpoint(verification);
  const { checkpoint, verified, unknown } = opened;
  requireNotSmaller(checkpoint, verification.previousCheckpoint);
  const { superseded, surplus } = sortPresent(verification.present ?? [], checkpoint.size);
  const tiles = new TileCheck(verification.read, checkpoint.size, superseded);
  const edge = await readEdge(tiles, checkpoint.size);
  if (!sameHash(edgeRoot(edge), checkpoint.root)) throw await blame(tiles, checkpoint, edgeRoot(edge));
  const growth = new Regrowth(verification.previousCheckpoint);
  // What stands under a tile on the right of an upper level comes after all that stands under the upper one.
  for (const tile of edgeTiles(checkpoint.size).toReversed()) {
    const hashes = edge.partials[Number(tile.level)] ?? new Uint8Array(0);
    for await (const leaves of tiles.descend(tile, hashes)) growth.append(leaves);
  }
  growth.finish(checkpoint);
  return { ok: true, checkpoint, verified, unknown, surplus };
}

async function readCheckpoint({ read, verifiers, origin }: LogVerification): Promise<OpenedCheckpoint> {
  const bytes = await read(CHECKPOINT_PATH);
  if (bytes === undefined) {
    throw new DifferenceFound('missing', CHECKPOINT_PATH, `${CHECKPOINT_PATH}: the file is missing`);
  }
  const opened = openCheckpoint(bytes, verifiers);
  if (!opened.ok) {
    const { line, message } = opened.error;
    const place = line === 0 ? CHECKPOINT_PATH : `${CHECKPOINT_PATH}, line ${line}`;
    throw new DifferenceFound('checkpoint', CHECKPOINT_PATH, `${place}: ${message}`);
  }
  const found = opened.value.checkpoint.origin;
  const expected = origin === undefined ? opened.value.verified.map(({ name }) => name) : [origin];
  if (!expected.includes(found)) {
    throw new DifferenceFound(
      'checkpoint',
      CHECKPOINT_PATH,
      `${CHECKPOINT_PATH}, line 1: the origin is ${JSON.stringify(found)}, expected ${expected.join(' or ')}`,
    );
  }
  return opened.value;
}

function requireNotSmaller(checkpoint: Checkpoint, previous: Checkpoint | undefined): void {
  if (previous === undefined) return;
  if (previous.origin !== checkpoint.origin) {
    throw inconsistent(`the earlier checkpoint is of another log, ${previous.origin}`);
  }
  if (previous.size > checkpoint.size) {
    throw inconsistent(`the log has ${checkpoint.size} entries, but had ${previous.size} before`);
  }
}

function inconsistent(problem: string): DifferenceFound {
  return new DifferenceFound('consistency', CHECKPOINT_PATH, `${CHECKPOINT_PATH}: ${problem}`);
}

async function readEdge(tiles: TileCheck, size: number): Promise<RightEdge> {
  const contents: Uint8Array[] = [];
  for (const tile of edgeTiles(size)) contents.push((await tiles.readHashes(tile)).hashes);
  const edge = restoreEdge(size, contents);
  if (!edge.ok) throw new RangeError(edge.error.message);
  return edge.value;
}

/**
 * Finds out what is wrong when the tiles of the right edge do not lead to the signed root: they cannot tell which of them
 * it is, the entries can.
 */
async function blame(
  tiles: TileCheck,
  checkpoint: Checkpoint,
  tileRoot: Uint8Array,
): Promise<DifferenceFound> {
  let edge = emptyEdge;
  let first: DifferenceFound | undefined;
  const compare = async (leaves: readonly Uint8Array[]): Promise<void> => {
    const growth = appendLeaves(edge, leaves);
    edge = growth.edge;
    for (const { tile, bytes } of growth.tiles) {
      if (first === undefined && tile.width === tileWidth(checkpoint.size, tile.level, tile.index)) {
        first = await tiles.compare(tile, bytes);
      }
    }
  };
  for (const tile of tilesOf(checkpoint.size)) {
    if (tile.level !== 'entries') break;
    await compare(await tiles.readLeaves(tile));
  }
  if (first !== undefined && sameHash(edgeRoot(edge), checkpoint.root)) return first;
  return new DifferenceFound(
    'root',
    CHECKPOINT_PATH,
    `${CHECKPOINT_PATH}: the root of size ${checkpoint.size} is signed as ${hex(checkpoint.root)}, but the hash tiles ` +
      `lead to ${hex(tileRoot)} and the entries to ${hex(edgeRoot(edge))}` +
      (first === undefined ? '' : `; tiles and entries first differ at ${first.message}`),
    first?.difference.entryIndex,
  );
}

/** Grows the tree again from the entries, and looks at its root where the earlier checkpoint did. */
class Regrowth {
  readonly #previous: Checkpoint | undefined;
  #edge: RightEdge = emptyEdge;

  constructor(previous: Checkpoint | undefined) {
    this.#previous = previous;
    this.#comparePrevious();
  }

  append(leaves: readonly Uint8Array[]): void {
    const until = (this.#previous?.size ?? 0) - this.#edge.size;
    const isPassed = until > 0 && until <= leaves.length;
    if (isPassed) {
      this.#edge = appendLeaves(this.#edge, leaves.slice(0, until)).edge;
      this.#comparePrevious();
    }
    this.#edge = appendLeaves(this.#edge, isPassed ? leaves.slice(until) : leaves).edge;
  }

  finish({ size, root }: Checkpoint): void {
    const found = edgeRoot(this.#edge);
    if (this.#edge.size === size && sameHash(found, root)) return;
    throw new DifferenceFound(
      'root',
      CHECKPOINT_PATH,
      `${CHECKPOINT_PATH}: the root of size ${size} is signed as ${hex(root)}, but the ${this.#edge.size} entries ` +
        `lead to ${hex(found)}`,
    );
  }

  #comparePrevious(): void {
    if (this.#previous?.size !== this.#edge.size) return;
    const { size, root } = this.#previous;
    const found = size === 0 ? emptyRoot() : edgeRoot(this.#edge);
    if (sameHash(found, root)) return;
    throw inconsistent(
      `the earlier checkpoint of size ${size} has the root ${hex(root)}, but the first ${size} entries lead to ` +
        `${hex(found)}: history was rewritten`,
    );
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

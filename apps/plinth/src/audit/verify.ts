import { openingProblem, sequenceOfOpening } from '@plinth/kernel';
import {
  type Checkpoint,
  openCheckpoint,
  parseEntryBundle,
  parseVerifierKey,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type Verifier,
  verifyLog,
} from '@plinth/tlog';
import { Failure } from '../cli/failure.ts';
import type { LogSource } from './log-source.ts';

/** What was verified. */
export interface VerifiedLog {
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** Root of the tree, base64. */
  readonly root: string;
  /** Number of openings, each of which fits its entry. */
  readonly openings: number;
  /** Whether the key that signed was named by the caller, and not taken from the log itself. */
  readonly pinned: boolean;
}

/**
 * Verifies a log to its last byte.
 * @param pinnedKey the verifier key that is trusted; without it the one that comes with the log
 * @param previous a signed checkpoint of the same log that was seen before
 * @throws Failure naming the first thing that is wrong
 */
export async function verifySource(
  source: LogSource,
  pinnedKey: string | undefined,
  previous: Buffer | undefined,
): Promise<VerifiedLog> {
  const key = pinnedKey ?? source.verifierKey;
  if (source.verifierKey !== key) {
    throw new Failure(`the log comes with the key ${source.verifierKey}, expected ${key}`, {
      hint: 'if the log was begun anew, get its new key from its operator over another way',
    });
  }
  const verifier = parseVerifierKey(key);
  if (!verifier.ok) throw new Failure(verifier.error.message, { hint: 'a key looks like NAME+ID+BASE64' });
  const verdict = await verifyLog({
    read: source.read,
    verifiers: [verifier.value],
    previousCheckpoint: previous && openPrevious(previous, verifier.value),
    present: source.present,
  });
  if (!verdict.ok) throw tampered(verdict.difference.message);
  const [surplus] = verdict.surplus;
  if (surplus !== undefined) throw tampered(`${surplus}: the log has no such file`);
  const { origin, size, root } = verdict.checkpoint;
  await verifyOpenings(source, size);
  return {
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
    openings: source.openings.length,
    pinned: pinnedKey !== undefined,
  };
}

function openPrevious(note: Buffer, verifier: Verifier): Checkpoint {
  const opened = openCheckpoint(note, [verifier]);
  if (opened.ok) return opened.value.checkpoint;
  throw new Failure(`the earlier checkpoint: ${opened.error.message}`, {
    hint: 'name the file "checkpoint" of an earlier export of the same log',
  });
}

/** Compares openings with the entries that they open, in one pass over both. */
async function verifyOpenings({ read, openings }: LogSource, size: number): Promise<void> {
  let bundle: { readonly index: number; readonly texts: readonly string[] } | undefined;
  let last = -1;
  for (const [i, line] of openings.entries()) {
    const sequence = sequenceOfOpening(line);
    if (sequence !== undefined && sequence <= last) {
      throw tampered(`openings, line ${i + 1}: entry ${sequence} stands behind entry ${last}`);
    }
    last = sequence ?? last;
    const index = Math.floor((sequence ?? 0) / TILE_WIDTH);
    if (sequence !== undefined && sequence < size && bundle?.index !== index) {
      bundle = { index, texts: await readTexts(read, index, size) };
    }
    const problem = openingProblem(line, (one) =>
      one < size ? bundle?.texts[one - index * TILE_WIDTH] : undefined,
    );
    if (problem !== undefined) throw tampered(`openings, line ${i + 1}: it ${problem}`);
  }
}

async function readTexts(read: LogSource['read'], index: number, size: number): Promise<string[]> {
  const width = tileWidth(size, 'entries', index);
  const path = tilePath({ level: 'entries', index, width });
  const bytes = await read(path);
  const entries = bytes && parseEntryBundle(bytes, width);
  if (!entries?.ok) throw tampered(`${path}: it cannot be read`);
  return entries.value.map((entry) => Buffer.from(entry).toString('utf8'));
}

function tampered(problem: string): Failure {
  return new Failure(`the audit log is not what was signed: ${problem}`, {
    hint: 'compare it with another export, and keep both: they show what was changed',
  });
}

import { decodeBase64, encodeBase64 } from './base64.ts';
import { capture, Refusal, type Result, unwrap } from './malformed.ts';
import { HASH_BYTES } from './merkle-hash.ts';
import { type NoteSignature, openNote, signNote } from './signed-note.ts';
import type { Signer } from './signer-key.ts';
import type { Verifier } from './verifier-key.ts';

/** The head of a log's Merkle tree at one size. */
export interface Checkpoint {
  /** Which log: usually its URL prefix without the scheme. */
  readonly origin: string;
  /** Number of entries, at most 2^53 - 1. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, opaque and never empty. */
  readonly extensions: readonly string[];
}

/** A checkpoint that at least one trusted key has signed. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Signatures of trusted keys; each of them holds. */
  readonly verified: readonly NoteSignature[];
  /** Signatures of other keys: they say nothing. */
  readonly unknown: readonly NoteSignature[];
}

/**
 * Reads the text of a checkpoint.
 *
 * @param text the note text, without signatures
 * @returns the checkpoint, or what is wrong and in which line
 * Spec: C2SP tlog-checkpoint, Note text.
 */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  return capture(() => {
    if (!text.endsWith('\n')) throw new Refusal('checkpoint: the text does not end in a newline');
    const [origin = '', size, root, ...extensions] = text.slice(0, -1).split('\n');
    if (size === undefined || root === undefined) {
      throw new Refusal('checkpoint: expected at least three lines (origin, tree size, root hash)');
    }
    if (origin === '') throw new Refusal('checkpoint: the origin is empty', 1);
    const empty = extensions.indexOf('');
    if (empty !== -1) throw new Refusal('checkpoint: an extension line is empty', empty + 4);
    return { origin, size: parseSize(size), root: parseRoot(root), extensions };
  });
}

/**
 * Writes the text of a checkpoint.
 *
 * @param checkpoint what to write
 * @returns the note text, or why it cannot be one
 */
export function formatCheckpoint(checkpoint: Checkpoint): Result<string> {
  return capture(() => {
    const { origin, size, root, extensions } = checkpoint;
    for (const line of [origin, ...extensions]) {
      if (line === '' || line.includes('\n')) {
        throw new Refusal('checkpoint: origin and extensions must each be one line that is not empty');
      }
    }
    const text = [origin, String(size), encodeBase64(root), ...extensions, ''].join('\n');
    unwrap(parseCheckpoint(text));
    return text;
  });
}

/**
 * Signs a checkpoint. Sign none that is inconsistent with one that the same key has signed before.
 *
 * @param checkpoint the head of the tree
 * @param signers the keys of the log, whose name should be the origin
 * @param existing signatures that it has already, as of witnesses; those of the signers' keys are replaced
 * @returns the signed note, as served at `checkpoint`, or why it cannot be signed
 */
export function signCheckpoint(
  checkpoint: Checkpoint,
  signers: readonly Signer[],
  existing: readonly NoteSignature[] = [],
): Result<string> {
  return capture(() => unwrap(signNote(unwrap(formatCheckpoint(checkpoint)), signers, existing)));
}

/**
 * Reads a signed checkpoint and checks its signatures.
 *
 * @param bytes the signed note
 * @param verifiers the trusted keys
 * @returns the checkpoint, signed by at least one of them, or why it is refused
 */
export function openCheckpoint(bytes: Uint8Array, verifiers: readonly Verifier[]): Result<OpenedCheckpoint> {
  return capture(() => {
    const { text, verified, unknown } = unwrap(openNote(bytes, verifiers));
    return { checkpoint: unwrap(parseCheckpoint(text)), verified, unknown };
  });
}

function parseSize(text: string): number {
  const size = Number(text);
  if (!/^(0|[1-9][0-9]*)$/.test(text)) {
    throw new Refusal(
      `checkpoint: tree size ${JSON.stringify(text.slice(0, 32))} is not a decimal number without leading zeroes`,
      2,
    );
  }
  if (!Number.isSafeInteger(size)) {
    throw new Refusal(`checkpoint: tree size ${text.slice(0, 32)} is above 2^53 - 1`, 2);
  }
  return size;
}

function parseRoot(text: string): Uint8Array {
  const root = decodeBase64(text);
  if (root?.byteLength !== HASH_BYTES) {
    throw new Refusal(`checkpoint: the root hash is not the Base64 of ${HASH_BYTES} bytes`, 3);
  }
  return root;
}

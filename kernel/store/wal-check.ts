import { closeSync, openSync, readSync } from 'node:fs';
import type { Damage } from './sqlite-protocol.ts';

const headerBytes = 32;
const frameHeaderBytes = 24;
/** Page size of our databases, for a log whose header cannot tell. */
const pageBytes = 8192;
/** Frames in hand at once. */
const windowBytes = 4 * 1024 * 1024;

/**
 * Looks for damage in SQLite's write-ahead log before SQLite does, because SQLite takes the first frame with a bad
 * checksum for the end of the log and silently drops every commit behind it.
 *
 * A frame torn by a crash looks the same, but it can only belong to the last commit: each commit is synced before the
 * next is written. So a bad frame is damage when a whole commit of the same generation lies behind the one it is in.
 *
 * Spec: SQLite database file format, section 4 (The Write-Ahead Log).
 * @param path of the log; absent or empty is sound.
 * @returns the damage, without revisions, as nothing behind it can be trusted.
 */
export function checkWal(path: string): Damage | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return checkFile(file, path);
  } finally {
    closeSync(file);
  }
}

function checkFile(file: number, path: string): Damage | undefined {
  const header = Buffer.alloc(headerBytes);
  if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return undefined;
  const magic = header.readUInt32BE(0);
  const sums = new Checksums(magic === 0x377f0683);
  sums.add(header, 0, 24);
  const sound = (magic === 0x377f0682 || magic === 0x377f0683) && sums.equal(header, 24);
  const frameBytes = frameHeaderBytes + (sound ? header.readUInt32BE(8) : pageBytes);
  const window = Buffer.alloc(Math.max(1, Math.floor(windowBytes / frameBytes)) * frameBytes);
  // With a bad header every frame is suspect, and the first one tells which generation to look for.
  let salt = sound ? header.readBigUInt64BE(16) : undefined;
  let bad = sound ? undefined : 0;
  let commitsBehind = 0;
  for (let at = headerBytes; ; at += window.length) {
    const read = readSync(file, window, 0, window.length, at);
    for (let frame = 0; frame + frameBytes <= read; frame += frameBytes) {
      salt ??= window.readBigUInt64BE(frame + 8);
      const current = window.readBigUInt64BE(frame + 8) === salt;
      if (bad === undefined) {
        sums.add(window, frame, 8);
        sums.add(window, frame + frameHeaderBytes, frameBytes - frameHeaderBytes);
        if (current && sums.equal(window, frame + 16)) continue;
        bad = at + frame;
      } else if (current && commitsBehind > 0) {
        return damageAt(path, bad);
      }
      // Frames of an earlier generation are what the log held before it was copied and begun anew.
      if (current && window.readUInt32BE(frame + 4) !== 0) commitsBehind++;
    }
    if (read < window.length) return undefined;
  }
}

/** The cumulative checksum of the log: two sums over pairs of 32-bit words. */
class Checksums {
  #first = 0;
  #second = 0;
  readonly #bigEndian: boolean;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer, offset: number, length: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
    const little = !this.#bigEndian;
    let first = this.#first;
    let second = this.#second;
    for (let i = 0; i < length; i += 8) {
      first = (first + view.getUint32(i, little) + second) | 0;
      second = (second + view.getUint32(i + 4, little) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  equal(bytes: Buffer, offset: number): boolean {
    return bytes.readInt32BE(offset) === this.#first && bytes.readInt32BE(offset + 4) === this.#second;
  }
}

function damageAt(path: string, offset: number): Damage {
  const reason = `${path} is damaged at byte ${offset}, with whole commits behind it, which are lost`;
  return { from: 0, to: Number.MAX_SAFE_INTEGER, key: undefined, reason };
}

import { capture, Refusal, type Result, unwrap } from './malformed.ts';
import { type StoredTile, TILE_WIDTH, tileWidth } from './tile.ts';
import { requireSize } from './tree-node.ts';

/** Bytes of an entry: its length is a uint16. */
export const ENTRY_BYTES_MAX = 65_535;

const LENGTH_BYTES = 2;

/** The end of the log's entries: what a growing log must know to write the next bundles. */
export interface BundleTail {
  /** Number of entries in the log. */
  readonly size: number;
  /** Content of the partial bundle; empty when the last one is full. */
  readonly bytes: Uint8Array;
}

/** What new entries make of a tail. */
export interface BundleGrowth {
  readonly tail: BundleTail;
  /** The bundles to write, from left to right; the last may be partial. */
  readonly bundles: readonly StoredTile[];
}

/**
 * Writes entries one behind the other, each after its length in two bytes.
 *
 * @param entries each at most 65,535 bytes
 * @returns the bytes, or which entry is too long
 * Spec: C2SP tlog-tiles, Log entries.
 */
export function formatEntryBundle(entries: readonly Uint8Array[]): Result<Uint8Array> {
  return capture(() => {
    let length = 0;
    for (const [position, entry] of entries.entries()) {
      if (entry.byteLength > ENTRY_BYTES_MAX) {
        throw new Refusal(
          `entry bundle: entry ${position} has ${entry.byteLength} bytes, at most ${ENTRY_BYTES_MAX} fit`,
        );
      }
      length += LENGTH_BYTES + entry.byteLength;
    }
    const bytes = Buffer.alloc(length);
    let at = 0;
    for (const entry of entries) {
      at = bytes.writeUInt16BE(entry.byteLength, at);
      bytes.set(entry, at);
      at += entry.byteLength;
    }
    return bytes;
  });
}

/**
 * Reads an entry bundle.
 *
 * @param bytes its content
 * @param width the number of entries that it must hold
 * @returns the entries, which share the memory of the bundle, or what is wrong
 */
export function parseEntryBundle(bytes: Uint8Array, width: number): Result<Uint8Array[]> {
  return capture(() => {
    const entries: Uint8Array[] = [];
    let at = 0;
    while (entries.length < width) {
      const next = unwrap(entryAt(bytes, at));
      entries.push(next.entry);
      at = next.end;
    }
    if (at !== bytes.byteLength) {
      throw new Refusal(
        `entry bundle: ${bytes.byteLength - at} bytes after its ${width} entries, expected none`,
      );
    }
    return entries;
  });
}

/** The entry that begins at an offset of a bundle, and the offset behind it. */
export function entryAt(
  bytes: Uint8Array,
  offset: number,
): Result<{ readonly entry: Uint8Array; readonly end: number }> {
  const [high, low] = bytes.subarray(offset, offset + LENGTH_BYTES);
  const start = offset + LENGTH_BYTES;
  const end = start + (high ?? 0) * 256 + (low ?? 0);
  if (high === undefined || low === undefined || end > bytes.byteLength) {
    return {
      ok: false,
      error: {
        message: `entry bundle: it ends at byte ${bytes.byteLength}, within the entry that begins at byte ${offset}`,
        line: 0,
      },
    };
  }
  return { ok: true, value: { entry: bytes.subarray(start, end), end } };
}

/**
 * Adds entries to a log. The tail that was handed in stays as it was, so that a write that fails can be tried again.
 *
 * @param tail the end of the log so far; `{ size: 0, bytes: new Uint8Array(0) }` for a new one
 * @param entries each at most 65,535 bytes
 * @returns the bundles to write and the new tail, or which entry is too long
 */
export function appendEntries(tail: BundleTail, entries: readonly Uint8Array[]): Result<BundleGrowth> {
  return capture(() => {
    requireSize(tail.size + entries.length);
    const bundles: StoredTile[] = [];
    let { size, bytes } = tail;
    for (let at = 0; at < entries.length; ) {
      const room = TILE_WIDTH - (size % TILE_WIDTH);
      const added = entries.slice(at, at + room);
      const index = Math.floor(size / TILE_WIDTH);
      bytes = Buffer.concat([bytes, unwrap(formatEntryBundle(added))]);
      size += added.length;
      at += added.length;
      const width = tileWidth(size, 'entries', index);
      bundles.push({ tile: { level: 'entries', index, width }, bytes });
      if (width === TILE_WIDTH) bytes = new Uint8Array(0);
    }
    return { tail: { size, bytes }, bundles };
  });
}

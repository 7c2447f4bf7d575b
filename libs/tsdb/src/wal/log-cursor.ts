import {
  type FileSystem,
  isMissing,
  readWhole,
  replaceDurably,
  syncDirectory,
} from '../block/file-system.ts';
import type { Directory } from '../directory.ts';
import { segmentOfSnapshot } from './head-snapshot.ts';
import type { LogPosition } from './log-position.ts';

/**
 * Cursors are files beside the log: each says how far somebody outside has got with it. What lies behind a cursor stays on
 * disk, also after it is in blocks; since they are files, that holds at a start before anybody has asked for anything.
 */
const prefix = 'cursor-';

/** How far somebody has got. */
export interface LogCursor {
  /** All that lies before it is done with. */
  readonly position: LogPosition;
  /** Bytes of the log that may wait for the cursor. */
  readonly bytesMax: number;
}

/** Bytes that a cursor may be behind beyond its bound before it counts as left by its owner: four segments. */
const graceBytes = 4 * 64 * 1024 * 1024;

/** @param id - letters, digits and hyphens, at most 128. @returns undefined when there is none, or none that can be read. */
export function readCursor(files: FileSystem, logPath: string, id: string): LogCursor | undefined {
  try {
    return parsed(new TextDecoder().decode(readWhole(files, `${logPath}/${nameOf(id)}`)));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Moves a cursor; it is on disk when the call returns, and a crash leaves the old one or the new one. */
export function writeCursor(files: FileSystem, logPath: string, id: string, cursor: LogCursor): void {
  const { position, bytesMax } = cursor;
  const text = JSON.stringify({ segment: position.segment, offset: position.offset, bytesMax });
  replaceDurably(files, logPath, nameOf(id), new TextEncoder().encode(text));
}

/** Takes a cursor away: nothing waits for it any more. */
export function removeCursor(files: FileSystem, logPath: string, id: string): void {
  files.rmSync(`${logPath}/${nameOf(id)}`, { recursive: true, force: true });
  syncDirectory(files, logPath);
}

/** Ids of all cursors. */
export function listCursors(names: readonly string[]): string[] {
  return names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/**
 * The first segment that has to stay.
 * @param segment - the first one that the database itself needs.
 * @returns that of the snapshot which the cursor that is farthest behind is read with. A cursor that is far beyond its bound
 * has no owner any more, since owners move theirs; it is removed.
 */
export function firstSegmentKept(directory: Directory, segment: number): number {
  const { files, path } = directory;
  const names = directory.list();
  const snapshots = names.flatMap((name) => segmentOfSnapshot(name) ?? []);
  let first = segment;
  for (const id of listCursors(names)) {
    const cursor = readCursor(files, path, id);
    if (cursor && bytesFrom(files, path, names, cursor.position) > cursor.bytesMax + graceBytes) {
      removeCursor(files, path, id);
      continue;
    }
    // One that cannot be read is at the very beginning: its owner puts it right.
    const at = cursor?.position.segment ?? 0;
    if (at < segment) first = Math.min(first, Math.max(0, ...snapshots.filter((one) => one <= at)));
  }
  return first;
}

/**
 * Bytes that are kept for somebody who has got to a position: of the log, and of snapshots that its reader finds series in. The
 * newest snapshot is there for the database.
 */
export function bytesFrom(
  files: FileSystem,
  path: string,
  names: readonly string[],
  { segment, offset }: LogPosition,
): number {
  let bytes = 0;
  const newest = Math.max(...names.map((name) => segmentOfSnapshot(name) ?? -1));
  for (const name of names) {
    const snapshot = segmentOfSnapshot(name);
    if (snapshot !== undefined) {
      if (snapshot > segment && snapshot < newest) bytes += sizeOf(files, `${path}/${name}`);
      continue;
    }
    if (!/^\d{8}$/.test(name) || Number(name) < segment) continue;
    const size = sizeOf(files, `${path}/${name}`);
    bytes += Number(name) === segment ? Math.max(0, size - offset) : size;
  }
  return bytes;
}

function sizeOf(files: FileSystem, path: string): number {
  try {
    const file = files.openSync(path, 'r');
    try {
      return files.fstatSync(file).size;
    } finally {
      files.closeSync(file);
    }
  } catch (error) {
    // It was removed since the directory was read.
    if (isMissing(error)) return 0;
    throw error;
  }
}

function nameOf(id: string): string {
  if (!/^[\w-]{1,128}$/.test(id)) throw new RangeError(`log cursor: ${JSON.stringify(id)} is no id`);
  return `${prefix}${id}`;
}

function parsed(text: string): LogCursor | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const [segment, offset, bytesMax] = ['segment', 'offset', 'bytesMax'].map((field) =>
      numberOf(read, field),
    );
    if (segment === undefined || offset === undefined || bytesMax === undefined) return undefined;
    return { position: { segment, offset }, bytesMax };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function numberOf(value: unknown, field: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}

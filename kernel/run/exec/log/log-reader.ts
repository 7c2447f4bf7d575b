import { type FileHandle, open } from 'node:fs/promises';
import { type LogGap, type LogRecord, parseRecord } from './log-record.ts';
import { isAbsent, type LogSegment, listSegments, sizeOf } from './log-segments.ts';

/** A record and its place. Places are bytes of the log since its beginning; reading goes on at `nextOffset`. */
export interface LogEntry {
  readonly offset: number;
  readonly nextOffset: number;
  readonly record: LogRecord | LogGap;
}

/** Bytes that are read at once; the longest record (64 KiB of control characters) has 400 KiB. */
const readBytes = 512 * 1024;

/**
 * Reads whole records of the log in `directory` from a place on, until none is left or about 512 KiB have been read. A
 * place within a record counts as that of the next one. Half a record at the end is left for later.
 */
export async function readEntries(directory: string, offset: number): Promise<LogEntry[]> {
  for (;;) {
    const segments = await listSegments(directory);
    const index = segments.findLastIndex(({ base }) => base <= offset);
    const segment = segments[index];
    const next = segments[index + 1];
    if (segment !== undefined) {
      const entries = await readSegment(segment, offset);
      if (entries === undefined) continue; // It was dropped since it was listed.
      if (entries.length > 0) return entries;
      // A segment is followed by another only when it is complete, so there is nothing more to come in it.
      const end = segment.base + (await sizeOf(segment.path));
      if (next !== undefined && end >= next.base) return readEntries(directory, next.base);
    }
    if (next === undefined) return [];
    const gap: LogGap = { kind: 'gap', bytes: next.base - offset };
    return [{ offset, nextOffset: next.base, record: gap }];
  }
}

async function readSegment({ path, base }: LogSegment, offset: number): Promise<LogEntry[] | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    // With the byte before it, so that it shows whether a record begins here.
    const from = Math.max(offset - 1, base);
    const buffer = Buffer.allocUnsafe(readBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from - base);
    const bytes = buffer.subarray(0, bytesRead);
    const start = from === offset ? 0 : bytes.indexOf(0x0a) + 1;
    if (from !== offset && start === 0) return [];
    return entriesOf(bytes, start, from);
  } finally {
    await file.close();
  }
}

/** @param base place in the log of the first of `bytes` */
function entriesOf(bytes: Buffer, start: number, base: number): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let at = start; ; ) {
    const end = bytes.indexOf(0x0a, at) + 1;
    if (end === 0) return entries;
    const damaged: LogGap = { kind: 'gap', bytes: end - at };
    const record = parseRecord(bytes.toString('utf8', at, end)) ?? damaged;
    entries.push({ offset: base + at, nextOffset: base + end, record });
    at = end;
  }
}

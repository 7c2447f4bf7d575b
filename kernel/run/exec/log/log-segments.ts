import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecError } from '../exec-error.ts';

/** A file of a log. Its name says where in the log it begins, so that places stay the same when others are dropped. */
export interface LogSegment {
  readonly path: string;
  /** Bytes of the log before it. */
  readonly base: number;
}

const segmentName = /^(\d{16})\.jsonl$/;

/** The segment of a directory that begins at `base`. */
export function segmentAt(directory: string, base: number): LogSegment {
  return { path: join(directory, `${String(base).padStart(16, '0')}.jsonl`), base };
}

/** The segments of a log in order; none when there is no such directory. */
export async function listSegments(directory: string): Promise<LogSegment[]> {
  const names = await namesIn(directory);
  return names
    .flatMap((name) => {
      const base = segmentName.exec(name)?.[1];
      return base === undefined ? [] : [{ path: join(directory, name), base: Number(base) }];
    })
    .sort((a, b) => a.base - b.base);
}

/** What is in a directory; nothing when it is absent. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Bytes of a file; 0 when it is absent. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The directory of a run's logs. @throws ExecError `exec.name-invalid` for what is no name of a directory */
export function runDirectory(root: string, runUid: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/.test(runUid)) return join(root, runUid);
  throw new ExecError(
    'exec.name-invalid',
    `there are no logs of the run ${JSON.stringify(runUid.slice(0, 128))}: that is not the uid of an object`,
    'name the run by metadata.uid',
  );
}

/** The directory of a step's log: what can be read of the step's name, and a digest that tells it from similar ones. */
export function stepDirectory(root: string, runUid: string, step: string): string {
  const readable = step.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 48);
  const digest = createHash('sha256').update(step).digest('hex').slice(0, 16);
  return join(runDirectory(root, runUid), `${readable}.${digest}`);
}

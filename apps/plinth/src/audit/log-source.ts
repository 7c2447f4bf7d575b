import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CHECKPOINT_PATH, type LogRead } from '@plinth/tlog';
import { type ApiClient, ApiFailure } from '../api/api-client.ts';
import { codeOf, Failure } from '../cli/failure.ts';

/** Files of an export beside those of the log. */
export const verifierFile = 'verifier';
export const openingsFile = 'openings.ndjson';

/** An audit log that can be verified: an export, or a server. */
export interface LogSource {
  readonly read: LogRead;
  /** The verifier key that comes with the log. */
  readonly verifierKey: string;
  /** Lines of the openings that come with it. */
  readonly openings: readonly string[];
  /** Paths of the files that are there; undefined where they cannot be listed. */
  readonly present: readonly string[] | undefined;
}

/** The log of the control plane itself. */
export async function serverSource(client: ApiClient): Promise<LogSource> {
  const read = serverReader(client);
  const verifierKey = await read(verifierFile);
  if (!verifierKey)
    throw new Failure('the server has no audit log', { hint: 'ask a Plinth of this version' });
  return { read, verifierKey: verifierKey.toString().trim(), openings: [], present: undefined };
}

/** Reads files below `/audit`. */
export function serverReader(client: ApiClient): (path: string) => Promise<Buffer | undefined> {
  return async (path) => {
    const answer = await client.send(`/audit/${path}`);
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw new ApiFailure(answer.status, JSON.parse(answer.text), undefined);
    return answer.content;
  };
}

/** An export in a directory. @throws Failure when there is none */
export async function directorySource(directory: string): Promise<LogSource> {
  if (!existsSync(join(directory, CHECKPOINT_PATH))) {
    throw new Failure(`there is no exported audit log in ${directory}: it has no file "${CHECKPOINT_PATH}"`, {
      hint: 'make an export with: plinth audit export DIR',
      file: directory,
    });
  }
  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(directory, path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  };
  const all = await readdir(directory, { recursive: true, withFileTypes: true });
  const present = all
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== verifierFile && path !== openingsFile);
  const [verifierKey = ''] = await linesOf(read, verifierFile);
  return { read, verifierKey, openings: await linesOf(read, openingsFile), present };
}

/** The lines of a file; none when it is not there. @throws Failure when the last one is cut off */
async function linesOf(read: (path: string) => Promise<Buffer | undefined>, path: string): Promise<string[]> {
  const lines = (await read(path))?.toString().split('\n') ?? [''];
  if (lines.pop() === '') return lines;
  throw new Failure(`the audit log is not what was exported: the last line of ${path} is cut off`, {
    hint: 'compare it with another export, and keep both: they show what was changed',
  });
}

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CHECKPOINT_PATH, type LogRead } from '@plinth/tlog';
import { ApiClient, ApiFailure } from '../api/api-client.ts';
import type { Connection } from '../api/kubeconfig.ts';
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

/** Where the log of a control plane is served. */
const auditPath = '/audit';

/** The log of the control plane itself, or one that is served below another path. */
export async function serverSource(client: ApiClient, prefix = auditPath): Promise<LogSource> {
  const read = serverReader(client, prefix);
  const verifierKey = await read(verifierFile);
  if (!verifierKey) {
    throw new Failure(
      `there is no audit log at ${client.server}${prefix}: it has no file "${verifierFile}"`,
      {
        hint: 'name the URL that the files of an export are below, or that of a control plane and /audit',
      },
    );
  }
  return { read, verifierKey: verifierKey.toString().trim(), openings: [], present: undefined };
}

/**
 * The log at a URL: of the control plane of the kubeconfig with its credentials, of any other server without any.
 * @param connection how the kubeconfig reaches its control plane; undefined when there is none
 */
export async function urlSource(url: string, connection: Connection | undefined): Promise<LogSource> {
  const { origin, pathname } = new URL(url);
  const isOwn = connection !== undefined && new URL(connection.server).origin === origin;
  const stranger = { server: origin, skipsVerification: false, namespace: '', file: url };
  const client = new ApiClient(isOwn ? connection : stranger);
  return await serverSource(client, pathname.replace(/\/+$/, ''));
}

/** Reads files of a log below a path. */
export function serverReader(
  client: ApiClient,
  prefix = auditPath,
): (path: string) => Promise<Buffer | undefined> {
  return async (path) => {
    const answer = await client.send(`${prefix}/${path}`);
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw new ApiFailure(answer.status, jsonOf(answer.text), undefined);
    return answer.content;
  };
}

/** The JSON of an answer; another server's error page is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The status says what there is to say.
  }
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

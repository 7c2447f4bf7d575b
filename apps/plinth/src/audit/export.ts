import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportOpening } from '@plinth/kernel';
import { CHECKPOINT_PATH, openCheckpoint, parseVerifierKey, tilePath, tilesOf } from '@plinth/tlog';
import type { ApiClient } from '../api/api-client.ts';
import { memberOf, textAt } from '../api/json.ts';
import { codeOf, Failure } from '../cli/failure.ts';
import { openingsFile, serverReader, verifierFile } from './log-source.ts';

/** What was exported. */
export interface Exported {
  readonly size: number;
  readonly files: number;
  readonly openings: number;
  readonly verifierKey: string;
}

/**
 * Copies the audit log as far as it is signed at this moment.
 * @param directory made when absent; must be empty
 * @param withActors whether to write down who acted, where that is not erased
 * @throws Failure when the directory is not empty or the log changes while it is read
 */
export async function exportLog(
  client: ApiClient,
  directory: string,
  withActors: boolean,
): Promise<Exported> {
  await requireEmpty(directory);
  const read = serverReader(client);
  const need = async (path: string): Promise<Buffer> => {
    const content = await read(path);
    if (content) return content;
    throw new Failure(`the server has no ${path} of its audit log`, { hint: 'try again in a few seconds' });
  };
  const write = async (path: string, content: Uint8Array): Promise<void> => {
    const place = join(directory, path);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await writeFile(place, content, { mode: 0o600 });
  };
  const checkpoint = await need(CHECKPOINT_PATH);
  const key = await need(verifierFile);
  const verifierKey = key.toString().trim();
  const size = sizeOf(checkpoint, verifierKey);
  let files = 2;
  for (const tile of tilesOf(size)) {
    const path = tilePath(tile);
    await write(path, await need(path));
    files++;
  }
  await write(verifierFile, key);
  const openings = withActors ? await exportOpenings(client, join(directory, openingsFile), size) : 0;
  // Last, so that an export that was interrupted is none.
  await write(CHECKPOINT_PATH, checkpoint);
  return { size, files: files + (withActors ? 1 : 0), openings, verifierKey };
}

async function requireEmpty(directory: string): Promise<void> {
  try {
    const found = await readdir(directory);
    if (found.length === 0) return;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  throw new Failure(`${directory} is not empty`, {
    hint: 'name a new directory: an export keeps nothing that was there',
    file: directory,
  });
}

function sizeOf(note: Buffer, verifierKey: string): number {
  const verifier = parseVerifierKey(verifierKey);
  const opened = verifier.ok ? openCheckpoint(note, [verifier.value]) : verifier;
  if (opened.ok) return opened.value.checkpoint.size;
  throw new Failure(`the checkpoint of the server: ${opened.error.message}`, {
    hint: 'the server is not in order; see its log',
  });
}

async function exportOpenings(client: ApiClient, path: string, size: number): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  let count = 0;
  try {
    for await (const line of client.lines(`/audit/events?from=0&limit=${size}`)) {
      const opening = openingOf(line);
      if (opening === undefined) continue;
      await file.write(`${opening}\n`);
      count++;
    }
  } finally {
    await file.close();
  }
  return count;
}

function openingOf(line: string): string | undefined {
  const entry: unknown = JSON.parse(line);
  return exportOpening(Number(textAt(entry, 'event', 'id')), memberOf(entry, 'opening'));
}

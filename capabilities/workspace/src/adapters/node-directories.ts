import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { opendir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { SourceError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Directories, SourceFile, SourceSnapshot } from '../ports.ts';
import { isManifestPath, refuseKustomization } from './manifest-path.ts';

/** Directories of the machine, through node:fs. */
export const nodeDirectories: Directories = {
  async read(path) {
    const root = await rootOf(path);
    const paths = (await listManifests(root)).sort();
    return await readAll(root, paths);
  },

  watch(path, changed) {
    try {
      const watcher = watch(path, { recursive: true, persistent: false }, changed);
      // A directory that goes away, or a limit of the machine: the interval does the work then.
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      return () => undefined;
    }
  },
};

async function rootOf(path: string): Promise<string> {
  try {
    const root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new SourceError(
    'SourceInvalid',
    `${path} is not a directory`,
    'name the directory that holds the manifests',
  );
}

function unreadable(path: string, error: unknown): SourceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') {
    return new SourceError(
      'SourceNotFound',
      `there is no ${path}`,
      'create it, or put the path right',
      error,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SourceError(
      'SourceUnreadable',
      `${path} may not be read`,
      'let the user that runs Plinth read it',
      error,
    );
  }
  return new SourceError(
    'SourceUnreadable',
    `${path} cannot be read: ${code || String(error)}`,
    'see the message',
    error,
  );
}

async function listManifests(root: string): Promise<string[]> {
  const found: string[] = [];
  const open: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path: directory, depth } = next;
    if (depth > limits.depth) throw tooLarge(`${directory} is more than ${limits.depth} directories deep`);
    try {
      for await (const item of await opendir(join(root, directory))) {
        if (item.name.startsWith('.')) continue;
        const path = directory === '' ? item.name : `${directory}/${item.name}`;
        if (item.isDirectory()) open.push({ path, depth: depth + 1 });
        else if (item.isFile() || item.isSymbolicLink()) {
          refuseKustomization(path);
          if (isManifestPath(path)) found.push(path);
        }
        if (found.length > limits.files) throw tooLarge(`it holds more than ${limits.files} manifests`);
      }
    } catch (error) {
      if (error instanceof SourceError) throw error;
      throw unreadable(join(root, directory), error);
    }
  }
  return found;
}

async function readAll(root: string, paths: readonly string[]): Promise<SourceSnapshot> {
  const files: SourceFile[] = [];
  const digest = createHash('sha256');
  let totalBytes = 0;
  for (const path of paths) {
    const bytes = await readInside(root, path);
    if (!bytes) continue;
    totalBytes += bytes.length;
    if (totalBytes > limits.totalBytes)
      throw tooLarge(`its manifests have more than ${limits.totalBytes} bytes`);
    files.push({ path, text: bytes.toString('utf8') });
    // Lengths keep two files from being taken for one.
    digest.update(`${path.length}:${path}${bytes.length}:`).update(bytes);
  }
  return { revision: `sha256:${digest.digest('hex')}`, files };
}

/** The bytes of a file; undefined when it is gone by now, or a link to a directory. */
async function readInside(root: string, path: string): Promise<Buffer | undefined> {
  try {
    const real = await realpath(join(root, path));
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw new SourceError(
        'SourceInvalid',
        `${path} is a link out of the source`,
        'put the file itself into the source',
      );
    }
    const { size } = await stat(real);
    if (size > limits.fileBytes)
      throw tooLarge(`${path} has ${size} bytes, at most ${limits.fileBytes} are read`);
    return await readFile(real);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EISDIR') return undefined;
    // Between listing and reading, files come and go: what is gone is not part of the source.
    if (code === 'ENOENT') return undefined;
    throw unreadable(join(root, path), error);
  }
}

function tooLarge(what: string): SourceError {
  return new SourceError(
    'SourceTooLarge',
    `the source is too large: ${what}`,
    'split it into several workspaces',
  );
}

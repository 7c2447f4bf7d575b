import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { opendir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Directories, SourceFile, SourceRules, SourceSnapshot } from './source.ts';
import { SourceError } from './source-error.ts';
import { tooLarge } from './source-size.ts';

/** Directories of the machine, through node:fs. */
export function nodeDirectories(rules: SourceRules): Directories {
  return {
    async read(path) {
      const root = await rootOf(path, rules);
      const paths = (await listFiles(root, rules)).sort();
      return await readAll(root, paths, rules);
    },
    watch: watchDirectory,
  };
}

function watchDirectory(path: string, changed: () => void): () => void {
  try {
    const watcher = watch(path, { recursive: true, persistent: false }, changed);
    // A directory that goes away, or a limit of the machine: looking again does the work then.
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}

async function rootOf(path: string, { noun }: SourceRules): Promise<string> {
  try {
    const root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new SourceError(
    'SourceInvalid',
    `${path} is not a directory`,
    `name the directory that holds the ${noun}`,
  );
}

function unreadable(path: string, error: unknown): SourceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') {
    return new SourceError('SourceNotFound', `there is no ${path}`, 'create it, or put the path right', {
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SourceError(
      'SourceUnreadable',
      `${path} may not be read`,
      'let the user that runs Plinth read it',
      { cause: error },
    );
  }
  return new SourceError(
    'SourceUnreadable',
    `${path} cannot be read: ${code || String(error)}`,
    'see the message',
    { cause: error },
  );
}

async function listFiles(root: string, rules: SourceRules): Promise<string[]> {
  const { accepts, enters, filesMax, depthMax, noun } = rules;
  const found: string[] = [];
  const open: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path: directory, depth } = next;
    if (depth > depthMax) throw tooLarge(rules, `${directory} is more than ${depthMax} directories deep`);
    try {
      for await (const item of await opendir(join(root, directory))) {
        const path = directory === '' ? item.name : `${directory}/${item.name}`;
        if (item.isDirectory()) {
          if (enters(path)) open.push({ path, depth: depth + 1 });
        } else if ((item.isFile() || item.isSymbolicLink()) && accepts(path)) found.push(path);
        if (found.length > filesMax) throw tooLarge(rules, `it holds more than ${filesMax} ${noun}`);
      }
    } catch (error) {
      if (error instanceof SourceError) throw error;
      throw unreadable(join(root, directory), error);
    }
  }
  return found;
}

async function readAll(root: string, paths: readonly string[], rules: SourceRules): Promise<SourceSnapshot> {
  const { totalBytesMax, noun } = rules;
  const files: SourceFile[] = [];
  const digest = createHash('sha256');
  let totalBytes = 0;
  for (const path of paths) {
    const file = await readInside(root, path, rules);
    if (!file) continue;
    const { bytes, isExecutable } = file;
    totalBytes += bytes.length;
    if (totalBytes > totalBytesMax)
      throw tooLarge(rules, `its ${noun} have more than ${totalBytesMax} bytes`);
    files.push(file);
    // Lengths keep two files from being taken for one.
    const mark = isExecutable ? '*' : ':';
    digest.update(`${path.length}${mark}${path}${bytes.length}:`).update(bytes);
  }
  return { revision: `sha256:${digest.digest('hex')}`, files };
}

/** A file; undefined when it is gone by now, or a link to a directory. */
async function readInside(root: string, path: string, rules: SourceRules): Promise<SourceFile | undefined> {
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
    const { size, mode } = await stat(real);
    const { fileBytesMax } = rules;
    if (size > fileBytesMax)
      throw tooLarge(rules, `${path} has ${size} bytes, at most ${fileBytesMax} are read`);
    const bytes = await readFile(real);
    return (mode & 0o111) === 0 ? { path, bytes } : { path, bytes, isExecutable: true };
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EISDIR') return undefined;
    // Between listing and reading, files come and go: what is gone is not part of the source.
    if (code === 'ENOENT') return undefined;
    throw unreadable(join(root, path), error);
  }
}

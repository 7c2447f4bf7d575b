import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';
import { filesMax, linksMax, pathMax, unpackedBytesMax } from './limits.ts';
import { ModuleError } from './module-error.ts';

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** Bytes that a tar archive has besides what is in its files: headers, and padding to blocks of 512. */
const overheadBytes = filesMax * 2_048 + 10_240;

/** A file of a module. */
export interface ModuleFile {
  readonly content: Uint8Array;
  readonly isExecutable: boolean;
}

/** The files of a module by their paths, which have no `.` and `..` in them. */
export type ModuleFiles = ReadonlyMap<string, ModuleFile>;

/** What an entry of an archive is, before links are followed. */
type Entry = ModuleFile | { readonly link: string };

/**
 * Reads a gzipped tar archive. What could lead out of the place where it is unpacked is refused; links to files within it become
 * those files, so that no links are left.
 * @param isLeftOut files that are left out, by their paths; absent: what belongs to a working directory is refused
 * @throws ModuleError naming the entry and the remedy
 */
export async function readArchive(
  bytes: Uint8Array,
  isLeftOut?: (path: string) => boolean,
): Promise<ModuleFiles> {
  const entries = new Map<string, Entry>();
  let sizeBytes = 0;
  for (const { header, data } of await entriesOf(bytes)) {
    const { name, type = 'file', linkname = '', mode = 0o644 } = header;
    if (type === 'pax-global-header') continue;
    const path = pathOf(name, `the entry ${JSON.stringify(name.slice(0, pathMax))}`);
    if (type === 'directory') continue;
    if (path === '') throw new ModuleError('an entry has no name');
    if (isLeftOut?.(path)) continue;
    if (entries.has(path)) throw new ModuleError(`${path} is there twice`);
    if (entries.size >= filesMax) throw new ModuleError(`there are more than ${filesMax} files`);
    if (type === 'file') {
      entries.set(path, { content: data ?? new Uint8Array(), isExecutable: (mode & 0o100) !== 0 });
      sizeBytes += data?.length ?? 0;
    } else if (type === 'symlink') entries.set(path, { link: resolved(directoryOf(path), linkname, path) });
    else if (type === 'link') entries.set(path, { link: resolved('', linkname, path) });
    else throw new ModuleError(`${path} is a ${type}; a module has files, directories and links to files`);
    if (sizeBytes > unpackedBytesMax) throw tooLarge();
  }
  const files = filesOf(entries);
  for (const path of files.keys()) refuseForeign(path, files);
  return files;
}

/**
 * Writes files as a gzipped tar archive: always the same bytes for the same files, and nothing in it but them.
 */
export async function writeArchive(files: ModuleFiles): Promise<Buffer> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const mtime = new Date(0);
  const tar = await packTar(
    sorted.map(([name, { content, isExecutable }]) => ({
      header: { name, size: content.length, type: 'file', mode: isExecutable ? 0o755 : 0o644, mtime },
      body: content,
    })),
  );
  return await deflate(tar);
}

async function entriesOf(bytes: Uint8Array): Promise<Awaited<ReturnType<typeof unpackTar>>> {
  let tar: Buffer;
  try {
    tar = await inflate(bytes, { maxOutputLength: unpackedBytesMax + overheadBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge();
    throw new ModuleError('the archive is not compressed with gzip, or is damaged; make it with tar -czf', {
      cause,
    });
  }
  try {
    return await unpackTar(tar, { strict: true });
  } catch (cause) {
    throw new ModuleError('what is compressed is no tar archive, or is damaged; make it with tar -czf', {
      cause,
    });
  }
}

function tooLarge(): ModuleError {
  const mebibytes = unpackedBytesMax / 1024 / 1024;
  return new ModuleError(`the files have more than ${mebibytes} MiB; leave out what Terraform does not read`);
}

/** A path without `.`; empty for the root. @throws ModuleError when it leads elsewhere */
function pathOf(name: string, what: string): string {
  const why =
    name.length > pathMax
      ? `has more than ${pathMax} characters`
      : name.startsWith('/') || /^[A-Za-z]:/.test(name)
        ? 'is an absolute path'
        : name.includes('\\')
          ? 'has a backslash in it'
          : /\p{Cc}/u.test(name)
            ? 'has a control character in it'
            : name.split('/').includes('..')
              ? 'leads out of the archive by ".."'
              : undefined;
  if (why !== undefined)
    throw new ModuleError(`${what} ${why}; pack the directory of the module with tar -C DIRECTORY -czf`);
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Where a link leads. @throws ModuleError when that is not within the archive */
function resolved(directory: string, link: string, path: string): string {
  if (link.startsWith('/') || link === '') throw escapes(path, link);
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of link.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) throw escapes(path, link);
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return pathOf(parts.join('/'), `the link ${path}`);
}

function escapes(path: string, link: string): ModuleError {
  return new ModuleError(
    `${path} is a link to ${JSON.stringify(link.slice(0, 200))}, which leads out of the archive; pack the file itself with tar --dereference`,
  );
}

/** Follows the links, and counts what they make of the size. */
function filesOf(entries: ReadonlyMap<string, Entry>): Map<string, ModuleFile> {
  const files = new Map<string, ModuleFile>();
  let sizeBytes = 0;
  for (const [path, entry] of entries) {
    let found: Entry | undefined = entry;
    for (let step = 0; found && 'link' in found; step++) {
      found = step < linksMax ? entries.get(found.link) : undefined;
    }
    if (!found) {
      throw new ModuleError(
        `${path} is a link that leads to no file of the archive; pack the file itself with tar --dereference`,
      );
    }
    sizeBytes += found.content.length;
    if (sizeBytes > unpackedBytesMax) throw tooLarge();
    files.set(path, found);
  }
  return files;
}

/** A file stands in no file, and what belongs to a working directory is in no module. */
function refuseForeign(path: string, files: ModuleFiles): void {
  for (let parent = directoryOf(path); parent !== ''; parent = directoryOf(parent)) {
    if (files.has(parent)) throw new ModuleError(`${parent} is a file, and ${path} stands in it`);
  }
  const foreign = path.split('/').find((part) => part === '.terraform' || part === '.git');
  const isState = /(^|\/)[^/]*\.tfstate(\.[^/]*)?$/.test(path);
  if (foreign === undefined && !isState) return;
  throw new ModuleError(
    `${path} belongs to a working directory${isState ? ', and states have secrets in them' : ''}; leave it out with tar --exclude`,
  );
}

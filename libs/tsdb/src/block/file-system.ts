/**
 * What is needed of a file system; `node:fs` is one. All calls are synchronous: blocks are written and read in threads of their own, and
 * the order of calls is what makes a crash harmless.
 */
export interface FileSystem {
  openSync(path: string, flags: string): number;
  closeSync(file: number): void;
  fsyncSync(file: number): void;
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number): number;
  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
  fstatSync(file: number): { readonly size: number };
  readdirSync(path: string): string[];
  /** @returns the first directory that was made, if any. */
  mkdirSync(path: string, options: { readonly recursive: true }): string | undefined;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly recursive: true; readonly force: true }): void;
}

/** Whether a call failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** A whole file, in memory that starts at an address fit for any typed array. */
export function readWhole(files: FileSystem, path: string): Uint8Array<ArrayBuffer> {
  const file = files.openSync(path, 'r');
  try {
    const bytes = new Uint8Array(files.fstatSync(file).size);
    const length = readFully(files, file, bytes, 0);
    return length === bytes.length ? bytes : bytes.slice(0, length);
  } finally {
    files.closeSync(file);
  }
}

/** Fills memory from a place in a file. @returns how many bytes there were. */
export function readFully(files: FileSystem, file: number, into: Uint8Array, position: number): number {
  let length = 0;
  while (length < into.length) {
    const read = files.readSync(file, into, length, into.length - length, position + length);
    if (read === 0) break;
    length += read;
  }
  return length;
}

/** Writes all of the bytes, however many calls it takes. */
export function writeFully(files: FileSystem, file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += files.writeSync(file, bytes, written, bytes.length - written);
  }
}

/** Writes a file that is on disk when the call returns; its name is only after `syncDirectory`. */
export function writeDurably(files: FileSystem, path: string, bytes: Uint8Array): void {
  const file = files.openSync(path, 'w');
  try {
    writeFully(files, file, bytes);
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
}

/** Makes the names in a directory durable. */
export function syncDirectory(files: FileSystem, path: string): void {
  const file = files.openSync(path, 'r');
  try {
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
}

/** Makes a directory that is there after a crash. */
export function makeDirectory(files: FileSystem, path: string): void {
  if (files.mkdirSync(path, { recursive: true }) !== undefined) syncDirectory(files, parentOf(path));
}

/** The directory that a file or directory is in. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '.' : path.slice(0, Math.max(1, slash));
}

/** Replaces a file: readers see the old content or the new one, also after a crash. */
export function replaceDurably(files: FileSystem, directory: string, name: string, bytes: Uint8Array): void {
  writeDurably(files, `${directory}/${temporaryPrefix}${name}`, bytes);
  files.renameSync(`${directory}/${temporaryPrefix}${name}`, `${directory}/${name}`);
  syncDirectory(files, directory);
}

/** Names of files and directories that are being written begin with it; after a crash they are litter. */
export const temporaryPrefix = 'tmp-';

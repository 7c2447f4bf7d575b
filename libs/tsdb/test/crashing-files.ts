import fs from 'node:fs';
import { dirname } from 'node:path';
import type { FileSystem } from '../src/block/file-system.ts';

/** The process is gone. */
export class Crash extends Error {}

interface Rename {
  readonly from: string;
  readonly to: string;
  /** What was at the target before. */
  readonly replaced: Buffer | undefined;
}

/**
 * What a crash takes with it. `process`: nothing that was done. `power`: half of each file and all names that were not synced.
 * `power-reordered`: of the names only the one that was changed first, since a disk writes in an order of its own.
 */
export type CrashKind = 'process' | 'power' | 'power-reordered';

/** The real file system until a number of changes are made; of the next one at most a half is done, and then all is over. */
export class CrashingFiles implements FileSystem {
  #changesLeft: number;
  readonly #kind: CrashKind;
  readonly #openPaths = new Map<number, string>();
  #unsyncedFiles: string[] = [];
  /** New names of files and directories. */
  #unsyncedNames: string[] = [];
  #unsyncedRenames: Rename[] = [];

  constructor(changes: number, kind: CrashKind) {
    this.#changesLeft = changes;
    this.#kind = kind;
  }

  openSync(path: string, flags: string): number {
    if (flags !== 'r') this.#change();
    if (flags !== 'r' && !fs.existsSync(path)) this.#unsyncedNames.push(path);
    const file = fs.openSync(path, flags);
    this.#openPaths.set(file, path);
    if (flags !== 'r') this.#unsyncedFiles.push(path);
    return file;
  }

  closeSync(file: number): void {
    this.#openPaths.delete(file);
    fs.closeSync(file);
  }

  fsyncSync(file: number): void {
    this.#change();
    const path = this.#openPaths.get(file) ?? '';
    this.#unsyncedFiles = this.#unsyncedFiles.filter((unsynced) => unsynced !== path);
    this.#unsyncedNames = this.#unsyncedNames.filter((name) => dirname(name) !== path);
    this.#unsyncedRenames = this.#unsyncedRenames.filter(({ to }) => dirname(to) !== path);
  }

  writeSync(file: number, bytes: Uint8Array, offset: number, length: number): number {
    this.#change(() => fs.writeSync(file, bytes, offset, length >> 1));
    const path = this.#openPaths.get(file) ?? '';
    if (!this.#unsyncedFiles.includes(path)) this.#unsyncedFiles.push(path);
    // Fewer bytes than asked for, as a real call may do.
    return fs.writeSync(file, bytes, offset, Math.min(length, 5000));
  }

  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number {
    return fs.readSync(file, into, offset, Math.min(length, 5000), position);
  }

  fstatSync(file: number): { size: number } {
    return fs.fstatSync(file);
  }

  readdirSync(path: string): string[] {
    return fs.readdirSync(path);
  }

  mkdirSync(path: string, options: { readonly recursive: true }): string | undefined {
    this.#change();
    if (!fs.existsSync(path)) this.#unsyncedNames.push(path);
    return fs.mkdirSync(path, options);
  }

  renameSync(from: string, to: string): void {
    this.#change();
    const replaced = fs.statSync(to, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(to) : undefined;
    fs.renameSync(from, to);
    this.#unsyncedRenames.push({ from, to, replaced });
    const moved = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    this.#unsyncedFiles = this.#unsyncedFiles.map(moved);
    this.#unsyncedNames = this.#unsyncedNames.filter((name) => name !== from).map(moved);
  }

  linkSync(from: string, to: string): void {
    this.#change();
    this.#unsyncedNames.push(to);
    fs.linkSync(from, to);
  }

  rmSync(path: string, options: { readonly recursive: true; readonly force: true }): void {
    // A directory goes file by file.
    for (const file of fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? fs.readdirSync(path)
      : []) {
      this.#change();
      fs.rmSync(`${path}/${file}`, options);
    }
    this.#change();
    fs.rmSync(path, options);
  }

  #change(half?: () => void): void {
    if (this.#changesLeft-- > 0) return;
    half?.();
    if (this.#kind !== 'process') this.#loseUnsynced();
    throw new Crash('the process is gone');
  }

  #loseUnsynced(): void {
    for (const name of this.#unsyncedNames) fs.rmSync(name, { recursive: true, force: true });
    for (const path of this.#unsyncedFiles) {
      const size = fs.statSync(path, { throwIfNoEntry: false })?.size;
      if (size !== undefined) fs.truncateSync(path, size >> 1);
    }
    const lost =
      this.#kind === 'power' ? this.#unsyncedRenames.toReversed() : this.#unsyncedRenames.slice(0, 1);
    for (const { from, to, replaced } of lost) {
      if (!fs.existsSync(to)) continue;
      fs.renameSync(to, from);
      if (replaced) fs.writeFileSync(to, replaced);
    }
    this.#unsyncedFiles = [];
    this.#unsyncedNames = [];
    this.#unsyncedRenames = [];
  }
}

import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf, Failure } from '../cli/failure.ts';

/** Bounds of what one call applies: far above the largest public repositories of manifests. */
const filesMax = 5_000;
const depthMax = 16;

/** A file of manifests. */
export interface ManifestFile {
  /** As it was named, for messages. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the manifests of `-f`: files as they are, of directories all `.yaml`, `.yml` and `.json` below them, in the
 * order of their names; `-` is standard input.
 *
 * @throws Failure when something is not there, or a directory holds no manifest
 */
export async function readManifests(names: readonly string[]): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of names) {
    if (name === '-') files.push({ file: 'stdin', text: await text(process.stdin) });
    else files.push(...pathsOf(name).map((file) => ({ file, text: readFileSync(file, 'utf8') })));
    if (files.length > filesMax) {
      throw new Failure(`more than ${filesMax} files are named`, {
        hint: 'apply the directories one by one',
      });
    }
  }
  return files;
}

function pathsOf(name: string): string[] {
  if (!isDirectory(name)) return [name];
  const found: string[] = [];
  collect(name, 0, found);
  if (found.length === 0) {
    throw new Failure(`the directory ${name} has no manifests`, {
      hint: 'manifests end in .yaml, .yml or .json',
      file: name,
    });
  }
  return found;
}

function isDirectory(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new Failure(`${name} does not exist`, {
      hint: 'check the path after -f',
      file: name,
      cause: error,
    });
  }
}

function collect(directory: string, depth: number, found: string[]): void {
  if (depth > depthMax) {
    throw new Failure(`${directory} is more than ${depthMax} directories deep`, {
      hint: 'name a directory below it',
    });
  }
  for (const name of readdirSync(directory).sort()) {
    if (name.startsWith('.')) continue;
    const path = join(directory, name);
    // Links to directories may lead in circles; links to files are read.
    if (lstatSync(path).isDirectory()) collect(path, depth + 1, found);
    else if (/\.(ya?ml|json)$/.test(name) && statSync(path).isFile()) found.push(path);
    if (found.length > filesMax) return;
  }
}

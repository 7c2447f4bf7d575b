import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readManifest } from './manifest.ts';

/** One npm workspace of the repository. */
export interface Package {
  /** Folder relative to the repository, with `/`: `libs/kube-patch`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Finds the npm workspaces of a repository.
 *
 * @param root the repository's folder
 * @returns the packages, ordered by folder
 * @throws when a manifest cannot be read, or a workspace glob is neither a folder nor `folder/*`
 */
export function findPackages(root: string): Package[] {
  const packages: Package[] = [];
  for (const glob of readManifest(join(root, 'package.json')).workspaces) {
    for (const folder of expand(root, glob)) {
      const path = join(root, folder, 'package.json');
      if (existsSync(path)) packages.push({ folder, manifest: readManifest(path) });
    }
  }
  return packages.sort((left, right) => (left.folder < right.folder ? -1 : 1));
}

/**
 * The package that a file belongs to.
 *
 * @param packages as {@link findPackages} gives them
 * @param path file relative to the repository, with `/`
 * @returns the package, or undefined for a file outside all of them
 */
export function packageOf(packages: readonly Package[], path: string): Package | undefined {
  return packages.find((candidate) => path.startsWith(`${candidate.folder}/`));
}

/**
 * The npm package that a module specifier names.
 *
 * @param specifier as written in an import
 * @returns the package's name, or undefined for relative paths, URLs, `#imports` and `node:` modules
 */
export function packageNameOf(specifier: string): string | undefined {
  if (/^[./#]|^[a-z]+:/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function expand(root: string, glob: string): string[] {
  if (!glob.includes('*')) return [glob];
  const parent = glob.slice(0, -'/*'.length);
  if (!glob.endsWith('/*') || parent.includes('*')) {
    throw new Error(`workspace glob "${glob}": only "folder" and "folder/*" are understood`);
  }
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`);
}

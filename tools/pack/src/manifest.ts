import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '@plinth/repository';
import type { Build } from './build.ts';

/**
 * Compares the dependencies that the package.json of what is packed, the repository's own, lists with those that it
 * must list.
 *
 * @param root the repository
 * @param build result of the build
 * @returns one sentence per difference; empty when they agree
 */
export function dependencyDifferences(root: string, build: Build): string[] {
  const listed = readManifest(join(root, 'package.json')).dependencies;
  const needed = build.closure.external;
  const place = 'package.json';
  const differences: string[] = [];
  for (const name of [...new Set([...Object.keys(listed), ...Object.keys(needed)])].sort()) {
    const [found, expected] = [listed[name], needed[name]];
    if (found === expected) continue;
    if (expected === undefined)
      differences.push(`${place}: lists ${name}, which nothing in the package uses`);
    else if (found === undefined) differences.push(`${place}: lacks ${name} ${expected}`);
    else differences.push(`${place}: lists ${name} ${found}, the packages use ${expected}`);
  }
  return differences;
}

/**
 * Writes the needed dependencies into the repository's package.json; all else in it stays.
 *
 * @param root the repository
 * @param build result of the build
 * @returns whether the file changed
 */
export function syncDependencies(root: string, build: Build): boolean {
  if (dependencyDifferences(root, build).length === 0) return false;
  const path = join(root, 'package.json');
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) throw new Error(`${path}: must be a JSON object`);
  const updated = { ...manifest, dependencies: build.closure.external };
  writeFileSync(path, `${JSON.stringify(updated, null, 2)}\n`);
  return true;
}

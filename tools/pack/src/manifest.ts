import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from './build.ts';

/**
 * Compares the dependencies that the program's package.json lists with those that it must list.
 *
 * @param build result of the build
 * @returns one sentence per difference; empty when they agree
 */
export function dependencyDifferences(build: Build): string[] {
  const listed = build.program.manifest.dependencies;
  const needed = build.closure.external;
  const place = `${build.program.folder}/package.json`;
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
 * Writes the needed dependencies into the program's package.json; all else in it stays.
 *
 * @param root the repository
 * @param build result of the build
 * @returns whether the file changed
 */
export function syncDependencies(root: string, build: Build): boolean {
  if (dependencyDifferences(build).length === 0) return false;
  const path = join(root, build.program.folder, 'package.json');
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) throw new Error(`${path}: must be a JSON object`);
  const updated = { ...manifest, dependencies: build.closure.external };
  writeFileSync(path, `${JSON.stringify(updated, null, 2)}\n`);
  return true;
}

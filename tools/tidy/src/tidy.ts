import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackages, listFiles, packageOf, readManifest } from '@plinth/repository';
import type { Allowance } from './allowlist.ts';
import type { Finding, Repository, Rule } from './rule.ts';
import { parseSource } from './source.ts';

/**
 * Reads and parses the sources of a repository.
 *
 * @param root its folder
 * @returns packages and parsed files
 */
export function readRepository(root: string): Repository {
  const packages = findPackages(root);
  const paths = listFiles(root, '', (path) => /\.[cm]?[jt]sx?$/.test(path));
  const files = paths.map((path) =>
    parseSource(path, readFileSync(join(root, path), 'utf8'), packageOf(packages, path)),
  );
  return {
    packages,
    rootManifest: readManifest(join(root, 'package.json')),
    files,
    fileAt: new Map(files.map((file) => [file.path, file])),
  };
}

/**
 * Holds a repository to the rules.
 *
 * @param repository what to check
 * @param rules what to hold it to
 * @param allowances findings that stand
 * @returns the remaining findings by path and line, and those allowances that match nothing any more
 */
export function tidy(
  repository: Repository,
  rules: readonly Rule[],
  allowances: readonly Allowance[],
): { findings: Finding[]; stale: Allowance[] } {
  const findings: Finding[] = [];
  const used = new Set<Allowance>();
  for (const file of repository.files) {
    for (const rule of rules) {
      rule.check(
        file,
        (offset, message, remedy) => {
          const allowance = allowances.find((entry) => entry.path === file.path && entry.rule === rule.name);
          if (allowance !== undefined) used.add(allowance);
          else
            findings.push({ path: file.path, line: file.lineAt(offset), rule: rule.name, message, remedy });
        },
        repository,
      );
    }
  }
  findings.sort((left, right) =>
    left.path === right.path ? left.line - right.line : left.path < right.path ? -1 : 1,
  );
  return { findings, stale: allowances.filter((entry) => !used.has(entry)) };
}

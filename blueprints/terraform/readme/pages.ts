import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findModules, readModule } from './module-folder.ts';
import { indexReadme, moduleReadme } from './module-readme.ts';

/** A page that is not what the modules say. */
export interface StalePage {
  readonly path: string;
  /** What it should be. */
  readonly text: string;
}

/** The pages that are stale. @param root - the folder of the blueprints. */
export function stalePages(root: string): StalePage[] {
  const modules = findModules(root).map((path) => readModule(root, path));
  const current = (path: string): string => readFileSync(join(root, path), 'utf8');
  const pages = [
    { path: 'README.md', text: indexReadme(current('README.md'), modules) },
    ...modules.map((module) => ({ path: `${module.path}/README.md`, text: moduleReadme(module) })),
  ];
  return pages.filter(({ path, text }) => text !== current(path));
}

/** Writes stale pages. */
export function writePages(root: string, pages: readonly StalePage[]): void {
  for (const { path, text } of pages) writeFileSync(join(root, path), text);
}

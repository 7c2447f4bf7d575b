import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Decides on a file or folder by its path relative to the root, with `/`. */
export type FileFilter = (path: string) => boolean;

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage']);

/**
 * Lists the files under a folder, leaving out `node_modules`, `dist`, `coverage` and hidden folders.
 *
 * @param root folder that paths are relative to
 * @param folder folder to list, relative to the root; `''` for the root itself
 * @param keep which files to return; all when omitted
 * @returns paths relative to the root, with `/`, in order of name; nothing when the folder does not exist
 */
export function listFiles(root: string, folder: string, keep: FileFilter = () => true): string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (!existsSync(join(root, current))) continue;
    for (const entry of readdirSync(join(root, current), { withFileTypes: true })) {
      const path = current === '' ? entry.name : `${current}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith('.')) pending.push(path);
      } else if (entry.isFile() && keep(path)) {
        found.push(path);
      }
    }
  }
  return found.sort();
}

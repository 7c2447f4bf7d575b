import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPackages, listFiles, type Package } from '@plinth/repository';
import { type Closure, closureOf } from './dependencies.ts';
import { stripModule } from './module.ts';

/** Folder of the package that is published. */
const PROGRAM_FOLDER = 'apps/plinth';
/** Folders outside all packages that the program reads at run time. */
const ASSET_FOLDERS: readonly string[] = ['examples'];
/** Folder of the portal: not its sources are published, but what they are built into. */
const PORTAL_FOLDER = 'apps/portal';

/** What a build wrote and found. */
export interface Build {
  /** Files below `dist`, relative to it. */
  readonly files: readonly string[];
  readonly closure: Closure;
  readonly program: Package;
}

/**
 * Writes `apps/plinth/dist`: the program and all workspace packages it uses as JavaScript, in a tree that
 * mirrors the repository, so that paths relative to `import.meta.url` mean the same in both.
 *
 * @param root the repository
 * @returns the files written and the dependencies the package must declare
 * @throws when a module cannot be stripped or dependencies disagree on a version
 */
export function buildProgram(root: string): Build {
  const packages = findPackages(root);
  const program = packages.find((candidate) => candidate.folder === PROGRAM_FOLDER);
  if (program === undefined) throw new Error(`${root}: there is no package ${PROGRAM_FOLDER}`);
  const closure = closureOf(packages, program);
  const included = closure.packages;

  const output = new OutputFolder(join(root, PROGRAM_FOLDER, 'dist'));
  for (const owner of included) {
    for (const path of listFiles(root, owner.folder, (file) => isPublished(owner.folder, file))) {
      if (!/\.m?ts$/.test(path)) {
        output.copy(join(root, path), path);
        continue;
      }
      const module = stripModule(path, readFileSync(join(root, path), 'utf8'), included);
      output.write(path.replace(/\.(m?)ts$/, '.$1js'), module.code);
    }
    const { name, version } = owner.manifest;
    output.write(`${owner.folder}/package.json`, `${JSON.stringify({ name, version, type: 'module' })}\n`);
  }
  for (const folder of ASSET_FOLDERS) {
    for (const path of listFiles(root, folder)) output.copy(join(root, path), path);
  }
  copyPortal(root, output);
  return { files: output.files, closure, program };
}

/** Builds the portal, and puts it where the program looks for it when there are no sources. */
function copyPortal(root: string, output: OutputFolder): void {
  const script = join(root, PORTAL_FOLDER, 'build.ts');
  if (!existsSync(script)) return;
  const built = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim();
  for (const path of listFiles(built, '')) output.copy(join(built, path), `${PORTAL_FOLDER}/dist/${path}`);
}

/** Sources and the static files beside them; neither tests, nor documents, nor what npm packs by itself. */
function isPublished(folder: string, path: string): boolean {
  const inside = path.slice(folder.length + 1);
  if (/(^|\/)(test|bench)\//.test(inside) || /\.test\.ts$|\.d\.ts$|\.md$/.test(inside)) return false;
  return !/^(package\.json|LICENSE|bin\/.*)$/.test(inside);
}

class OutputFolder {
  readonly files: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    rmSync(root, { recursive: true, force: true });
    this.#root = root;
  }

  write(path: string, text: string): void {
    writeFileSync(this.#place(path), text);
  }

  copy(source: string, path: string): void {
    copyFileSync(source, this.#place(path));
  }

  #place(path: string): string {
    const target = join(this.#root, path);
    mkdirSync(dirname(target), { recursive: true });
    this.files.push(path);
    return target;
  }
}

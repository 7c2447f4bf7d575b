import { stripTypeScriptTypes } from 'node:module';
import { dirname, relative } from 'node:path/posix';
import { type Package, packageNameOf } from '@plinth/repository';
import { rewriteSpecifiers } from './specifiers.ts';

/** A module as it is published. */
export interface StrippedModule {
  readonly code: string;
  /** npm packages that the module imports. */
  readonly imports: ReadonlySet<string>;
}

/**
 * Turns a TypeScript module of the repository into JavaScript that runs in the same place of a mirrored tree:
 * types are erased in place (lines and columns stay), `./x.ts` becomes `./x.js`, and `@plinth/name` becomes
 * the relative path of the file that the package exports.
 *
 * @param path file relative to the repository, with `/`
 * @param source its TypeScript
 * @param packages workspace packages that are published along
 * @returns the JavaScript and the npm packages it imports
 * @throws when the source has syntax that cannot be erased, or imports a workspace package or a subpath of one
 *   that is not published along
 */
export function stripModule(path: string, source: string, packages: readonly Package[]): StrippedModule {
  const imports = new Set<string>();
  const code = rewriteSpecifiers(path, stripTypeScriptTypes(source, { mode: 'strip' }), (specifier) => {
    if (/^\.\.?\//.test(specifier)) return toJavaScript(specifier);
    const name = packageNameOf(specifier);
    if (name === undefined) return specifier;
    const owner = packages.find((candidate) => candidate.manifest.name === name);
    if (owner !== undefined) return toJavaScript(relativePath(path, exportedFile(owner, specifier, path)));
    if (name.startsWith('@plinth/')) {
      throw new Error(
        `${path}: imports ${specifier}, which is no dependency of the program or of what it uses`,
      );
    }
    imports.add(name);
    return specifier;
  });
  return { code, imports };
}

function exportedFile(owner: Package, specifier: string, importer: string): string {
  const subpath = `.${specifier.slice(owner.manifest.name.length)}`;
  const file = owner.manifest.exports[subpath];
  if (file === undefined)
    throw new Error(`${importer}: ${owner.folder}/package.json does not export ${subpath}`);
  return `${owner.folder}/${file.replace(/^\.\//, '')}`;
}

function relativePath(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function toJavaScript(path: string): string {
  return path.replace(/\.ts$/, '.js').replace(/\.mts$/, '.mjs');
}

import { builtinModules } from 'node:module';
import { packageNameOf } from '@plinth/repository';
import type { Repository, Rule } from '../rule.ts';
import type { SourceFile } from '../source.ts';
import { moduleReferences } from '../specifiers.ts';

/** Every import is declared in the package.json of the package that imports it; Node's modules say `node:`. */
export const declaredDependencies: Rule = {
  name: 'dependencies',
  check(file, report, repository) {
    const declared = declaredFor(file, repository);
    for (const { specifier, offset } of moduleReferences(file)) {
      const name = packageNameOf(specifier);
      if (name === undefined || name === file.owner?.manifest.name) continue;
      if (builtinModules.includes(specifier)) {
        report(offset, `'${specifier}' is a module of Node without its prefix`, `write 'node:${specifier}'`);
      } else if (!declared.has(name)) {
        const place =
          file.owner === undefined ? 'the root package.json' : `${file.owner.folder}/package.json`;
        report(offset, `${name} is imported but not declared`, `npm install -E ${name} for ${place}`);
      }
    }
  },
};

function declaredFor(file: SourceFile, { rootManifest, packages }: Repository): Set<string> {
  const names = new Set<string>();
  const own = file.owner?.manifest;
  for (const table of [own?.dependencies, own?.optionalDependencies]) {
    for (const name of Object.keys(table ?? {})) names.add(name);
  }
  // What the program uses of the workspace is packed with it, hence no dependency for npm to install.
  const mayUseDevelopment = file.isTest || file.layer === 'app' || file.owner === undefined;
  if (!mayUseDevelopment) return names;
  for (const name of Object.keys(own?.devDependencies ?? {})) {
    const isWorkspace = packages.some((candidate) => candidate.manifest.name === name);
    if (file.isTest || isWorkspace) names.add(name);
  }
  if (file.layer !== 'app' || file.isTest) {
    for (const name of Object.keys(rootManifest.devDependencies)) names.add(name);
  }
  if (file.owner === undefined) for (const { manifest } of packages) names.add(manifest.name);
  return names;
}

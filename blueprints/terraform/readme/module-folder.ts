import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, readDeclarations } from './hcl-declaration.ts';

/** A module as its folder tells of it. */
export interface ModuleFolder {
  /** `azure/network-hub`. */
  readonly path: string;
  readonly version: string;
  readonly readme: string;
  readonly variables: readonly Declaration[];
  readonly outputs: readonly Declaration[];
  /** By name: source and version constraint. */
  readonly providers: readonly { readonly source: string; readonly version: string }[];
  readonly terraform: string;
  readonly example: string;
}

/** The folders below this one that have a VERSION, by path. */
export function findModules(root: string, path = ''): string[] {
  const folder = join(root, path);
  if (path !== '' && existsSync(join(folder, 'VERSION'))) return [path, ...below(root, path)];
  return below(root, path);
}

function below(root: string, path: string): string[] {
  const skipped = new Set(['node_modules', 'providers', 'readme', 'test', 'tests', 'examples']);
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith('.'))
    .flatMap((entry) => findModules(root, path === '' ? entry.name : `${path}/${entry.name}`))
    .sort();
}

/**
 * Reads a module.
 * @throws Error when something is missing that every module has: a description, a type, the version at the top of the changelog.
 */
export function readModule(root: string, path: string): ModuleFolder {
  const text = (name: string): string => readFileSync(join(root, path, name), 'utf8');
  const version = text('VERSION').trim();
  const [, newest] = /^## (\S+)/m.exec(text('CHANGELOG.md')) ?? [];
  if (!/^\d+\.\d+\.\d+$/.test(version) || newest !== version) {
    throw new Error(
      `${path}/VERSION: it is ${version}, and the newest entry of CHANGELOG.md ${newest ?? 'is missing'}`,
    );
  }
  const variables = readDeclarations(text('variables.tf'), 'variable', `${path}/variables.tf`);
  const outputs = readDeclarations(text('outputs.tf'), 'output', `${path}/outputs.tf`);
  for (const { name, arguments: given } of variables)
    demand(given, ['description', 'type'], `${path}: variable ${name}`);
  for (const { name, arguments: given } of outputs)
    demand(given, ['description', 'value'], `${path}: output ${name}`);
  const versions = text('versions.tf');
  const providers = [...versions.matchAll(/source\s+= "([^"]+)"\n\s+version = "([^"]+)"/g)];
  const [, terraform = ''] = /required_version = "([^"]+)"/.exec(versions) ?? [];
  return {
    path,
    version,
    readme: text('README.md'),
    variables,
    outputs,
    providers: providers.map(([, source = '', constraint = '']) => ({ source, version: constraint })),
    terraform,
    example: text('examples/basic/main.tf'),
  };
}

function demand(given: ReadonlyMap<string, string>, names: readonly string[], place: string): void {
  const missing = names.find((name) => !given.has(name));
  if (missing !== undefined) throw new Error(`${place} has no ${missing}`);
}

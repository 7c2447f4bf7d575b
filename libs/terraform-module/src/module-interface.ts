import {
  blocksOf,
  type HclBlock,
  type HclBody,
  HclError,
  isRecord,
  literalText,
  parseHcl,
  valueText,
} from '@plinth/hcl';
import type { ModuleFiles } from './archive.ts';
import { diffInterfaces } from './interface-difference.ts';
import { membersMax, sourceBytesMax, textMax } from './limits.ts';
import { ModuleError } from './module-error.ts';
import { moduleTypeText, parseModuleType } from './module-type.ts';

/** A variable of a module. */
export interface ModuleVariable {
  readonly name: string;
  /** In one line; `any` where none is said. */
  readonly type: string;
  readonly description?: string;
  /** As it is written; absent where whoever calls the module has to give a value. */
  readonly default?: string;
  readonly sensitive?: boolean;
  /** Whether it takes null, which it does unless told. */
  readonly nullable?: boolean;
}

/** An output of a module. */
export interface ModuleOutput {
  readonly name: string;
  readonly description?: string;
  readonly sensitive?: boolean;
}

/** A provider that a module needs. */
export interface ModuleProvider {
  /** As the module calls it. */
  readonly name: string;
  /** Such as `hashicorp/azurerm`; absent where the module leaves it to the default. */
  readonly source?: string;
  /** Constraint, such as `~> 4.0`. */
  readonly version?: string;
}

/** A module that a module calls. */
export interface ModuleCall {
  readonly name: string;
  readonly source: string;
  readonly version?: string;
}

/** What a module asks for and gives. */
export interface ModuleInterface {
  readonly variables: readonly ModuleVariable[];
  readonly outputs: readonly ModuleOutput[];
  readonly providers: readonly ModuleProvider[];
  /** Addresses, data sources with `data.` before them. */
  readonly resources: readonly string[];
  readonly modules: readonly ModuleCall[];
  /** Constraint of the version of Terraform. */
  readonly requiredVersion?: string;
}

/**
 * Reads what the module at the root of an archive asks for and gives, and checks that no module in it is called from without.
 * Terraform reads `*.tf`; OpenTofu `*.tofu` besides, and none of a file `x.tf` beside `x.tofu`. Both have to see the same.
 * @throws ModuleError naming the file, and line and column where it is no HCL
 */
export async function readInterface(files: ModuleFiles): Promise<ModuleInterface> {
  refuseUnread(files);
  const all = await readFiles(files);
  for (const one of all) requireCallsWithin(one, files);
  const root = all.filter(({ path }) => !path.includes('/'));
  const byTerraform = root.filter(({ path }) => path.endsWith('.tf'));
  const isShadowed = (path: string): boolean =>
    root.some((one) => one.path === path.replace(/\.tf$/, '.tofu') && one.path !== path);
  const byTofu = root.filter(({ path }) => !isShadowed(path));
  if (byTofu.length === 0) {
    throw new ModuleError(
      'there is no file with the name *.tf or *.tofu at the root of the archive; pack what is in the directory of the module, ' +
        'with tar -C DIRECTORY -czf module.tar.gz .',
    );
  }
  if (byTofu.length === byTerraform.length && byTofu.every((one) => byTerraform.includes(one)))
    return await interfaceOf(byTerraform);
  const tofu = await interfaceOf(byTofu);
  if (byTerraform.length === 0) return tofu;
  const terraform = await interfaceOf(byTerraform);
  const [first] = await diffInterfaces(seenByCallers(terraform), seenByCallers(tofu));
  if (!first) return terraform;
  throw new ModuleError(
    `OpenTofu, which reads *.tofu, sees another module than Terraform: ${first.what}; give both the same variables and outputs, ` +
      'or publish two modules',
  );
}

/** Versions that each of the programs asks for are its own. */
function seenByCallers({ variables, outputs }: ModuleInterface): ModuleInterface {
  return { variables, outputs, providers: [], resources: [], modules: [] };
}

async function interfaceOf(root: readonly ReadFile[]): Promise<ModuleInterface> {
  const of = (type: string): Found[] => {
    const found = root.flatMap(({ path, body }) =>
      blocksOf(body, type).map((block) => ({ path, type, ...block })),
    );
    if (found.length <= membersMax) return found;
    throw new ModuleError(`there are more than ${membersMax} blocks of the type ${type}`);
  };
  const terraform = of('terraform');
  const requiredVersion = terraform
    .map(({ content }) => literalText(content['required_version']))
    .find(isThere);
  const variables: ModuleVariable[] = [];
  for (const one of of('variable')) variables.push(await variableOf(one));
  return {
    variables: unique(variables, 'variable'),
    outputs: unique(of('output').map(outputOf), 'output'),
    providers: unique(terraform.flatMap(providersOf), 'required provider'),
    resources: [...of('resource'), ...of('data')]
      .map(({ type, labels }) => [...(type === 'data' ? ['data'] : []), ...labels].join('.'))
      .sort(),
    modules: unique(of('module').map(callOf), 'module'),
    ...(requiredVersion === undefined ? {} : { requiredVersion }),
  };
}

interface Found extends HclBlock {
  readonly path: string;
  readonly type: string;
}

interface ReadFile {
  readonly path: string;
  readonly body: HclBody;
}

const isSource = (path: string): boolean => /\.(tf|tofu)$/.test(path);

async function readFiles(files: ModuleFiles): Promise<ReadFile[]> {
  const sources = [...files].filter(([path]) => isSource(path));
  const bytes = sources.reduce((sum, [, { content }]) => sum + content.length, 0);
  if (bytes > sourceBytesMax) {
    throw new ModuleError(`the files *.tf have ${bytes} bytes together, more than ${sourceBytesMax}`);
  }
  const read: ReadFile[] = [];
  for (const [path, { content }] of sources) {
    try {
      read.push({ path, body: await parseHcl(path, Buffer.from(content).toString()) });
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      throw new ModuleError(error.message, { cause: error });
    }
  }
  return read;
}

/** What the programs would read and this does not. */
function refuseUnread(files: ModuleFiles): void {
  const unread = [...files.keys()].find(
    (path) => !path.includes('/') && /(\.(tf|tofu)\.json|^(.*_)?override\.(tf|tofu))$/.test(path),
  );
  if (unread === undefined) return;
  throw new ModuleError(
    `${unread} is not read: of the module itself only files of the native syntax are, and none that override others; write it as *.tf`,
  );
}

/** A module that is called by its place has to be in the archive. */
function requireCallsWithin({ path, body }: ReadFile, files: ModuleFiles): void {
  for (const { labels, content } of blocksOf(body, 'module')) {
    const where = `${path}: module.${labels.join('.')}`;
    const source = literalText(content['source']);
    if (source === undefined) throw new ModuleError(`${where}: source: expected a text that stands there`);
    if (!/^(\.{1,2}(\/|$)|\/|[A-Za-z]:|file:)/.test(source)) continue;
    const target = source.startsWith('.') ? placeOf(path, source) : undefined;
    const isThere =
      target !== undefined &&
      [...files.keys()].some((one) => isSource(one) && (target === '' || one.startsWith(`${target}/`)));
    if (isThere) continue;
    throw new ModuleError(
      `${where}: source ${JSON.stringify(source)} leads to no module of the archive; pack that module as well, or name one of a registry`,
    );
  }
}

/** Where a relative source leads; undefined when that is out of the archive. */
function placeOf(path: string, source: string): string | undefined {
  const parts = path.split('/').slice(0, -1);
  for (const part of source.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

async function variableOf(found: Found): Promise<ModuleVariable> {
  const { content } = found;
  const name = labelOf(found);
  const description = literalText(content['description']);
  return {
    name,
    type: content['type'] === undefined ? 'any' : await typeText(found, name),
    ...(description === undefined ? {} : { description: short(description) }),
    ...(Object.hasOwn(content, 'default') ? { default: short(valueText(content['default'])) } : {}),
    ...(content['sensitive'] === true ? { sensitive: true } : {}),
    ...(content['nullable'] === false ? { nullable: false } : {}),
  };
}

async function typeText({ path, content: { type: written } }: Found, name: string): Promise<string> {
  const where = `${path}: variable.${name}: type`;
  // A type stands there as an expression; in the form of Terraform 0.11, as a text.
  const source = String(written).replace(/^\$\{([\s\S]*)\}$/, '$1');
  const type = await parseModuleType(source === written ? JSON.stringify(source) : source);
  if (!type) throw new ModuleError(`${where}: expected a type, found ${short(valueText(written), 80)}`);
  const text = moduleTypeText(type);
  if (text.length <= textMax) return text;
  throw new ModuleError(`${where}: expected at most ${textMax} characters`);
}

function outputOf(found: Found): ModuleOutput {
  const description = literalText(found.content['description']);
  return {
    name: labelOf(found),
    ...(description === undefined ? {} : { description: short(description) }),
    ...(found.content['sensitive'] === true ? { sensitive: true } : {}),
  };
}

function providersOf({ content }: HclBlock): ModuleProvider[] {
  return blocksOf(content, 'required_providers')
    .flatMap((block) => Object.entries(block.content))
    .map(([name, written]) => {
      const members = isRecord(written) ? written : {};
      const source = literalText(members['source']);
      // The form of Terraform 0.12: a constraint alone.
      const version = literalText(members['version'] ?? written);
      return {
        name,
        ...(source === undefined ? {} : { source }),
        ...(version === undefined ? {} : { version }),
      };
    });
}

function callOf(found: Found): ModuleCall {
  const version = literalText(found.content['version']);
  return {
    name: labelOf(found),
    source: literalText(found.content['source']) ?? '',
    ...(version === undefined ? {} : { version }),
  };
}

function labelOf({ path, type, labels }: Found): string {
  const [name] = labels;
  if (labels.length === 1 && name !== undefined && name !== '') return name;
  throw new ModuleError(`${path}: ${[type, ...labels].join('.')}: expected one label, its name`);
}

function short(text: string, charactersMax: number = textMax): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}

function isThere(value: string | undefined): value is string {
  return value !== undefined;
}

/** In the order of their names. @throws ModuleError when one is there twice */
function unique<Member extends { readonly name: string }>(
  members: readonly Member[],
  what: string,
): Member[] {
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const twice = sorted.find(({ name }, i) => sorted[i - 1]?.name === name);
  if (twice) throw new ModuleError(`the ${what} ${twice.name} is there twice`);
  return sorted;
}

import {
  type Attribute,
  type Block,
  type Body,
  HclError,
  literalOf,
  parseBody,
  staticMapOf,
  textOf,
} from '@plinth/hcl-syntax';
import type { ModuleFiles } from './archive.ts';
import { membersMax, textMax } from './limits.ts';
import { ModuleError } from './module-error.ts';
import { moduleTypeOf, moduleTypeText } from './module-type.ts';

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
 * @throws ModuleError naming the file and the line
 */
export function readInterface(files: ModuleFiles): ModuleInterface {
  const bodies = [...files.keys()].filter((path) => path.endsWith('.tf')).map((path) => bodyOf(files, path));
  for (const one of bodies) requireCallsWithin(one, files);
  refuseUnread(files);
  const root = bodies.filter(({ path }) => !path.includes('/'));
  if (root.length === 0) {
    throw new ModuleError(
      'there is no file with the name *.tf at the root of the archive; pack what is in the directory of the module, ' +
        'with tar -C DIRECTORY -czf module.tar.gz .',
    );
  }
  const blocks = root.flatMap(({ path, body }) => body.blocks.map((block) => ({ path, block })));
  const of = (type: string): Found[] => {
    const found = blocks.filter(({ block }) => block.type === type);
    if (found.length <= membersMax) return found;
    throw new ModuleError(`there are more than ${membersMax} blocks of the type ${type}`);
  };
  const terraform = of('terraform').map(({ block }) => block);
  const requiredVersion = terraform.map(({ body }) => textAt(body, 'required_version')).find(isThere);
  return {
    variables: unique(of('variable').map(variableOf), 'variable'),
    outputs: unique(of('output').map(outputOf), 'output'),
    providers: unique(terraform.flatMap(providersOf), 'required provider'),
    resources: [...of('resource'), ...of('data')]
      .map(({ block }) => [...(block.type === 'data' ? ['data'] : []), ...block.labels].join('.'))
      .sort(),
    modules: unique(of('module').map(callOf), 'module'),
    ...(requiredVersion === undefined ? {} : { requiredVersion }),
  };
}

interface Found {
  readonly path: string;
  readonly block: Block;
}

interface ReadFile {
  readonly path: string;
  readonly body: Body;
}

function bodyOf(files: ModuleFiles, path: string): ReadFile {
  const text = Buffer.from(files.get(path)?.content ?? []).toString();
  try {
    return { path, body: parseBody(text) };
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    throw new ModuleError(`${path}: ${error.message}`, { cause: error });
  }
}

/** What Terraform would read and this does not. */
function refuseUnread(files: ModuleFiles): void {
  const unread = [...files.keys()].find(
    (path) => !path.includes('/') && (path.endsWith('.tf.json') || /^(.*_)?override\.tf$/.test(path)),
  );
  if (unread === undefined) return;
  throw new ModuleError(
    `${unread} is not read: of the module itself only files of the native syntax are, and none that override others; write it as *.tf`,
  );
}

/** A module that is called by its place has to be in the archive. */
function requireCallsWithin({ path, body }: ReadFile, files: ModuleFiles): void {
  for (const block of body.blocks.filter(({ type }) => type === 'module')) {
    const where = `${path}:${block.line}: module.${block.labels[0] ?? ''}`;
    const source = textAt(block.body, 'source');
    if (source === undefined) throw new ModuleError(`${where}: source: expected a text that stands there`);
    if (!/^(\.{1,2}(\/|$)|\/|[A-Za-z]:|file:)/.test(source)) continue;
    const target = source.startsWith('.') ? placeOf(path, source) : undefined;
    const isThere =
      target !== undefined &&
      [...files.keys()].some((one) => one.endsWith('.tf') && (target === '' || one.startsWith(`${target}/`)));
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

function variableOf({ path, block }: Found): ModuleVariable {
  const { attributes } = block.body;
  const type = attributes.get('type');
  const otherwise = attributes.get('default');
  const description = textAt(block.body, 'description');
  return {
    name: labelOf(path, block),
    type: type ? typeText(path, type) : 'any',
    ...(description === undefined ? {} : { description: short(description) }),
    ...(otherwise ? { default: short(textOf(otherwise.expression)) } : {}),
    ...(flagAt(block.body, 'sensitive') === true ? { sensitive: true } : {}),
    ...(flagAt(block.body, 'nullable') === false ? { nullable: false } : {}),
  };
}

function typeText(path: string, { expression, line }: Attribute): string {
  const type = moduleTypeOf(expression);
  const text = type && moduleTypeText(type);
  if (text === undefined) {
    throw new ModuleError(`${path}:${line}: type: expected a type, found ${short(textOf(expression), 80)}`);
  }
  if (text.length <= textMax) return text;
  throw new ModuleError(`${path}:${line}: type: expected at most ${textMax} characters`);
}

function outputOf({ path, block }: Found): ModuleOutput {
  const description = textAt(block.body, 'description');
  return {
    name: labelOf(path, block),
    ...(description === undefined ? {} : { description: short(description) }),
    ...(flagAt(block.body, 'sensitive') === true ? { sensitive: true } : {}),
  };
}

function providersOf({ body }: Block): ModuleProvider[] {
  return body.blocks
    .filter(({ type }) => type === 'required_providers')
    .flatMap((block) => [...block.body.attributes.values()])
    .map(({ name, expression }) => {
      const members = staticMapOf(expression);
      const textIn = (member: string): string | undefined => {
        const found = members?.get(member);
        return found && literalText(found);
      };
      const source = textIn('source');
      // The form of Terraform 0.12: a constraint alone.
      const version = textIn('version') ?? literalText(expression);
      return {
        name,
        ...(source === undefined ? {} : { source }),
        ...(version === undefined ? {} : { version }),
      };
    });
}

function literalText(expression: Attribute['expression']): string | undefined {
  const value = literalOf(expression)?.value;
  return typeof value === 'string' ? value : undefined;
}

function callOf({ path, block }: Found): ModuleCall {
  const version = textAt(block.body, 'version');
  return {
    name: labelOf(path, block),
    source: textAt(block.body, 'source') ?? '',
    ...(version === undefined ? {} : { version }),
  };
}

function labelOf(path: string, { type, labels, line }: Block): string {
  const [name] = labels;
  if (labels.length === 1 && name !== undefined && name !== '') return name;
  throw new ModuleError(`${path}:${line}: ${type}: expected one label, its name`);
}

function textAt({ attributes }: Body, name: string): string | undefined {
  const attribute = attributes.get(name);
  return attribute && literalText(attribute.expression);
}

function flagAt({ attributes }: Body, name: string): boolean | undefined {
  const attribute = attributes.get(name);
  const value = attribute && literalOf(attribute.expression)?.value;
  return typeof value === 'boolean' ? value : undefined;
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

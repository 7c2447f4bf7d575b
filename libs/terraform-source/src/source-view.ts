import { UnknownValue } from '@plinth/cel-kubernetes';
import { blocksOf, type HclBody, HclError, isRecord, parseHcl, referencesIn } from '@plinth/hcl';
import { type JudgedPlan, linked, type References, type UnlinkedChange } from '@plinth/plan-policy';
import { conformBlock, unknownNames } from './conform.ts';
import { type Folded, Folder, isFoldedRecord, untold } from './fold.ts';
import { instancesMax, sourceBytesMax } from './limits.ts';
import { SourceError } from './source-error.ts';

/** A file of a configuration. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Schemas by type of the resource: `resource_schemas` of `terraform providers schema -json`. */
export type ResourceSchemas = Readonly<Record<string, unknown>>;

/** One block of the configuration. */
interface Written {
  readonly type: string;
  readonly name: string;
  readonly content: HclBody;
}

/**
 * What checks see of the files of one module, as if it were planned for the first time: literals, locals and defaults of variables are
 * worked out, everything else is unknown. Calls of modules are not followed.
 * @throws SourceError for a text that is no HCL, and for names that the schema does not have
 */
export async function sourceView(
  files: readonly SourceFile[],
  schemas: ResourceSchemas,
): Promise<JudgedPlan> {
  const roots = await parsed(files);
  const folder = new Folder({ locals: localsOf(roots), defaults: defaultsOf(roots) });
  const changes: UnlinkedChange[] = [];
  const uncertain = new Set<string>();
  for (const written of resourcesOf(roots)) {
    const references = await referencesOf(written.content);
    const instances = await instancesOf(written.content, folder);
    const after = await afterOf(written, schemas, folder);
    for (const index of instances ?? [null]) changes.push(changeOf(written, index, after, references));
    if (!instances) uncertain.add(`${written.type}.${written.name}`);
  }
  for (const [name, content] of namedBlocks(roots, 'module')) {
    // What is in a module may refer to whatever it is given.
    const call = changeOf({ type: 'module', name, content }, null, {}, await referencesOf(content));
    changes.push(call);
    uncertain.add(call.address);
  }
  const all = linked(changes, uncertain).filter(({ type }) => type !== 'module');
  const view = { changes: all, variables: await variablesOf(roots, folder), terraformVersion: '' };
  const places = all.flatMap(({ address }, place) => (uncertain.has(address) ? [place] : []));
  return { view, shown: () => view, uncertain: new Set(places) };
}

async function parsed(files: readonly SourceFile[]): Promise<HclBody[]> {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes > sourceBytesMax) {
    throw new SourceError(`the files have ${bytes} bytes together, more than ${sourceBytesMax}`);
  }
  const roots: HclBody[] = [];
  try {
    for (const { name, text } of files) roots.push(await parseHcl(name, text));
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    throw new SourceError(error.message, { cause: error });
  }
  return roots;
}

async function afterOf(
  { type, name, content }: Written,
  schemas: ResourceSchemas,
  folder: Folder,
): Promise<unknown> {
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  const block = isRecord(schema) ? schema['block'] : undefined;
  if (!isRecord(block)) return new UnknownValue(['after']);
  const [strange] = unknownNames(content, block);
  if (strange !== undefined)
    throw new SourceError(`${type}.${name}: ${type} has neither an attribute nor a block ${strange}`);
  return await conformBlock(content, block, folder);
}

/** Keys of count or for_each; `[null]` when there is neither, and undefined when nobody can tell before the plan. */
async function instancesOf(
  content: HclBody,
  folder: Folder,
): Promise<readonly (string | number | null)[] | undefined> {
  const { count, for_each: each } = content;
  if (count !== undefined) {
    const known = await folder.value(count);
    const size = typeof known === 'number' && Number.isInteger(known) && known >= 0 ? known : Infinity;
    return size <= instancesMax ? Array.from({ length: size }, (_, i) => i) : undefined;
  }
  if (each === undefined) return [null];
  const known: Folded = await folder.value(each);
  const keys = isFoldedRecord(known) ? Object.keys(known) : undefined;
  return keys && keys.length <= instancesMax ? keys : undefined;
}

function changeOf(
  { type, name }: Written,
  index: string | number | null,
  after: unknown,
  references: References,
): UnlinkedChange {
  const resource = `${type}.${name}`;
  return {
    address: index === null ? resource : `${resource}[${JSON.stringify(index)}]`,
    resource,
    module: '',
    mode: 'managed',
    type,
    name,
    index,
    provider: '',
    action: 'create',
    actions: ['create'],
    replaceOrder: '',
    deposed: '',
    isNew: true,
    isDestructive: false,
    isMoved: false,
    isImported: false,
    before: {},
    after,
    references,
  };
}

const resourceForm = /^((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)/;
const noResources = new Set(['each', 'count', 'self', 'path', 'terraform', 'local', 'var', 'module']);

/** What attributes refer to, as in a plan: not through locals. */
async function referencesOf(content: HclBody): Promise<References> {
  const found: [string, string[]][] = [];
  for (const [name, value] of Object.entries(content)) {
    const targets = new Set<string>();
    for (const text of expressionsIn(value)) {
      for (const reference of await referencesIn(text)) {
        const [address] = resourceForm.exec(reference) ?? [];
        if (address !== undefined && !noResources.has(address.split('.')[0] ?? '')) targets.add(address);
      }
    }
    if (targets.size > 0) found.push([name, [...targets]]);
  }
  return Object.fromEntries(found);
}

function expressionsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('${') ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  return isRecord(value) ? [...Object.keys(value), ...Object.values(value)].flatMap(expressionsIn) : [];
}

function resourcesOf(roots: readonly HclBody[]): Written[] {
  return roots
    .flatMap((root) => blocksOf(root, 'resource'))
    .map(({ labels: [type = '', name = ''], content }) => ({ type, name, content }));
}

/** Blocks with one label, by it. */
function namedBlocks(roots: readonly HclBody[], type: string): (readonly [string, HclBody])[] {
  return roots
    .flatMap((root) => blocksOf(root, type))
    .map(({ labels: [name = ''], content }) => [name, content]);
}

function localsOf(roots: readonly HclBody[]): Map<string, unknown> {
  return new Map(
    roots.flatMap((root) => blocksOf(root, 'locals').flatMap(({ content }) => Object.entries(content))),
  );
}

function defaultsOf(roots: readonly HclBody[]): Map<string, unknown> {
  return new Map(
    namedBlocks(roots, 'variable')
      .filter(([, block]) => Object.hasOwn(block, 'default') && block['sensitive'] !== true)
      .map(([name, block]) => [name, block['default']]),
  );
}

async function variablesOf(roots: readonly HclBody[], folder: Folder): Promise<Record<string, unknown>> {
  const values: [string, unknown][] = [];
  for (const [name, block] of namedBlocks(roots, 'variable')) {
    const isTold = Object.hasOwn(block, 'default') && block['sensitive'] !== true;
    const value = isTold ? await folder.value(block['default']) : untold;
    if (value !== null)
      values.push([name, value instanceof UnknownValue ? new UnknownValue([`variables.${name}`]) : value]);
  }
  return Object.fromEntries(values);
}

import { type ExpressionTree, expressionTree, HclError, membersOf, parseHcl, valueText } from '@plinth/hcl';
import { typeDepthMax } from './limits.ts';

/** The type that a variable asks for. Spec: Terraform, Type Constraints. */
export type ModuleType =
  | { readonly kind: 'simple'; readonly name: 'any' | 'bool' | 'number' | 'string' }
  | { readonly kind: 'collection'; readonly name: 'list' | 'map' | 'set'; readonly of: ModuleType }
  | { readonly kind: 'tuple'; readonly of: readonly ModuleType[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, ObjectField> };

/** An attribute of an object type. */
export interface ObjectField {
  readonly type: ModuleType;
  readonly isOptional: boolean;
  /** In one line; undefined where there is none. */
  readonly default?: string;
}

const any: ModuleType = { kind: 'simple', name: 'any' };

/** Reads a type, as `moduleTypeText` writes it or as it stands in a variable; undefined for what is none. */
export async function parseModuleType(text: string): Promise<ModuleType | undefined> {
  try {
    return await typeIn(await expressionTree(text), 0);
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}

/** A type in one line; attributes of objects stand in the order of their names. */
export function moduleTypeText(type: ModuleType): string {
  switch (type.kind) {
    case 'simple':
      return type.name;
    case 'collection':
      return `${type.name}(${moduleTypeText(type.of)})`;
    case 'tuple':
      return `tuple([${type.of.map(moduleTypeText).join(', ')}])`;
    case 'object': {
      const fields = [...type.fields].sort(([a], [b]) => (a < b ? -1 : 1));
      return `object({${fields.map(([name, field]) => ` ${name} = ${fieldText(field)}`).join(',')} })`;
    }
  }
}

function fieldText({ type, isOptional, default: otherwise }: ObjectField): string {
  const text = moduleTypeText(type);
  if (!isOptional) return text;
  return otherwise === undefined ? `optional(${text})` : `optional(${text}, ${otherwise})`;
}

/** How a type takes what another one took: the same, also that, or not all of it. */
export function compareTypes(before: ModuleType, after: ModuleType): 'same' | 'wider' | 'other' {
  if (moduleTypeText(before) === moduleTypeText(after)) return 'same';
  if (after.kind === 'simple' && after.name === 'any') return 'wider';
  if (before.kind === 'collection' && after.kind === 'collection' && before.name === after.name) {
    return compareTypes(before.of, after.of);
  }
  if (before.kind !== 'object' || after.kind !== 'object') return 'other';
  for (const [name, field] of before.fields) {
    const now = after.fields.get(name);
    if (!now || (field.isOptional && !now.isOptional)) return 'other';
    if (compareTypes(field.type, now.type) === 'other') return 'other';
  }
  const isAllOptional = [...after.fields].every(
    ([name, field]) => before.fields.has(name) || field.isOptional,
  );
  return isAllOptional ? 'wider' : 'other';
}

async function typeIn(tree: ExpressionTree, depth: number): Promise<ModuleType | undefined> {
  if (depth > typeDepthMax) return undefined;
  const { type, meta, children } = tree;
  if (type === 'scopeTraversal') return namedType(meta['value']);
  // The form of Terraform 0.11: "string", "list", "map".
  if (type === 'template') return depth === 0 ? quotedType(meta['value']) : undefined;
  const [argument, ...more] = children;
  if (type !== 'function' || !argument || more.length > 0 || meta['expandedFinalArgument'] === true) {
    return undefined;
  }
  switch (meta['name']) {
    case 'list':
    case 'map':
    case 'set': {
      const of = await typeIn(argument, depth + 1);
      return of && { kind: 'collection', name: meta['name'], of };
    }
    case 'tuple':
      return argument.type === 'tuple' ? await tupleOf(argument.children, depth) : undefined;
    case 'object':
      return await objectOf(argument, depth);
    default:
      return undefined;
  }
}

function namedType(name: unknown): ModuleType | undefined {
  switch (name) {
    case 'any':
    case 'bool':
    case 'number':
    case 'string':
      return { kind: 'simple', name };
    // Alone it is a collection of anything.
    case 'list':
    case 'map':
    case 'set':
      return { kind: 'collection', name, of: any };
    default:
      return undefined;
  }
}

function quotedType(written: unknown): ModuleType | undefined {
  const [, name] = /^"(string|list|map)"$/.exec(String(written)) ?? [];
  return namedType(name);
}

async function tupleOf(elements: readonly ExpressionTree[], depth: number): Promise<ModuleType | undefined> {
  const of: ModuleType[] = [];
  for (const element of elements) {
    const type = await typeIn(element, depth + 1);
    if (!type) return undefined;
    of.push(type);
  }
  return { kind: 'tuple', of };
}

async function objectOf(tree: ExpressionTree, depth: number): Promise<ModuleType | undefined> {
  const members = membersOf(tree);
  if (!members) return undefined;
  const fields = new Map<string, ObjectField>();
  for (const [name, text] of members) {
    const field = await fieldOf(await expressionTree(text), depth);
    if (!field) return undefined;
    fields.set(name, field);
  }
  return { kind: 'object', fields };
}

async function fieldOf(tree: ExpressionTree, depth: number): Promise<ObjectField | undefined> {
  if (tree.type !== 'function' || tree.meta['name'] !== 'optional') {
    const type = await typeIn(tree, depth + 1);
    return type && { type, isOptional: false };
  }
  const [argument, otherwise, ...more] = tree.children;
  const type = argument && more.length === 0 ? await typeIn(argument, depth + 1) : undefined;
  if (!type) return undefined;
  if (!otherwise) return { type, isOptional: true };
  const { value } = await parseHcl('default', `value = ${String(otherwise.meta['value'])}\n`);
  return { type, isOptional: true, default: valueText(value) };
}

import { UnknownValue } from '@plinth/cel-kubernetes';
import { type ExpressionTree, expressionTree, isRecord, membersOf, templatePieces } from '@plinth/hcl';
import { foldDepthMax } from './limits.ts';

/** A value of the language, with `UnknownValue` in the place of what the source does not tell. */
export type Folded =
  | string
  | number
  | boolean
  | null
  | UnknownValue
  | readonly Folded[]
  | { readonly [name: string]: Folded };

/** Stands for what the source does not tell. */
export const untold = new UnknownValue();

/** What locals and variables are, as the parser gives them. */
export interface Scope {
  readonly locals: ReadonlyMap<string, unknown>;
  /** Defaults of the variables that have one and are not sensitive. */
  readonly defaults: ReadonlyMap<string, unknown>;
}

/** Works expressions out as far as literals, locals, defaults of variables and `jsonencode` go; everything else is unknown. */
export class Folder {
  readonly #scope: Scope;
  readonly #known = new Map<string, Folded>();
  /** Names that are being worked out. */
  readonly #open = new Set<string>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** @param value what the parser gives for an attribute or a part of one */
  async value(value: unknown, depth = 0): Promise<Folded> {
    if (depth > foldDepthMax) return untold;
    if (typeof value === 'string') return await this.#template(value, depth);
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
    if (Array.isArray(value)) return await this.#list(value, depth);
    return isRecord(value) ? await this.#object(value, depth) : untold;
  }

  async #list(values: readonly unknown[], depth: number): Promise<Folded> {
    const items: Folded[] = [];
    for (const one of values) items.push(await this.value(one, depth + 1));
    return items;
  }

  async #object(record: Readonly<Record<string, unknown>>, depth: number): Promise<Folded> {
    const members: [string, Folded][] = [];
    for (const [name, one] of Object.entries(record)) {
      const key = name.includes('${') ? await this.#template(name, depth + 1) : name;
      // A key that is unknown may be any of the others.
      if (typeof key !== 'string') return untold;
      members.push([key, await this.value(one, depth + 1)]);
    }
    return Object.fromEntries(members);
  }

  async #template(template: string, depth: number): Promise<Folded> {
    if (!template.includes('${') && !template.includes('%{')) return template;
    const pieces = templatePieces(template);
    if (!pieces) return untold;
    const [only, ...more] = pieces;
    if (only && 'expression' in only && more.length === 0)
      return await this.#expression(only.expression, depth);
    let text = '';
    for (const piece of pieces) {
      const part = 'text' in piece ? piece.text : await this.#expression(piece.expression, depth);
      const shown = textOf(part);
      if (shown === undefined) return untold;
      text += shown;
    }
    return text;
  }

  async #expression(text: string, depth: number): Promise<Folded> {
    return await this.#tree(await expressionTree(text), depth + 1);
  }

  async #tree(tree: ExpressionTree, depth: number): Promise<Folded> {
    if (depth > foldDepthMax) return untold;
    const [first, ...more] = tree.children;
    switch (tree.type) {
      case 'literalValue':
        return literal(tree.meta);
      case 'tuple':
        return await Promise.all(tree.children.map((one) => this.#tree(one, depth + 1)));
      case 'object':
        return await this.#objectTree(tree, depth);
      case 'template':
        return await this.#join(tree.children, depth);
      case 'templateWrap':
      case '':
        return first && more.length === 0 ? await this.#tree(first, depth + 1) : untold;
      case 'scopeTraversal':
        return await this.#traversal(tree.meta['traversal'], depth);
      case 'function':
        if (tree.meta['name'] !== 'jsonencode' || !first || more.length > 0) return untold;
        return encoded(await this.#tree(first, depth + 1));
      default:
        return untold;
    }
  }

  async #join(parts: readonly ExpressionTree[], depth: number): Promise<Folded> {
    let text = '';
    for (const part of parts) {
      const shown = textOf(await this.#tree(part, depth + 1));
      if (shown === undefined) return untold;
      text += shown;
    }
    return text;
  }

  async #objectTree(tree: ExpressionTree, depth: number): Promise<Folded> {
    const written = membersOf(tree);
    if (!written) return untold;
    const members: [string, Folded][] = [];
    for (const [name, text] of written) members.push([name, await this.#expression(text, depth + 1)]);
    return Object.fromEntries(members);
  }

  async #traversal(steps: unknown, depth: number): Promise<Folded> {
    const [root, name, ...path] = Array.isArray(steps) ? steps.map(segmentOf) : [];
    if (name === undefined || (root !== 'local' && root !== 'var')) return untold;
    let value = await this.#named(root, name, depth);
    for (const step of path) value = memberOf(value, step);
    return value;
  }

  async #named(root: 'local' | 'var', name: string, depth: number): Promise<Folded> {
    const place = `${root}.${name}`;
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const table = root === 'local' ? this.#scope.locals : this.#scope.defaults;
    if (!table.has(name) || this.#open.has(place)) return untold;
    this.#open.add(place);
    const folded = await this.value(table.get(name), depth + 1);
    this.#open.delete(place);
    this.#known.set(place, folded);
    return folded;
  }
}

function segmentOf(step: unknown): string {
  const segment = isRecord(step) ? step['segment'] : undefined;
  return typeof segment === 'string' ? segment.replace(/^"(.*)"$/, '$1') : '';
}

function memberOf(value: Folded, step: string): Folded {
  if (value instanceof UnknownValue) return untold;
  if (Array.isArray(value)) {
    const items: readonly Folded[] = value;
    return /^\d+$/.test(step) ? (items[Number(step)] ?? untold) : untold;
  }
  return isFoldedRecord(value) && Object.hasOwn(value, step) ? (value[step] ?? untold) : untold;
}

/** Whether a folded value is an object or a map. */
export function isFoldedRecord(value: Folded | undefined): value is { readonly [name: string]: Folded } {
  return isRecord(value) && !(value instanceof UnknownValue);
}

function literal({ type, value }: Readonly<Record<string, unknown>>): Folded {
  if (typeof value !== 'string') return untold;
  if (type === 'string') return value;
  if (type === 'bool') return value === 'true';
  if (type === 'number') return Number(value);
  return value === 'null' ? null : untold;
}

/** How a value is written within a text; undefined when that is not known. */
function textOf(value: Folded): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Spec: Terraform, jsonencode: members in order of their names; `<`, `>` and `&` are escaped. */
function encoded(value: Folded): Folded {
  if (!isWhole(value)) return untold;
  return JSON.stringify(value, (_, one: unknown) =>
    isRecord(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : one,
  ).replaceAll(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isWhole(value: Folded): boolean {
  if (value instanceof UnknownValue) return false;
  if (Array.isArray(value)) return value.every((one: Folded) => isWhole(one));
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return !isFoldedRecord(value) || Object.values(value).every(isWhole);
}

import type { Schema } from '@plinth/tfplugin';
import { readBlock } from './block-notation.ts';
import { type OutlineLine, readOutline } from './outline.ts';

/** What is said of a provider's types: enough for a stub of it. */
export interface NotedSchemas {
  readonly provider: Schema;
  readonly resources: Readonly<Record<string, Schema>>;
  readonly dataSources: Readonly<Record<string, Schema>>;
  /** By resource type. */
  readonly replaceOn: Readonly<Record<string, readonly string[]>>;
  /** Templates of computed values: `azurerm_subnet.id`. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads the schemas of a provider. A text has entries that begin with `provider`, `resource TYPE` or `data TYPE`; below them stand
 * the lines of `block-notation.ts`, and `value ATTRIBUTE = TEMPLATE` for what a computed value looks like (`value-template.ts`).
 * @param texts - by name; the name is for messages.
 * @param types - those that are read; absent: all. Reading is most of what a start takes that is not loading code.
 * @throws Error that says where, when something is not of the notation, or a type is there twice.
 */
export function readSchemas(
  texts: Readonly<Record<string, string>>,
  types?: ReadonlySet<string>,
): NotedSchemas {
  let provider: Schema = {};
  const tables: Record<'resource' | 'data', Record<string, Schema>> = { resource: {}, data: {} };
  const replaceOn: Record<string, readonly string[]> = {};
  const values = new Map<string, string>();
  for (const line of Object.entries(texts).flatMap(([source, text]) => readOutline(text, source))) {
    const [, kind, type] = /^(provider|resource|data)(?: ([a-z0-9_]+))?$/.exec(line.text) ?? [];
    if (kind === undefined || (kind === 'provider') !== (type === undefined)) {
      throw new Error(`${line.place}: "${line.text}" is none of "provider", "resource TYPE" and "data TYPE"`);
    }
    if (type !== undefined && types?.has(type) === false) continue;
    const noted = readBlock(line.children.filter((child) => templateOf(child) === undefined));
    const schema: Schema = { version: 0, block: noted.block };
    if (type === undefined) {
      provider = schema;
      continue;
    }
    const table = tables[kind === 'data' ? 'data' : 'resource'];
    if (Object.hasOwn(table, type)) throw new Error(`${line.place}: ${line.text} is there already`);
    table[type] = schema;
    if (kind === 'resource') replaceOn[type] = noted.replaceOn;
    for (const { name, template } of line.children.flatMap((child) => templateOf(child) ?? [])) {
      values.set(`${kind === 'data' ? 'data.' : ''}${type}.${name}`, template);
    }
  }
  return { provider, resources: tables.resource, dataSources: tables.data, replaceOn, values };
}

function templateOf({ text }: OutlineLine): { name: string; template: string } | undefined {
  const [, name, template] = /^value (\S+) = (.+)$/.exec(text) ?? [];
  return name === undefined || template === undefined ? undefined : { name, template };
}

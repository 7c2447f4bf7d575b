import { type Attribute, type Block, type BlockType, type CtyType, parseCtyType } from '@plinth/tfplugin';
import type { OutlineLine } from './outline.ts';

// How a schema is written down: one line for all attributes of one type and use, in the words of the documentation of providers.
//
//   required string: name^ location^          ^: its change takes a new resource
//   optional computed list(string): dns_servers
//   computed sensitive string: primary_key
//   optional computed set(object): subnet     a block that is an attribute; its members follow, indented, as `string: name id`
//   optional nested single: settings          an attribute with attributes of its own, whose lines follow
//   optional block: encryption                at most one; `required block` is exactly one
//   optional blocks: ip_configuration         any number, in order; `required blocks` is at least one
//   optional block-set: enabled_log           any number, in no order
//   required block-set-one: action            a set with at most one block
//   optional block-single: settings           as providers of protocol 6 have it
//   timeouts: create read update delete

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A block, and which of its attributes take a new resource when they change, as `name` or `rule.port`. */
export interface NotedBlock {
  readonly block: Block;
  readonly replaceOn: readonly string[];
}

interface Statement {
  readonly words: ReadonlySet<string>;
  /** The last word before the colon. */
  readonly kind: string;
  readonly names: readonly string[];
  readonly line: OutlineLine;
}

const usage: ReadonlySet<string> = new Set([
  'required',
  'optional',
  'computed',
  'sensitive',
  'write-only',
  'deprecated',
]);

/** Reads the lines of a block. @throws Error that says where, when a line is none of the notation. */
export function readBlock(lines: readonly OutlineLine[], path: readonly string[] = []): NotedBlock {
  const attributes: Record<string, Attribute> = {};
  const blockTypes: Record<string, BlockType> = {};
  const replaceOn: string[] = [];
  for (const line of lines) {
    const statement = readStatement(line);
    for (const marked of statement.names) {
      const name = marked.replace(/\^$/, '');
      if (name !== marked) replaceOn.push([...path, name].join('.'));
      if (Object.hasOwn(attributes, name) || Object.hasOwn(blockTypes, name)) {
        throw new Error(`${line.place}: ${name} is there already; write it once`);
      }
      if (statement.kind.startsWith('block')) {
        const inner = readBlock(line.children, [...path, name]);
        replaceOn.push(...inner.replaceOn);
        blockTypes[name] = { ...nestingOf(statement), block: inner.block };
      } else if (statement.kind !== 'timeouts') {
        attributes[name] = readAttribute(statement);
        // An attribute of an attribute has no place of its own in a plan: all of it is replaced.
        if (statement.words.has('nested') && readBlock(line.children).replaceOn.length > 0) {
          replaceOn.push([...path, name].join('.'));
        }
      }
    }
    if (statement.kind === 'timeouts') blockTypes['timeouts'] = timeouts(statement.names);
  }
  return { block: { attributes, block_types: blockTypes }, replaceOn };
}

function readStatement(line: OutlineLine): Statement {
  const [head = '', names, ...rest] = line.text.split(/:\s+/);
  const words = head.split(' ');
  const kind = words.pop() ?? '';
  const before = words.at(-1) === 'nested' ? words.slice(0, -1) : words;
  const stranger = before.find((word) => !usage.has(word));
  if (names === undefined || rest.length > 0 || stranger !== undefined) {
    throw new Error(`${line.place}: "${line.text}" is not of the form "required string: name location"`);
  }
  return { words: new Set(words), kind, names: names.split(/\s+/), line };
}

function readAttribute({ words, kind, line }: Statement): Attribute {
  const attribute: Writable<Attribute> = {};
  for (const use of ['required', 'optional', 'computed', 'sensitive', 'deprecated'] as const) {
    if (words.has(use)) attribute[use] = true;
  }
  if (words.has('write-only')) attribute.write_only = true;
  if (words.has('nested')) {
    const nesting = nestingModes.find((mode) => mode === kind);
    if (nesting === undefined)
      throw new Error(`${line.place}: nested is single, list, set or map, found ${kind}`);
    const { attributes = {} } = readBlock(line.children).block;
    return { ...attribute, nested_type: { attributes, nesting_mode: nesting } };
  }
  return { ...attribute, type: readType(kind, line) };
}

const nestingModes = ['single', 'list', 'set', 'map'] as const;

/** `string`, `map(list(string))`; `object` stands for the members that follow. */
function readType(text: string, line: OutlineLine): CtyType {
  const [, kind, inner] = /^(list|set|map)\((.+)\)$/.exec(text) ?? [];
  if (inner !== undefined) return parseCtyType([kind, readType(inner, line)]);
  if (text !== 'object') {
    if (text === 'string' || text === 'number' || text === 'bool' || text === 'dynamic') return text;
    throw new Error(
      `${line.place}: there is no type ${text}; write string, number, bool, dynamic, object or list(...)`,
    );
  }
  const members = line.children.flatMap((child) => {
    const { kind: type, names } = readStatement(child);
    return names.map((name) => [name, readType(type, child)] as const);
  });
  return ['object', Object.fromEntries(members)];
}

function nestingOf({ words, kind, line }: Statement): Omit<BlockType, 'block'> {
  const isRequired = words.has('required');
  const least = isRequired ? { min_items: 1 } : {};
  switch (kind) {
    case 'block':
      return { nesting_mode: 'list', max_items: 1, ...least };
    case 'blocks':
      return { nesting_mode: 'list', ...least };
    case 'block-set':
      return { nesting_mode: 'set', ...least };
    case 'block-set-one':
      return { nesting_mode: 'set', max_items: 1, ...least };
    case 'block-single':
      return { nesting_mode: 'single' };
    default:
      throw new Error(
        `${line.place}: ${kind} is no kind of block; write block, blocks, block-set, block-set-one or block-single`,
      );
  }
}

function timeouts(names: readonly string[]): BlockType {
  const attributes = Object.fromEntries(
    names.map((name) => [name, { type: 'string', optional: true } satisfies Attribute]),
  );
  return { nesting_mode: 'single', block: { attributes } };
}

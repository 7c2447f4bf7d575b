import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { MAX_ALIASED_VALUES, MAX_DEPTH } from './limits.ts';
import { yaml } from './yaml.ts';

/** A fault at an offset of the text. */
export type Fault = { readonly offset: number; readonly message: string; readonly hint: string };

/** A key that a mapping has twice. */
export type Duplicate = {
  /** The names on the way to it, e.g. `spec.x` or `items[0].x`. */
  readonly path: string;
  readonly key: string;
  readonly firstOffset: number;
  readonly offset: number;
};

/** The plain data of a document, and what is wrong with it. */
export type Conversion = {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  readonly duplicates: readonly Duplicate[];
  /** The node that each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
};

type Anchored = { readonly node: Node; value: unknown; size: number; done: boolean };

/**
 * Turns a document's nodes into plain data as kubectl sees it: keys become strings, merge keys (`<<`) are
 * resolved, the last of equal keys counts, aliases become copies.
 * @param root the document's content
 * @param maxAliases most aliases in the document
 * @returns the data with all faults; the data is meaningless where there are faults
 */
export function convert(root: Node, maxAliases: number): Conversion {
  const converter = new Converter(maxAliases);
  const value = converter.node(root, '', 0);
  const { faults, duplicates, targets } = converter;
  return { value, faults, duplicates, targets };
}

class Converter {
  readonly faults: Fault[] = [];
  readonly duplicates: Duplicate[] = [];
  readonly targets = new Map<Node, Node>();
  readonly #anchors = new Map<string, Anchored>();
  readonly #maxAliases: number;
  #aliases = 0;
  #aliasedValues = 0;
  #exploded = false;
  /** Values made so far; the difference before and after a node is the node's size. */
  #values = 0;

  constructor(maxAliases: number) {
    this.#maxAliases = maxAliases;
  }

  #fault(node: unknown, message: string, hint: string): undefined {
    this.faults.push({ offset: offsetOf(node), message, hint });
    return undefined;
  }

  node(node: unknown, path: string, depth: number): unknown {
    this.#values += 1;
    if (yaml().isAlias(node)) return this.#alias(node, node.source, depth);
    const anchor =
      yaml().isMap(node) || yaml().isSeq(node) || yaml().isScalar(node) ? node.anchor : undefined;
    if (anchor === undefined || !(yaml().isMap(node) || yaml().isSeq(node) || yaml().isScalar(node)))
      return this.#plain(node, path, depth);
    const entry: Anchored = { node, value: undefined, size: 0, done: false };
    this.#anchors.set(anchor, entry);
    const before = this.#values;
    entry.value = this.#plain(node, path, depth);
    entry.size = this.#values - before + 1;
    entry.done = true;
    return entry.value;
  }

  #plain(node: unknown, path: string, depth: number): unknown {
    if (depth > MAX_DEPTH) return this.#tooDeep(node);
    if (yaml().isMap(node)) return this.#map(node, path, depth);
    if (yaml().isSeq(node))
      return node.items.map((item, index) => this.node(item, `${path}[${index}]`, depth + 1));
    return yaml().isScalar(node) ? this.#scalar(node) : null;
  }

  #tooDeep(node: unknown): undefined {
    return this.#fault(node, `nested more than ${MAX_DEPTH} levels deep`, 'flatten the document');
  }

  #alias(alias: Node, name: string, depth: number): unknown {
    this.#aliases += 1;
    if (this.#aliases > this.#maxAliases) {
      if (this.#aliases > this.#maxAliases + 1) return undefined;
      return this.#fault(
        alias,
        `more than ${this.#maxAliases} aliases in one document`,
        'write the values out',
      );
    }
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) {
      return this.#fault(
        alias,
        `alias *${name} has no anchor &${name} before it`,
        `define &${name} before its use`,
      );
    }
    if (!anchored.done) {
      return this.#fault(
        alias,
        `alias *${name} stands inside its own anchor`,
        'a value cannot contain itself',
      );
    }
    this.targets.set(alias, anchored.node);
    this.#aliasedValues += anchored.size;
    this.#values += anchored.size;
    if (this.#aliasedValues > MAX_ALIASED_VALUES) {
      if (this.#exploded) return undefined;
      this.#exploded = true;
      const message = `the aliases of this document expand to more than ${MAX_ALIASED_VALUES} values`;
      return this.#fault(alias, message, 'remove the nested aliases: this looks like an expansion bomb');
    }
    return this.#copy(anchored.value, alias, depth);
  }

  /** Copies, so that a change of one place does not show in the other. */
  #copy(value: unknown, alias: Node, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return this.#tooDeep(alias);
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, alias, depth + 1));
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) put(copy, key, this.#copy(item, alias, depth + 1));
    return copy;
  }

  #map(map: YAMLMap, path: string, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    const merges: Pair[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        merges.push(pair);
        continue;
      }
      const key = this.#key(pair.key);
      if (key === undefined) continue;
      const offset = offsetOf(pair.key);
      const keyPath = path === '' ? key : `${path}.${key}`;
      const firstOffset = seen.get(key);
      if (firstOffset === undefined) seen.set(key, offset);
      else this.duplicates.push({ path: keyPath, key, firstOffset, offset });
      put(result, key, pair.value === null ? null : this.node(pair.value, keyPath, depth + 1));
    }
    for (const pair of merges) this.#merge(result, pair, depth);
    return result;
  }

  #key(key: unknown): string | undefined {
    const value = this.node(key, '', 0);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (value === undefined) return undefined;
    const found = value === null ? 'an empty key' : Array.isArray(value) ? 'a list' : 'an object';
    return this.#fault(key, `a key must be a string, found ${found}`, 'put the key in quotes');
  }

  /** Merged members give way to the mapping's own, and later sources to earlier ones. */
  #merge(result: Record<string, unknown>, pair: Pair, depth: number): void {
    const merged = this.node(pair.value, '', depth + 1);
    const sources: unknown[] = Array.isArray(merged) ? merged : [merged];
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        const hint = 'write <<: *anchor or <<: [*one, *two] with anchors on mappings';
        if (source !== undefined)
          this.#fault(pair.key, 'the merge key << needs a mapping or a list of mappings', hint);
        continue;
      }
      for (const [key, value] of Object.entries(source)) {
        if (!Object.hasOwn(result, key)) put(result, key, value);
      }
    }
  }

  #scalar(scalar: Scalar): unknown {
    const { value } = scalar;
    if (typeof value === 'bigint') {
      const number = Number(value);
      // Kept: either the very number, or the text that JavaScript itself writes for its nearest number.
      if (BigInt(number) === value || String(number) === scalar.source) return number;
      const message = `the integer ${value} cannot be kept exactly: it is beyond 2^53`;
      return this.#fault(scalar, message, 'put it in quotes if the field takes text');
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return this.#fault(
        scalar,
        `${scalar.source ?? value} has no JSON form`,
        'use a finite number or quote it',
      );
    }
    return value;
  }
}

/**
 * Tells whether a pair is a YAML 1.1 merge, `<<: *defaults`.
 * @param pair a pair of a mapping
 * @returns true for a plain, unquoted `<<`
 */
export function isMergeKey(pair: Pair): boolean {
  return yaml().isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN';
}

/**
 * Finds where a node starts.
 * @param node a node of the yaml package
 * @returns the offset in the text, 0 for nodes without a place
 */
export function offsetOf(node: unknown): number {
  return yaml().isMap(node) || yaml().isSeq(node) || yaml().isScalar(node) || yaml().isAlias(node)
    ? (node.range?.[0] ?? 0)
    : 0;
}

function put(target: Record<string, unknown>, key: string, value: unknown): void {
  // Assigning `__proto__` would set the prototype; defining it makes a member.
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

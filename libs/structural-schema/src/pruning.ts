import { formatPath } from './field-path.ts';
import { isList, isObject, type JsonObject } from './json-value.ts';
import type { SchemaNode } from './schema-node.ts';

/** Receives the path of every unknown field. */
export type UnknownFieldReport = (path: string) => void;

/** What to do with unknown fields, and where. */
export interface PruneOptions {
  /** Whether to remove what is unknown, or only to report it. */
  readonly remove: boolean;
  /** Whether the value is a whole resource, whose `apiVersion`, `kind` and `metadata` are always known. */
  readonly isResourceRoot: boolean;
  /** Called with paths such as `spec.containers[0].foo`. */
  readonly report?: UnknownFieldReport | undefined;
}

interface Visit extends PruneOptions {
  readonly path: (string | number)[];
}

const resourceFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Finds fields that the schema does not know and, if told so, removes them in place.
 *
 * Known are declared properties, what `additionalProperties` allows, everything below
 * `x-kubernetes-preserve-unknown-fields` that is not declared again, and `apiVersion`, `kind` and
 * `metadata` of embedded resources. Values of undeclared schema (an `additionalProperties: true`)
 * are kept, but objects among them are emptied.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/pruning.
 */
export function pruneUnknown(value: unknown, node: SchemaNode, options: PruneOptions): void {
  prune(value, node, { ...options, path: [] });
}

function prune(value: unknown, node: SchemaNode | null, visit: Visit): void {
  if (isList(value)) {
    pruneItems(value, node, visit);
  } else if (isObject(value)) {
    if (node === null) pruneAll(value, visit);
    else pruneFields(value, node, visit);
  }
}

function pruneFields(value: JsonObject, node: SchemaNode, visit: Visit): void {
  const { properties } = node;
  const isResource = node.isEmbeddedResource || (visit.isResourceRoot && visit.path.length === 0);
  for (const key in value) {
    if (isResource && resourceFields.has(key)) continue;
    const child = properties.get(key);
    if (child === undefined && !node.hasAdditional) {
      if (!node.preservesUnknown) drop(value, key, visit);
      continue;
    }
    const item = value[key];
    if (typeof item !== 'object' || item === null) continue;
    visit.path.push(key);
    prune(item, child ?? node.additional, visit);
    visit.path.pop();
  }
}

function pruneItems(list: unknown[], node: SchemaNode | null, visit: Visit): void {
  // Below a list that preserves unknown fields only declared item schemas take up pruning again.
  if (node !== null && node.preservesUnknown && node.items === null) return;
  const items = node === null ? null : node.items;
  for (let i = 0; i < list.length; i++) {
    visit.path.push(i);
    if (node?.preservesUnknown === true && items !== null) skipPrune(list[i], items, visit);
    else prune(list[i], items, visit);
    visit.path.pop();
  }
}

/** Walks the items of a preserving list, where unknown fields of the items are preserved as well. */
function skipPrune(value: unknown, node: SchemaNode, visit: Visit): void {
  if (isList(value)) {
    const items = node.items;
    if (items === null) return;
    for (let i = 0; i < value.length; i++) {
      visit.path.push(i);
      skipPrune(value[i], items, visit);
      visit.path.pop();
    }
  } else if (isObject(value)) {
    for (const key in value) {
      if (node.isEmbeddedResource && resourceFields.has(key)) continue;
      const child = node.properties.get(key);
      if (child === undefined && !node.hasAdditional) continue;
      visit.path.push(key);
      prune(value[key], child ?? node.additional, visit);
      visit.path.pop();
    }
  }
}

function pruneAll(value: JsonObject, visit: Visit): void {
  for (const key in value) drop(value, key, visit);
}

function drop(value: JsonObject, key: string, visit: Visit): void {
  if (visit.report !== undefined) {
    visit.path.push(key);
    visit.report(formatPath(visit.path));
    visit.path.pop();
  }
  if (visit.remove) delete value[key];
}

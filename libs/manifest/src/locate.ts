import type { Node, Pair } from 'yaml';
import { isMergeKey, offsetOf } from './convert.ts';
import type { Position } from './manifest-error.ts';
import type { ManifestDocument } from './parse-manifests.ts';
import { yaml } from './yaml.ts';

/** The nodes of a document, kept beside the plain data. */
export type Source = {
  readonly node: Node;
  readonly targets: ReadonlyMap<Node, Node>;
  readonly positionOf: (offset: number) => Position;
};

/** A place in the source, and whether the whole path led there. */
export type Location = Position & {
  /** False when only the beginning of the path exists: then the place is where the rest would have to be. */
  readonly exact: boolean;
};

const SOURCES = new WeakMap<ManifestDocument, Source>();

/**
 * Keeps the nodes of a document for {@link locate}, as long as the document lives.
 * @param document the document
 * @param source its nodes
 */
export function remember(document: ManifestDocument, source: Source): void {
  SOURCES.set(document, source);
}

/**
 * Finds where a field of a document stands in its source.
 * @param document a document that `parseManifests` returned
 * @param path a field path: `spec.rules[3].expr`, `metadata.labels[app.kubernetes.io/name]`,
 *   `metadata.labels['a.b']`, `metadata.labels.a\.b`; a leading dot or `$` is allowed
 * @returns line and column of the member's key or of the list element; the place of the deepest part that
 *   exists when the path leads further; undefined for documents that did not come from `parseManifests`
 */
export function locate(document: ManifestDocument, path: string): Location | undefined {
  const source = SOURCES.get(document);
  if (source === undefined) return undefined;
  let node: unknown = source.node;
  let offset = offsetOf(node);
  let exact = true;
  for (const segment of parsePath(path)) {
    const next = step(node, segment, source.targets);
    if (next === undefined) {
      exact = false;
      break;
    }
    offset = next.offset;
    node = next.node;
  }
  return { ...source.positionOf(offset), exact };
}

type Step = { readonly node: unknown; readonly offset: number };

function step(from: unknown, segment: string, targets: ReadonlyMap<Node, Node>): Step | undefined {
  const node = yaml().isAlias(from) ? targets.get(from) : from;
  if (yaml().isSeq(node)) {
    const item = /^\d+$/.test(segment) ? node.items[Number(segment)] : undefined;
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!yaml().isMap(node)) return undefined;
  let found: Pair | undefined;
  for (const pair of node.items) if (!isMergeKey(pair) && keyText(pair.key) === segment) found = pair;
  if (found !== undefined) return { node: found.value, offset: offsetOf(found.key) };
  for (const pair of node.items) {
    if (!isMergeKey(pair)) continue;
    const merged = yaml().isAlias(pair.value) ? targets.get(pair.value) : pair.value;
    for (const source of yaml().isSeq(merged) ? merged.items : [merged]) {
      const inherited = step(source, segment, targets);
      if (inherited !== undefined) return inherited;
    }
  }
  return undefined;
}

function keyText(key: unknown): string | undefined {
  return yaml().isScalar(key) ? String(key.value) : undefined;
}

const SEGMENT = /\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|([^\]]*))\]|\.?((?:\\.|[^.[\\])+)|\./gsy;

/** Splits a field path; text that fits nothing is taken as one name. */
function parsePath(path: string): string[] {
  const text = path.replace(/^\$/, '');
  const segments: string[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < text.length) {
    const start = SEGMENT.lastIndex;
    const match = SEGMENT.exec(text);
    if (match === null) {
      segments.push(text.slice(start));
      break;
    }
    const [, single, double, bare, name] = match;
    const segment = single ?? double ?? bare ?? name;
    if (segment !== undefined) segments.push(bare ?? segment.replace(/\\(.)/gs, '$1'));
  }
  return segments;
}

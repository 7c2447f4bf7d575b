import type { Node } from 'yaml';
import { type Conversion, convert, type Fault, offsetOf } from './convert.ts';
import { MAX_ALIASES, MAX_BYTES, MAX_DOCUMENTS, MAX_ERRORS } from './limits.ts';
import { remember } from './locate.ts';
import type { ManifestError, Position } from './manifest-error.ts';
import { yaml } from './yaml.ts';
import { parseStream, type SyntaxDocument } from './yaml-syntax.ts';

/** An object of a manifest and where it starts. */
export type ManifestDocument = {
  readonly value: Record<string, unknown>;
  /** Line where the object starts, from 1. */
  readonly line: number;
  /** Column where the object starts, from 1. */
  readonly column: number;
  /** Index of the YAML document in the text, from 0. */
  readonly index: number;
  /** Index in the list, for an object that came out of one. */
  readonly item?: number;
};

/** The objects of a text and the faults of those that are not among them. */
export type ParsedManifests = {
  readonly documents: readonly ManifestDocument[];
  readonly errors: readonly ManifestError[];
};

/** Where the text came from, and its limits. */
export type ManifestOptions = {
  /** Name for error messages. */
  readonly file: string;
  /** Largest text in bytes of UTF-8; 16 MiB by default. */
  readonly maxBytes?: number;
  /** Most YAML documents; 10,000 by default. */
  readonly maxDocuments?: number;
  /** Most aliases in one document; 1,000 by default. */
  readonly maxAliases?: number;
};

/**
 * Parses a stream of Kubernetes manifests, YAML or JSON, and reads scalars as kubectl does (`yes` and `on`
 * are booleans, `010` is eight, dates are text). A document with a fault is left out and reported; the others
 * are kept. Empty documents are skipped. Lists (`kind: List`, `kind: ConfigMapList`) are taken apart.
 * @param text the stream
 * @param options name for messages, and limits
 * @returns the objects in order, and every fault with file, line, column, message and hint
 *
 * Spec: YAML 1.2; sigs.k8s.io/yaml
 */
export function parseManifests(text: string, options: ManifestOptions): ParsedManifests {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > maxBytes) {
    const message = `the file has ${bytes} bytes, at most ${maxBytes} are allowed`;
    const error = { file: options.file, line: 1, column: 1, message, hint: 'split it into smaller files' };
    return { documents: [], errors: [error] };
  }
  return new ManifestReader(options).read(text);
}

/** Which document of the text is being read. */
type Place = { readonly index: number; readonly positionOf: (offset: number) => Position };

class ManifestReader {
  readonly #options: ManifestOptions;
  readonly #documents: ManifestDocument[] = [];
  readonly #errors: ManifestError[] = [];

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  read(text: string): ParsedManifests {
    const maxDocuments = this.#options.maxDocuments ?? MAX_DOCUMENTS;
    for (const [index, syntax] of parseStream(text, maxDocuments).entries()) {
      const place: Place = { index, positionOf: syntax.positionOf };
      if (index >= maxDocuments) {
        const offset = syntax.document?.range[0] ?? 0;
        const message = `more than ${maxDocuments} documents in one file`;
        this.#report({ offset, message, hint: 'split it into smaller files' }, place);
        break;
      }
      if (this.#errors.length >= MAX_ERRORS) break;
      this.#readDocument(syntax, place);
    }
    const errors = this.#errors.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return { documents: this.#documents, errors };
  }

  #report(fault: Fault, place: Place): void {
    if (this.#errors.length >= MAX_ERRORS) return;
    const { message, hint, offset } = fault;
    this.#errors.push({
      file: this.#options.file,
      ...place.positionOf(offset),
      message,
      hint,
      document: place.index,
    });
  }

  #readDocument(syntax: SyntaxDocument, place: Place): void {
    for (const fault of syntax.faults) this.#report(fault, place);
    if (syntax.faults.length > 0 || syntax.document === undefined) return;
    const root: Node | null = syntax.document.contents;
    if (root === null || (yaml().isScalar(root) && root.value === null)) return;
    const conversion = convert(root, this.#options.maxAliases ?? MAX_ALIASES);
    for (const fault of conversion.faults) this.#report(fault, place);
    for (const duplicate of conversion.duplicates) {
      const first = place.positionOf(duplicate.firstOffset).line;
      const line = place.positionOf(duplicate.offset).line;
      const message = `duplicate key "${duplicate.path}" on lines ${first} and ${line}`;
      this.#report({ offset: duplicate.offset, message, hint: 'remove one of the two' }, place);
    }
    if (conversion.faults.length > 0 || conversion.duplicates.length > 0) return;
    this.#accept(root, conversion.value, conversion, place);
  }

  #accept(root: Node, value: unknown, conversion: Conversion, place: Place): void {
    if (!isObject(value)) {
      const found = Array.isArray(value) ? 'a list' : `the ${typeof value} ${excerpt(value)}`;
      const hint = 'a manifest starts with apiVersion, kind and metadata; separate objects with ---';
      this.#report(
        { offset: offsetOf(root), message: `a manifest must be an object, found ${found}`, hint },
        place,
      );
      return;
    }
    const items = listItems(value);
    if (items === undefined) {
      this.#add(root, value, conversion, place);
      return;
    }
    const nodes = itemNodes(root, conversion);
    for (const [item, element] of items.entries()) {
      const node = nodes[item] ?? root;
      const full = isObject(element) ? inheritKind(element, value) : element;
      if (isObject(full)) {
        this.#add(node, full, conversion, place, item);
      } else {
        const message = `items[${item}] must be an object, found ${excerpt(element)}`;
        this.#report(
          { offset: offsetOf(node), message, hint: 'every item of a list is a whole object' },
          place,
        );
      }
    }
  }

  #add(
    node: Node,
    value: Record<string, unknown>,
    conversion: Conversion,
    place: Place,
    item?: number,
  ): void {
    const { index, positionOf } = place;
    const position = positionOf(offsetOf(node));
    const document: ManifestDocument = { value, ...position, index, ...(item !== undefined && { item }) };
    remember(document, { node, targets: conversion.targets, positionOf });
    this.#documents.push(document);
  }
}

/** As kubectl: a kind that ends in List and has items. */
function listItems(value: Record<string, unknown>): unknown[] | undefined {
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

/** The items of a typed list may leave their kind to the list. */
function inheritKind(item: Record<string, unknown>, list: Record<string, unknown>): Record<string, unknown> {
  const kind = typeof list['kind'] === 'string' ? list['kind'].slice(0, -'List'.length) : '';
  if (kind === '' || item['kind'] !== undefined) return item;
  return { apiVersion: list['apiVersion'], kind, ...item };
}

function itemNodes(root: Node, { targets }: Conversion): Node[] {
  const list = targets.get(root) ?? root;
  const items = yaml().isMap(list) ? list.get('items', true) : undefined;
  const found = items === undefined ? undefined : (targets.get(items) ?? items);
  if (!yaml().isSeq(found)) return [];
  return found.items.filter(
    (item): item is Node =>
      yaml().isMap(item) || yaml().isSeq(item) || yaml().isScalar(item) || item !== null,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

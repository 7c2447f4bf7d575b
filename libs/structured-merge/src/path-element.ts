import type { JsonObject, JsonValue } from './json-value.ts';
import { canonicalJson, quoteJson, valueForMessage } from './quote.ts';
import { compareStrings, compareValues } from './value-order.ts';

/** One key field of an item of an associative list. */
export interface KeyField {
  readonly name: string;
  readonly value: JsonValue;
}

/**
 * One step of a path: a struct field or map key, an item of an associative list by its key fields, a member
 * of a set, or a position in a list. `text` is the element's key in `fieldsV1`; two elements are equal exactly
 * when their texts are equal.
 *
 * Spec: structured-merge-diff v6, fieldpath.PathElement
 */
export type PathElement =
  | { readonly kind: 'field'; readonly text: string; readonly content: string }
  | { readonly kind: 'key'; readonly text: string; readonly content: readonly KeyField[] }
  | { readonly kind: 'value'; readonly text: string; readonly content: JsonValue }
  | { readonly kind: 'index'; readonly text: string; readonly content: number };

/** Path from the root of an object to one of its fields or items. */
export type Path = readonly PathElement[];

/** The element of a struct field or map key. */
export function fieldElement(name: string): PathElement {
  return { kind: 'field', text: `f:${name}`, content: name };
}

/** The element of an associative list's item. `key`: key field names to values, in any order. */
export function keyElement(key: JsonObject): PathElement {
  return keyElementOf(Object.keys(key).map((name) => ({ name, value: key[name] ?? null })));
}

/** As {@link keyElement}, from a list of key fields that the callee may sort. */
export function keyElementOf(fields: KeyField[]): PathElement {
  if (fields.length > 1) fields.sort((a, b) => compareStrings(a.name, b.name));
  let text = 'k:{';
  for (const field of fields) {
    text += `${text.length > 3 ? ',' : ''}${quoteJson(field.name)}:${canonicalJson(field.value)}`;
  }
  return { kind: 'key', text: `${text}}`, content: fields };
}

/** The element of a set's member. */
export function valueElement(value: JsonValue): PathElement {
  return { kind: 'value', text: `v:${canonicalJson(value)}`, content: value };
}

/** The element of a list position, counted from 0. */
export function indexElement(index: number): PathElement {
  return { kind: 'index', text: `i:${index}`, content: index };
}

const KIND_ORDER = { field: 0, key: 1, value: 2, index: 3 } as const;

/**
 * Order of path elements: fields, keys, values, indexes; then by content.
 *
 * @returns <0, 0 or >0
 * Spec: structured-merge-diff v6, PathElement.Compare
 */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  if (a.kind === 'field' && b.kind === 'field') return compareStrings(a.content, b.content);
  if (a.text === b.text) return 0;
  if (a.kind === 'key' && b.kind === 'key') return compareKeys(a.content, b.content);
  if (a.kind === 'value' && b.kind === 'value') return compareValues(a.content, b.content);
  if (a.kind === 'index' && b.kind === 'index') return a.content - b.content;
  return KIND_ORDER[a.kind] - KIND_ORDER[b.kind];
}

function compareKeys(a: readonly KeyField[], b: readonly KeyField[]): number {
  for (let i = 0; ; i++) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined) return a.length - b.length;
    const order = compareStrings(x.name, y.name) || compareValues(x.value, y.value);
    if (order !== 0) return order;
  }
}

/** The element as messages print it: `.name`, `[name="a",port=80]`, `[="a"]` or `[0]`. */
export function elementToString(element: PathElement): string {
  switch (element.kind) {
    case 'field':
      return `.${element.content}`;
    case 'key':
      return `[${element.content.map((f) => `${f.name}=${valueForMessage(f.value)}`).join(',')}]`;
    case 'value':
      return `[=${valueForMessage(element.content)}]`;
    case 'index':
      return `[${element.content}]`;
  }
}

/**
 * The path as conflict and validation messages print it.
 *
 * @param path elements from the root
 * @returns for example `.spec.list[name="a"].x`; empty for the root
 */
export function pathToString(path: Path): string {
  return path.map(elementToString).join('');
}

/** Whether two paths are the same. */
export function pathsEqual(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((element, i) => element.text === b[i]?.text);
}

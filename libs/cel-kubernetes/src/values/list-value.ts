import { type Read, readDynamic } from './read.ts';

/** A list whose items are read with `read`; where it is absent they are values already. */
export class ListValue {
  readonly items: readonly unknown[];
  readonly read: Read | undefined;

  constructor(items: readonly unknown[], read?: Read) {
    this.items = items;
    this.read = read;
  }
}

/** A list: one of JSON as it is, or one that an expression made. */
export type List = readonly unknown[] | ListValue;

/** Whether a value is a list. */
export function isList(value: unknown): value is List {
  return Array.isArray(value) || value instanceof ListValue;
}

/** Number of items. */
export function listSize(list: List): number {
  return list instanceof ListValue ? list.items.length : list.length;
}

/** The item at a position that exists. */
export function listItem(list: List, index: number): unknown {
  if (!(list instanceof ListValue)) return readDynamic(list[index]);
  const item = list.items[index];
  return list.read === undefined ? item : list.read(item);
}

/** All items as values. */
export function listItems(list: List): readonly unknown[] {
  if (!(list instanceof ListValue)) return list.map(readDynamic);
  const { items, read } = list;
  return read === undefined ? items : items.map((item) => read(item));
}

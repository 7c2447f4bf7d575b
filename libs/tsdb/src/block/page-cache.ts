/**
 * Pages that were read last, up to a bound in bytes. One for all blocks that a thread has open.
 * A Map keeps the order of insertion: the first page is the one that was used longest ago.
 */
export class PageCache {
  readonly #pages = new Map<object, Map<number, Entry>>();
  readonly #order = new Set<Entry>();
  readonly #sizeMax: number;
  #size = 0;
  /** The page used last: most chunks are read from the page of the chunk before. */
  #last: Entry | undefined;

  /** @param sizeBytesMax - the page being read is kept even when it alone is larger. */
  constructor(sizeBytesMax: number) {
    this.#sizeMax = sizeBytesMax;
  }

  /** Bytes of all pages held. */
  get sizeBytes(): number {
    return this.#size;
  }

  /** A page of a file, read when it is not held. */
  get(owner: object, index: number, read: () => Uint8Array): Uint8Array {
    const pages = this.#pagesOf(owner);
    const held = pages.get(index);
    if (held) {
      if (held !== this.#last) this.#touch(held);
      return held.page;
    }
    const entry: Entry = { owner, index, page: read() };
    pages.set(index, entry);
    this.#size += entry.page.length;
    this.#touch(entry);
    for (const oldest of this.#order) {
      if (this.#size <= this.#sizeMax || oldest === entry) break;
      this.#remove(oldest);
    }
    return entry.page;
  }

  /** Forgets all pages of a file. */
  drop(owner: object): void {
    for (const entry of this.#pages.get(owner)?.values() ?? []) this.#remove(entry);
    this.#pages.delete(owner);
  }

  #touch(entry: Entry): void {
    this.#order.delete(entry);
    this.#order.add(entry);
    this.#last = entry;
  }

  #remove(entry: Entry): void {
    this.#order.delete(entry);
    this.#pages.get(entry.owner)?.delete(entry.index);
    this.#size -= entry.page.length;
    if (this.#last === entry) this.#last = undefined;
  }

  #pagesOf(owner: object): Map<number, Entry> {
    let pages = this.#pages.get(owner);
    if (!pages) {
      pages = new Map();
      this.#pages.set(owner, pages);
    }
    return pages;
  }
}

interface Entry {
  readonly owner: object;
  readonly index: number;
  readonly page: Uint8Array;
}

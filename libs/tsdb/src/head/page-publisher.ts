import { HeadMemory, type PageKind, pageBytes, type SharedPage } from './head-memory.ts';

/** A change that readers must know of before they see anything that depends on it. */
export type MemoryChange =
  | { readonly type: 'page'; readonly page: SharedPage }
  | { readonly type: 'drop'; readonly sealedPages: readonly number[]; readonly startMs: number };

/** Makes the pages of the writer and announces them to the readers. */
export class PagePublisher {
  readonly control = new SharedArrayBuffer(64);
  readonly memory: HeadMemory = new HeadMemory(this.control);
  readonly #pages = new Map<string, SharedPage>();
  readonly #announce: (change: MemoryChange) => void;
  readonly #nextId: Record<PageKind, number> = { series: 0, keys: 0, open: 0, sealed: 1 };

  /** @param announce - must have handed the change to all readers when it returns. */
  constructor(announce: (change: MemoryChange) => void) {
    this.#announce = announce;
  }

  /** All pages there are, for a new reader. */
  get pages(): readonly SharedPage[] {
    return [...this.#pages.values()];
  }

  /**
   * @param bytes - least size, where one thing may be larger than a page is normally.
   * @returns the number of the new page.
   */
  allocate(kind: PageKind, bytes = 0): number {
    const id = this.#nextId[kind]++;
    const buffer = new SharedArrayBuffer(Math.max(bytes, pageBytes(kind)));
    const page: SharedPage = { kind, id, buffer };
    this.#pages.set(`${kind}/${id}`, page);
    this.memory.add(page);
    this.#announce({ type: 'page', page });
    return id;
  }

  /** Lets go of pages of sealed chunks. @param startMs - no sample before it is left. */
  drop(sealedPages: readonly number[], startMs: number): void {
    for (const id of sealedPages) this.#pages.delete(`sealed/${id}`);
    this.memory.drop(sealedPages);
    this.#announce({ type: 'drop', sealedPages, startMs });
  }
}

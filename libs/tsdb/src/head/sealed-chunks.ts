import { type SealedPage, sealedPageBytes } from './head-memory.ts';
import type { PagePublisher } from './page-publisher.ts';

/** Where a chunk lies; page 0 stands for none. */
export interface ChunkPlace {
  readonly page: number;
  readonly offset: number;
}

/** What is known of a chunk without decoding it. */
export interface ChunkHeader {
  readonly count: number;
  readonly minMs: number;
  readonly maxMs: number;
}

export const noChunk: ChunkPlace = { page: 0, offset: 0 };

/** Header: page and offset of the chunk before, bytes, count; first and last instant as floats. */
const headerBytes = 32;

/** A chunk as a reader finds it in a page. */
export interface StoredChunk extends ChunkHeader {
  readonly previous: ChunkPlace;
  /** The page, and where in it the encoded bytes are. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Chunks of a chain that are to be read, the newest first, in arrays that are used again. */
export class FoundChunks {
  readonly pages: SealedPage[] = [];
  /** Where in its page each chunk begins. */
  readonly starts: number[] = [];

  /**
   * Finds those that overlap a range of time.
   * @param last - the newest one of the chain.
   * @param pageOf - undefined for pages that were dropped: all that is older lies in blocks.
   * @param countMax - no more are looked for.
   */
  find(
    last: ChunkPlace,
    pageOf: (page: number) => SealedPage | undefined,
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
    countMax = Infinity,
  ): void {
    let count = 0;
    let { page: id, offset } = last;
    while (id !== 0 && count < countMax) {
      const page = pageOf(id);
      if (!page || (page.floats[(offset >>> 3) + 3] ?? 0) < startMs) break;
      if ((page.floats[(offset >>> 3) + 2] ?? 0) <= endMs) {
        this.pages[count] = page;
        this.starts[count++] = offset + headerBytes;
      }
      const word = offset >>> 2;
      id = page.words[word] ?? 0;
      offset = page.words[word + 1] ?? 0;
    }
    // Pages that are dropped must not be held by what was found before.
    this.pages.length = count;
  }
}

/** Reads the header of a chunk. */
export function storedChunk(page: SealedPage, offset: number): StoredChunk {
  const word = offset >>> 2;
  const start = offset + headerBytes;
  return {
    previous: { page: page.words[word] ?? 0, offset: page.words[word + 1] ?? 0 },
    bytes: page.bytes,
    start,
    end: start + (page.words[word + 2] ?? 0),
    count: page.words[word + 3] ?? 0,
    minMs: page.floats[(offset >>> 3) + 2] ?? 0,
    maxMs: page.floats[(offset >>> 3) + 3] ?? 0,
  };
}

interface Arena {
  page: number;
  used: number;
  size: number;
  readonly pages: number[];
}

/** Stores encoded chunks by windows of time, whose memory is given back together. */
export class SealedChunks {
  readonly #publisher: PagePublisher;
  readonly #arenas = new Map<number, Arena>();

  constructor(publisher: PagePublisher) {
    this.#publisher = publisher;
  }

  /** How many pages there are. */
  get pageCount(): number {
    let count = 0;
    for (const arena of this.#arenas.values()) count += arena.pages.length;
    return count;
  }

  /** @param window - key of the memory that the chunk is given back with: the start of its window. */
  append(window: number, header: ChunkHeader, encoded: Uint8Array, previous: ChunkPlace): ChunkPlace {
    const needed = (headerBytes + encoded.length + 7) & ~7;
    const arena = this.#arenaFor(window, needed);
    const page = this.#publisher.memory.sealed.get(arena.page);
    if (!page) throw new Error(`store a chunk: page ${arena.page} of window ${window} is gone`);
    const offset = arena.used;
    const word = offset >>> 2;
    page.words[word] = previous.page;
    page.words[word + 1] = previous.offset;
    page.words[word + 2] = encoded.length;
    page.words[word + 3] = header.count;
    page.floats[(offset >>> 3) + 2] = header.minMs;
    page.floats[(offset >>> 3) + 3] = header.maxMs;
    page.bytes.set(encoded, offset + headerBytes);
    arena.used += needed;
    return { page: arena.page, offset };
  }

  /** The first window from an instant on that has chunks; Infinity for none. */
  firstWindow(startMs: number): number {
    return Math.min(Infinity, ...[...this.#arenas.keys()].filter((window) => window >= startMs));
  }

  /** Gives back the memory of all windows that begin before an instant. */
  dropBefore(startMs: number): void {
    const dropped: number[] = [];
    for (const [window, arena] of this.#arenas) {
      if (window >= startMs) continue;
      dropped.push(...arena.pages);
      this.#arenas.delete(window);
    }
    if (dropped.length > 0) this.#publisher.drop(dropped, startMs);
  }

  #arenaFor(window: number, needed: number): Arena {
    const arena = this.#arenas.get(window);
    if (arena && arena.used + needed <= arena.size) return arena;
    const page = this.#publisher.allocate('sealed', needed);
    const next = { page, used: 0, size: Math.max(needed, sealedPageBytes) };
    if (!arena) {
      const created = { ...next, pages: [page] };
      this.#arenas.set(window, created);
      return created;
    }
    arena.pages.push(page);
    return Object.assign(arena, next);
  }
}

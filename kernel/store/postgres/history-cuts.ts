import type { Image } from '../image.ts';
import type { Superseded } from './load.ts';

/**
 * Cuts of the history. The process that cuts it deletes the rows that then nobody needs, because its memory knows which
 * these are; the others only follow. A look may show the cut of this process, and one that another made after it, before
 * its own commit is answered, so what is to be deleted is kept until then.
 */
export class HistoryCuts {
  readonly #image: Image;
  /** Rows that the image does not know of since it was read anew. */
  #superseded: readonly Superseded[] = [];
  /** The cut that is on its way, and what is to be deleted for it as far as a look was faster. */
  #own: number | undefined;
  #ownDead: number[] = [];

  constructor(image: Image) {
    this.#image = image;
  }

  /** A group of this process is on its way, which cuts the history at a revision, or does not. */
  begin(revision: number | undefined): void {
    this.#own = revision;
    this.#ownDead = [];
  }

  /** A look shows where the history begins. */
  show(compacted: number): void {
    if (this.#own !== undefined && compacted >= this.#own) this.#ownDead.push(...this.#cut(this.#own));
    this.#cut(compacted);
  }

  /**
   * The group that began last is committed.
   * @returns the revisions of rows that are to be deleted
   */
  settle(): number[] {
    if (this.#own === undefined) return [];
    const dead = [...this.#ownDead, ...this.#cut(this.#own)];
    this.begin(undefined);
    return dead;
  }

  /** The image was read anew: of these rows it does not know. */
  replace(superseded: readonly Superseded[]): void {
    this.#superseded = superseded;
  }

  #cut(revision: number): number[] {
    const dead = this.#image.compact(revision);
    if (this.#superseded.length === 0) return dead;
    for (const row of this.#superseded) if (row.at <= revision) dead.push(row.revision);
    this.#superseded = this.#superseded.filter(({ at }) => at > revision);
    return dead;
  }
}

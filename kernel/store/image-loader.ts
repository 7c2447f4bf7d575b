import type { Image } from './image.ts';
import { damagesListed } from './limits.ts';
import type { StoreCipher } from './port.ts';
import type { Damage, Rows } from './sqlite-protocol.ts';
import { StoredState } from './stored-state.ts';

/** What loading found besides the objects. */
export interface Loaded {
  /** Rows that a compaction should have deleted, which a crash kept it from. */
  readonly dead: number[];
  /** The first damages. */
  readonly damages: Damage[];
  readonly damageCount: number;
}

/** Fills an empty image with the rows of a log, in the order of their revisions. */
export class ImageLoader implements Loaded {
  readonly dead: number[] = [];
  readonly damages: Damage[] = [];
  damageCount = 0;
  readonly #image: Image;
  readonly #compacted: number;
  readonly #cipher: StoreCipher | undefined;
  /** Keys whose newest readable state is not the newest, by the revision that is damaged. */
  readonly #doubtful = new Map<string, number>();
  #begun = false;
  #damagedUpTo = 0;

  constructor(image: Image, compacted: number, cipher: StoreCipher | undefined) {
    this.#image = image;
    this.#compacted = compacted;
    this.#cipher = cipher;
  }

  take(rows: Rows): void {
    for (let i = 0; i < rows.revisions.length; i++) {
      const revision = rows.revisions[i] ?? 0;
      const key = rows.keys[i] ?? '';
      const value = this.#open(key, revision, rows.values[i] ?? '');
      if (value === undefined) continue;
      const change = {
        type: rows.types[i] === 1 ? 'delete' : 'put',
        state: new StoredState(key, value, revision),
      } as const;
      if (revision > this.#compacted) {
        this.#begin();
        this.#image.apply([change]);
        continue;
      }
      const superseded = this.#image.get(key);
      if (superseded !== undefined) this.dead.push(superseded.revision);
      if (change.type === 'delete') this.dead.push(revision);
      this.#image.restore(change);
    }
  }

  damaged(damage: Damage): void {
    this.damageCount++;
    if (this.damages.length < damagesListed) this.damages.push(damage);
    if (damage.key !== undefined) this.#doubtful.set(damage.key, damage.to);
    // A damaged revision was given out: it must not be given out again.
    if (damage.to < Number.MAX_SAFE_INTEGER) this.#damagedUpTo = Math.max(this.#damagedUpTo, damage.to);
  }

  finish(): Loaded {
    this.#begin();
    for (const [key, revision] of this.#doubtful) {
      if ((this.#image.get(key)?.revision ?? Number.POSITIVE_INFINITY) < revision) this.#image.drop(key);
    }
    this.#image.advance(this.#damagedUpTo);
    return this;
  }

  /** From here on rows are history: the image learns where it begins. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#image.advance(this.#compacted);
    this.#image.compact(this.#compacted);
  }

  /** The text of a value; undefined, and noted, when it is sealed and cannot be opened. */
  #open(key: string, revision: number, value: string | Uint8Array): string | undefined {
    if (typeof value === 'string') return value;
    try {
      if (this.#cipher === undefined) throw new Error('no key for sealed values was given');
      return this.#cipher.open(key, revision, value);
    } catch (error) {
      const reason = `it is sealed and cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
      this.damaged({ from: revision, to: revision, key, reason });
      return undefined;
    }
  }
}

import type { Labels } from '@plinth/prometheus-model';
import { LabelIndex } from '../index/label-index.ts';
import { type HeadMemory, keyAt, recordAt, recordField } from './head-memory.ts';
import { partsOfKey } from './series-key.ts';

/** The index of the series of the head that one thread has for its queries. It is brought up to date before each of them. */
export class HeadReplica {
  readonly index = new LabelIndex();
  readonly #memory: HeadMemory;
  readonly #catchUp: () => void;
  readonly #labels: (Labels | undefined)[] = [];
  #known = 0;

  /** @param catchUp - takes in the pages that the writer announced since. */
  constructor(memory: HeadMemory, catchUp: () => void) {
    this.#memory = memory;
    this.#catchUp = catchUp;
  }

  /** Takes in the series that were added since. */
  update(): void {
    // The number first: the pages of all series below it were announced before it was raised.
    const count = this.#memory.seriesCount;
    this.#catchUp();
    for (; this.#known < count; this.#known++) {
      if (!this.#isDead(this.#known)) this.index.add(this.#known, this.#partsOf(this.#known));
    }
  }

  /** Takes out the series that are dead. */
  forgetDead(): void {
    this.index.removeAll((ref) => this.#isDead(ref));
    for (let ref = 0; ref < this.#labels.length; ref++) if (this.#isDead(ref)) this.#labels[ref] = undefined;
  }

  labelsOf(ref: number): Labels {
    return (this.#labels[ref] ??= this.index.intern(this.#partsOf(ref)));
  }

  #isDead(ref: number): boolean {
    return Atomics.load(this.#memory.recordsOf(ref), recordAt(ref) + recordField.isDead) !== 0;
  }

  #partsOf(ref: number): string[] {
    const records = this.#memory.recordsOf(ref);
    const at = recordAt(ref);
    const word = records[at + recordField.keyWord] ?? 0;
    const start = keyAt(word) * 4;
    const bytes = this.#memory.keyBytesAt(word);
    return partsOfKey(bytes, start, start + (records[at + recordField.keyBytes] ?? 0));
  }
}

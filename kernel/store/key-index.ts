/**
 * The keys of one bucket in order. Writes only note which keys came or went; the order is put right when somebody
 * lists, or when so much has gathered that the list would take long.
 */
export class KeyIndex {
  /** Number of keys present. */
  size = 0;
  #sorted: string[] = [];
  readonly #touched = new Set<string>();
  readonly #has: (key: string) => boolean;

  /** @param has tells whether a key is present now. */
  constructor(has: (key: string) => boolean) {
    this.#has = has;
  }

  add(key: string): void {
    this.size++;
    this.#touch(key);
  }

  remove(key: string): void {
    this.size--;
    this.#touch(key);
  }

  /** All keys in order, valid until the next write. */
  sorted(): readonly string[] {
    if (this.#touched.size > 0) this.#merge();
    return this.#sorted;
  }

  #touch(key: string): void {
    this.#touched.add(key);
    // A sixteenth: a merge of 100,000 keys takes about 10 ms then, and all merges together cost what one sort would.
    if (this.#touched.size > Math.max(1_024, this.#sorted.length >> 4)) this.#merge();
  }

  #merge(): void {
    const touched = [...this.#touched].sort();
    this.#touched.clear();
    const sorted = this.#sorted;
    // A splice moves memory and is cheaper than a new array while there are but a few.
    if (touched.length < 8) {
      for (const key of touched) this.#splice(key);
      return;
    }
    const merged: string[] = [];
    let from = 0;
    for (const key of touched) {
      const at = lowerBound(sorted, key, from);
      for (; from < at; from++) merged.push(sorted[from] ?? '');
      if (sorted[at] === key) from++;
      if (this.#has(key)) merged.push(key);
    }
    for (; from < sorted.length; from++) merged.push(sorted[from] ?? '');
    this.#sorted = merged;
  }

  #splice(key: string): void {
    const at = lowerBound(this.#sorted, key);
    const found = this.#sorted[at] === key;
    if (this.#has(key) && !found) this.#sorted.splice(at, 0, key);
    else if (!this.#has(key) && found) this.#sorted.splice(at, 1);
  }
}

/** Index, at least `from`, of the first key that is not before `key`. */
export function lowerBound(sorted: readonly string[], key: string, from = 0): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first key after `key`. */
export function upperBound(sorted: readonly string[], key: string): number {
  const at = lowerBound(sorted, key);
  return sorted[at] === key ? at + 1 : at;
}

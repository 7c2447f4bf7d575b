/** Numbers of series in ascending order. They come in ascending order, too. */
export class Postings {
  #refs = new Uint32Array(4);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** @param ref - larger than all before. */
  push(ref: number): void {
    if (this.#count === this.#refs.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#refs);
      this.#refs = larger;
    }
    this.#refs[this.#count++] = ref;
  }

  /** The refs as they are now; later ones are not in it. */
  view(): Uint32Array {
    return this.#refs.subarray(0, this.#count);
  }

  /** Takes refs out. The memory of earlier views is left as it is. */
  removeAll(isRemoved: (ref: number) => boolean): void {
    const kept = this.view().filter((ref) => !isRemoved(ref));
    if (kept.length === this.#count) return;
    this.#count = kept.length;
    this.#refs = kept.length > 0 ? kept : new Uint32Array(4);
  }
}

/** Refs in both lists. */
export function intersect(one: Uint32Array, other: Uint32Array): Uint32Array {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  const both = new Uint32Array(short.length);
  let count = 0;
  let at = 0;
  for (const ref of short) {
    at = seek(long, at, ref);
    if (at === long.length) break;
    if (long[at] === ref) both[count++] = ref;
  }
  return both.subarray(0, count);
}

/** Refs of the first list that are not in the other. */
export function subtract(from: Uint32Array, other: Uint32Array): Uint32Array {
  const left = new Uint32Array(from.length);
  let count = 0;
  let at = 0;
  for (const ref of from) {
    at = seek(other, at, ref);
    if (other[at] !== ref) left[count++] = ref;
  }
  return left.subarray(0, count);
}

/** Refs in any of the lists. @param end - above all refs. */
export function unite(lists: readonly Uint32Array[], end: number): Uint32Array {
  if (lists.length === 0) return new Uint32Array(0);
  if (lists.length === 1 && lists[0]) return lists[0];
  const marks = new Uint8Array(end);
  let count = 0;
  for (const list of lists) {
    for (const ref of list) {
      if (marks[ref] !== 0) continue;
      marks[ref] = 1;
      count++;
    }
  }
  const united = new Uint32Array(count);
  let next = 0;
  for (let ref = 0; next < count; ref++) if (marks[ref] !== 0) united[next++] = ref;
  return united;
}

/** First index from `from` on whose ref is not below: by doubled steps, then by halves. */
function seek(list: Uint32Array, from: number, ref: number): number {
  let step = 1;
  let low = from;
  while (low + step < list.length && (list[low + step] ?? 0) < ref) {
    low += step;
    step *= 2;
  }
  let high = Math.min(list.length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < ref) low = middle + 1;
    else high = middle;
  }
  return low;
}

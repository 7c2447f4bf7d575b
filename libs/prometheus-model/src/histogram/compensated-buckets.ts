import { bucketIndexes, type Span, spansAreSame, spansOf } from './span.ts';

/**
 * Adds to one number of an array and keeps what rounding lost in the other array. Kahan's summation as Neumaier improved it; a sum that
 * became infinite has lost nothing. Spec: Prometheus 3.14, util/kahansum.
 */
export function addCompensated(sums: number[], errors: number[], position: number, value: number): void {
  const sum = sums[position] ?? 0;
  const next = sum + value;
  if (next === Number.POSITIVE_INFINITY || next === Number.NEGATIVE_INFINITY) errors[position] = 0;
  else {
    const lost = Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    errors[position] = (errors[position] ?? 0) + lost;
  }
  sums[position] = next;
}

/** The buckets of one side while histograms are summed: rounded counts, and beside them what rounding lost. */
export class CompensatedBuckets {
  #indexes: readonly number[];
  /** Of the indexes, while they are those of the histogram that this began with. */
  #spans: readonly Span[] | undefined;
  #sums: number[];
  #errors: number[];

  private constructor(
    indexes: readonly number[],
    spans: readonly Span[] | undefined,
    sums: number[],
    errors: number[],
  ) {
    this.#indexes = indexes;
    this.#spans = spans;
    this.#sums = sums;
    this.#errors = errors;
  }

  static of(spans: readonly Span[], counts: readonly number[]): CompensatedBuckets {
    const indexes = bucketIndexes(spans, counts.length);
    const sums = counts.slice(0, indexes.length);
    return new CompensatedBuckets(indexes, spans, sums, zeros(sums.length));
  }

  copy(): CompensatedBuckets {
    return new CompensatedBuckets(this.#indexes, this.#spans, this.#sums.slice(), this.#errors.slice());
  }

  get indexes(): readonly number[] {
    return this.#indexes;
  }

  get sums(): readonly number[] {
    return this.#sums;
  }

  get spans(): readonly Span[] {
    this.#spans ??= spansOf(this.#indexes);
    return this.#spans;
  }

  /** Counts with what rounding lost. */
  totals(): readonly number[] {
    return this.#sums.map((sum, position) => sum + (this.#errors[position] ?? 0));
  }

  scale(scaled: (value: number) => number): void {
    this.#sums = this.#sums.map(scaled);
    this.#errors = this.#errors.map(scaled);
  }

  /** Adds counts that have the same spans as this; false, and nothing was done, where they have not. */
  addAligned(spans: readonly Span[], counts: readonly number[], sign: 1 | -1): boolean {
    if (!this.#spans || counts.length !== this.#sums.length || !spansAreSame(this.#spans, spans)) {
      return false;
    }
    for (let i = 0; i < counts.length; i++) {
      addCompensated(this.#sums, this.#errors, i, sign * (counts[i] ?? 0));
    }
    return true;
  }

  add(other: CompensatedBuckets, sign: 1 | -1): void {
    const indexes: number[] = [];
    const sums: number[] = [];
    const errors: number[] = [];
    let mine = 0;
    let theirs = 0;
    while (mine < this.#indexes.length || theirs < other.#indexes.length) {
      const myIndex = this.#indexes[mine] ?? Number.POSITIVE_INFINITY;
      const theirIndex = other.#indexes[theirs] ?? Number.POSITIVE_INFINITY;
      const at = indexes.length;
      indexes.push(Math.min(myIndex, theirIndex));
      sums.push(myIndex <= theirIndex ? (this.#sums[mine] ?? 0) : 0);
      errors.push(myIndex <= theirIndex ? (this.#errors[mine] ?? 0) : 0);
      if (theirIndex <= myIndex) {
        addCompensated(sums, errors, at, sign * (other.#sums[theirs] ?? 0));
        addCompensated(sums, errors, at, sign * (other.#errors[theirs] ?? 0));
        theirs++;
      }
      if (myIndex <= theirIndex) mine++;
    }
    this.#replace(indexes, sums, errors);
  }

  /** Gives each bucket a new index, in the same order; buckets with the same new index become one. */
  regroup(newIndex: (index: number) => number): void {
    const indexes: number[] = [];
    const sums: number[] = [];
    const errors: number[] = [];
    for (const [position, index] of this.#indexes.entries()) {
      const target = newIndex(index);
      if (indexes.at(-1) !== target) {
        indexes.push(target);
        sums.push(this.#sums[position] ?? 0);
        errors.push(this.#errors[position] ?? 0);
        continue;
      }
      addCompensated(sums, errors, indexes.length - 1, this.#sums[position] ?? 0);
      addCompensated(sums, errors, indexes.length - 1, this.#errors[position] ?? 0);
    }
    this.#replace(indexes, sums, errors);
  }

  /** Takes the first buckets away and adds their counts to a sum. */
  moveFirst(count: number, sums: number[], errors: number[], position: number): void {
    for (let i = 0; i < count; i++) {
      addCompensated(sums, errors, position, this.#sums[i] ?? 0);
      addCompensated(sums, errors, position, this.#errors[i] ?? 0);
    }
    this.#replace(this.#indexes.slice(count), this.#sums.slice(count), this.#errors.slice(count));
  }

  #replace(indexes: readonly number[], sums: number[], errors: number[]): void {
    this.#indexes = indexes;
    this.#spans = undefined;
    this.#sums = sums;
    this.#errors = errors;
  }
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

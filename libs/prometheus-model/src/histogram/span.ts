/** A run of buckets without a gap: how many indexes are skipped before it, and how many buckets it has. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The index of each bucket, of as many as there are counts: what an invalid histogram has too much is left out. */
export function bucketIndexes(spans: readonly Span[], bucketCount: number): readonly number[] {
  const indexes: number[] = [];
  let next = 0;
  for (const span of spans) {
    next += span.offset;
    const end = Math.min(span.length, bucketCount - indexes.length);
    for (let i = 0; i < end; i++) indexes.push(next + i);
    next += span.length;
  }
  return indexes;
}

/** The spans of buckets with these indexes, which are in order. */
export function spansOf(indexes: readonly number[]): readonly Span[] {
  const spans: { offset: number; length: number }[] = [];
  let last: { offset: number; length: number } | undefined;
  let next = 0;
  for (const index of indexes) {
    if (last && index === next) last.length++;
    else {
      last = { offset: index - next, length: 1 };
      spans.push(last);
    }
    next = index + 1;
  }
  return spans;
}

/** Whether the spans are the same, one by one. Cheaper than to compare the buckets they describe. */
export function spansAreSame(one: readonly Span[], other: readonly Span[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i]?.offset !== other[i]?.offset || one[i]?.length !== other[i]?.length) return false;
  }
  return true;
}

export function boundsAreSame(one: readonly number[], other: readonly number[]): boolean {
  if (one === other) return true;
  return one.length === other.length && one.every((bound, i) => bound === other[i]);
}

/** The bounds that both lists have. Counts can be brought to them without a guess. */
export function sharedBounds(one: readonly number[], other: readonly number[]): readonly number[] {
  const theirs = new Set(other);
  return one.filter((bound) => theirs.has(bound));
}

/** In which bucket of fewer bounds a bucket of the finer ones lies. The fewer bounds are among the finer ones. */
export function coarserIndex(finer: readonly number[], fewer: readonly number[]): (index: number) => number {
  const targets: number[] = [];
  let target = 0;
  for (const bound of finer) {
    while (target < fewer.length && (fewer[target] ?? 0) < bound) target++;
    targets.push(target);
  }
  return (index) => targets[index] ?? fewer.length;
}

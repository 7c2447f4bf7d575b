/**
 * For each instant, how many timestamps are not after it. The instants are evenly spaced and so are most timestamps: each search begins
 * where the step before had ended up, as many samples further as it had moved.
 *
 * @param timestamps - ascending; the first `count` of them.
 * @param firstMs - first instant.
 * @param stepMs - distance of the instants; 0 when all are the same.
 * @param bounds - the result, one for each instant.
 * @param instants - how many there are.
 */
export function fillBounds(
  timestamps: ArrayLike<number>,
  count: number,
  firstMs: number,
  stepMs: number,
  bounds: Int32Array,
  instants: number = bounds.length,
): void {
  let bound = 0;
  let stride = 0;
  let instant = firstMs;
  for (let step = 0; step < instants; step++, instant += stepMs) {
    let next = bound + stride;
    const isGuessed =
      next <= count &&
      (next === 0 || (timestamps[next - 1] ?? 0) <= instant) &&
      (next === count || (timestamps[next] ?? 0) > instant);
    if (!isGuessed) {
      next = bound;
      while (next < count && (timestamps[next] ?? 0) <= instant) next++;
      stride = next - bound;
    }
    bound = next;
    bounds[step] = bound;
  }
}

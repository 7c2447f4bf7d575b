/** Where Go's math differs from JavaScript's. */

/** Infinity wins over NaN. */
export function goMax(one: number, other: number): number {
  if (one === Number.POSITIVE_INFINITY || other === Number.POSITIVE_INFINITY) {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(one, other);
}

/** Minus infinity wins over NaN. */
export function goMin(one: number, other: number): number {
  if (one === Number.NEGATIVE_INFINITY || other === Number.NEGATIVE_INFINITY) {
    return Number.NEGATIVE_INFINITY;
  }
  return Math.min(one, other);
}

/** 1 to whatever power is 1, and -1 to an infinite one. */
export function goPow(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY) return 1;
  return base ** exponent;
}

/** A value of type uint; int is a plain bigint, so uint needs a class of its own. */
export class Uint {
  readonly value: bigint;

  /** @param value - between 0 and 2^64-1; the caller checks the range. */
  constructor(value: bigint) {
    this.value = value;
  }

  toString(): string {
    return this.value.toString();
  }
}

/** Largest uint. */
export const uintMax = 2n ** 64n - 1n;
/** Largest int. */
export const intMax = 2n ** 63n - 1n;
/** Smallest int. */
export const intMin = -(2n ** 63n);

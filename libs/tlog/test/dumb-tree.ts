import { createHash } from 'node:crypto';

/**
 * RFC 6962, section 2.1, copied definition by definition and sharing nothing with the library, so that a mistake in one is
 * not a mistake in the other. Leaves are given by a function, so that trees may be larger than memory.
 */
export class DumbTree {
  readonly #leaf: (index: number) => Buffer;
  readonly #known = new Map<string, Buffer>();

  constructor(entries: readonly Uint8Array[] | ((index: number) => Uint8Array)) {
    this.#leaf =
      typeof entries === 'function' ? (i) => Buffer.from(entries(i)) : (i) => Buffer.from(at(entries, i));
  }

  /** MTH(D[start:end]) */
  mth(start: number, end: number): Buffer {
    const n = end - start;
    if (n === 0) return createHash('sha256').digest();
    if (n === 1)
      return createHash('sha256')
        .update(Buffer.from([0]))
        .update(this.#leaf(start))
        .digest();
    const name = `${start}:${end}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const k = largestPowerOfTwoBelow(n);
    const hash = createHash('sha256')
      .update(Buffer.from([1]))
      .update(this.mth(start, start + k))
      .update(this.mth(start + k, end))
      .digest();
    this.#known.set(name, hash);
    return hash;
  }

  /** PATH(m, D[start:end]) */
  path(m: number, start: number, end: number): Buffer[] {
    const n = end - start;
    if (n === 1) return [];
    const k = largestPowerOfTwoBelow(n);
    if (m < k) return [...this.path(m, start, start + k), this.mth(start + k, end)];
    return [...this.path(m - k, start + k, end), this.mth(start, start + k)];
  }

  /** PROOF(m, D[0:n]) */
  proof(m: number, n: number): Buffer[] {
    return this.#subproof(m, 0, n, true);
  }

  #subproof(m: number, start: number, end: number, b: boolean): Buffer[] {
    const n = end - start;
    if (m === n) return b ? [] : [this.mth(start, end)];
    const k = largestPowerOfTwoBelow(n);
    if (m <= k) return [...this.#subproof(m, start, start + k, b), this.mth(start + k, end)];
    return [...this.#subproof(m - k, start + k, end, false), this.mth(start, start + k)];
  }
}

function largestPowerOfTwoBelow(n: number): number {
  let k = 1n;
  while (k * 2n < BigInt(n)) k *= 2n;
  return Number(k);
}

function at(entries: readonly Uint8Array[], index: number): Uint8Array {
  const entry = entries[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}

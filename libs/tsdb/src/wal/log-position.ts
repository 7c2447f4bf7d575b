/** A place in the log. */
export interface LogPosition {
  /** Number of the segment. */
  readonly segment: number;
  /** Bytes of the segment that lie before it. */
  readonly offset: number;
}

const offsetBits = 32n;
const offsetMask = (1n << offsetBits) - 1n;

/**
 * How far the log is on disk, in memory that threads share: what lies before it is whole, and was acknowledged or may be.
 * One word of 64 bits, so that segment and offset are read together.
 */
export class DurableEnd {
  readonly memory: SharedArrayBuffer;
  readonly #word: BigInt64Array;

  /** @param memory - of another thread's end; absent: it begins at 0. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#word = new BigInt64Array(memory);
  }

  get position(): LogPosition {
    const word = Atomics.load(this.#word, 0);
    return { segment: Number(word >> offsetBits), offset: Number(word & offsetMask) };
  }

  set position({ segment, offset }: LogPosition) {
    Atomics.store(this.#word, 0, (BigInt(segment) << offsetBits) | BigInt(offset));
  }
}

/** Numbers that are read here and written elsewhere. */
export interface ReadonlyFloats {
  readonly length: number;
  readonly [index: number]: number;
  slice(start?: number, end?: number): Float64Array<ArrayBuffer>;
  subarray(start?: number, end?: number): ReadonlyFloats;
  entries(): IterableIterator<[number, number]>;
  [Symbol.iterator](): IterableIterator<number>;
}

/** Timestamps with one distance that lie behind each other in memory. */
interface Stretch {
  /** Index of its first one. */
  readonly start: number;
  /** Index after its last one. */
  end: number;
  readonly firstMs: number;
  stepMs: number;
}

/** Stretches that are known at once: series with more have gaps, and hardly the same ones. */
const stretchesMax = 16;

/**
 * The times of the floats of one series after the other. Most series that are read together were sampled together: times
 * that lie in memory already are not written again, and as long as none are, what follows from the times alone need not be
 * worked out again.
 */
export class SampleTimes {
  #floats = new Float64Array(1024);
  /** What is known of the memory, in order. */
  readonly #stretches: Stretch[] = [];
  #version = 0;

  /** Milliseconds since the epoch; behind those of the series is what earlier ones have left. */
  get floats(): ReadonlyFloats {
    return this.#floats;
  }

  /** As long as it stays the same, series with as many floats have the same times. */
  get version(): number {
    return this.#version;
  }

  reserve(size: number): void {
    if (this.#floats.length >= size) return;
    const larger = new Float64Array(size);
    larger.set(this.#floats);
    this.#floats = larger;
  }

  /** Sets times with one distance, from an index on. There has to be room for them. */
  evenly(at: number, count: number, firstMs: number, stepMs: number): void {
    const end = at + count;
    const known = this.#known(at, firstMs, count > 1 ? stepMs : undefined);
    if (known >= end) return;
    const from = Math.max(at, known);
    const floats = this.write(from);
    const fromMs = firstMs + (from - at) * stepMs;
    for (let i = from, timeMs = fromMs; i < end; i++, timeMs += stepMs) floats[i] = timeMs;
    this.#remember(from, end, fromMs, stepMs);
  }

  /** The memory, whose content from an index on is going to be another. */
  write(at: number): Float64Array<ArrayBuffer> {
    const stretches = this.#stretches;
    while ((stretches.at(-1)?.start ?? -1) >= at) stretches.pop();
    const last = stretches.at(-1);
    if (last && last.end > at) last.end = at;
    this.#version++;
    return this.#floats;
  }

  /** Up to which index the memory has such times from another on; 0 if it has not. @param stepMs - undefined: any */
  #known(at: number, firstMs: number, stepMs: number | undefined): number {
    for (const { start, end, firstMs: startMs, stepMs: ownMs } of this.#stretches) {
      if (at >= end) continue;
      const fits = at >= start && (stepMs ?? ownMs) === ownMs && startMs + (at - start) * ownMs === firstMs;
      return fits ? end : 0;
    }
    return 0;
  }

  #remember(at: number, end: number, firstMs: number, stepMs: number): void {
    const last = this.#stretches.at(-1);
    if (last?.end === at) {
      const gapMs = firstMs - (last.firstMs + (at - 1 - last.start) * last.stepMs);
      const isOne = at - last.start === 1;
      if ((isOne || gapMs === last.stepMs) && (end - at === 1 || gapMs === stepMs)) {
        last.stepMs = gapMs;
        last.end = end;
        return;
      }
    }
    if (this.#stretches.length < stretchesMax) this.#stretches.push({ start: at, end, firstMs, stepMs });
  }
}

/** Work that waits for one of few places: those who ask take turns, and each one's own work keeps its order. */
export class FairLine<Place> {
  readonly #free: Place[];
  readonly #lines = new Map<string, ((place: Place) => void)[]>();

  constructor(places: readonly Place[]) {
    this.#free = [...places];
  }

  /** How much waits. */
  get waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.length;
    return count;
  }

  /** How much of one waits. */
  waitingOf(who: string): number {
    return this.#lines.get(who)?.length ?? 0;
  }

  /**
   * Does work when a place is free.
   * @param who - in whose turn
   */
  async run<Result>(who: string, work: (place: Place) => Promise<Result>): Promise<Result> {
    const place = await this.#take(who);
    try {
      return await work(place);
    } finally {
      this.#give(place);
    }
  }

  #take(who: string): Place | Promise<Place> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return new Promise((resolve) => {
      const line = this.#lines.get(who);
      if (line) line.push(resolve);
      else this.#lines.set(who, [resolve]);
    });
  }

  /** The first line gets the place, and goes to the end. */
  #give(place: Place): void {
    for (const [who, line] of this.#lines) {
      const next = line.shift();
      this.#lines.delete(who);
      if (line.length > 0) this.#lines.set(who, line);
      if (!next) continue;
      next(place);
      return;
    }
    this.#free.push(place);
  }
}

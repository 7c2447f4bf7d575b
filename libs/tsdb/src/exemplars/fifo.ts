/** What comes first goes first. */
export class Fifo<Item> {
  #items: Item[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  get newest(): Item | undefined {
    return this.#items.at(-1);
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes out the oldest. */
  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (this.size === 0) return undefined;
    this.#first++;
    // Moved now and then, so that taking out costs the same however many there are.
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** The oldest first. */
  *[Symbol.iterator](): Generator<Item> {
    for (let i = this.#first; i < this.#items.length; i++) {
      const item = this.#items[i];
      if (item !== undefined) yield item;
    }
  }
}

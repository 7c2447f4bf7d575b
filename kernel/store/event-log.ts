import type { StoreEvent } from './port.ts';

/**
 * Events in revision order, forgotten from the front. Each has a sequence number that stays its own when older ones
 * are forgotten, so a cursor is a number.
 */
export class EventLog {
  #events: StoreEvent[] = [];
  #first = 0;

  /** Sequence number of the oldest event held. */
  get first(): number {
    return this.#first;
  }

  /** Sequence number that the next event gets. */
  get end(): number {
    return this.#first + this.#events.length;
  }

  get size(): number {
    return this.#events.length;
  }

  append(event: StoreEvent): void {
    this.#events.push(event);
  }

  at(sequence: number): StoreEvent | undefined {
    return this.#events[sequence - this.#first];
  }

  slice(from: number, to: number): StoreEvent[] {
    return this.#events.slice(from - this.#first, to - this.#first);
  }

  /** Sequence number of the first event after `revision`. */
  after(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.#events[middle];
      if (event !== undefined && event.object.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#first + low;
  }

  /** Takes out all events about keys that start with `prefix`; numbers of the others are no longer their own. */
  takeOut(prefix: string): StoreEvent[] {
    const taken: StoreEvent[] = [];
    const left: StoreEvent[] = [];
    for (const event of this.#events) (event.object.key.startsWith(prefix) ? taken : left).push(event);
    this.#events = left;
    return taken;
  }

  /** Forgets all events up to and with `revision` and returns them. */
  forget(revision: number): StoreEvent[] {
    const forgotten = this.#events.splice(0, this.after(revision) - this.#first);
    this.#first += forgotten.length;
    return forgotten;
  }
}

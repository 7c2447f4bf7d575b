import type { Clock } from '../ports/clock.ts';

interface Callbacks {
  /** Whether the function waits for the outcome at this place. */
  isRequested(order: number): boolean;
  /** The function has come to rest. */
  rest(): void;
  /** The function rests, and does not wait for the next outcome of the journal. */
  missing(): void;
  /** Milliseconds that a replay may take between two operations. */
  readonly graceMs: number;
}

/**
 * The order in which outcomes are handed to the function of a run: one at a time, and the next one only when all that
 * the function does with it is done. So a replay, which has all outcomes at once, takes the same way through the
 * function as the first pass, which got them one after the other.
 */
export class DeliveryOrder {
  readonly #clock: Clock;
  readonly #callbacks: Callbacks;
  /** Outcomes in the journal. */
  #length: number;
  #position = 0;
  #scheduled = false;
  #cancelGrace: (() => void) | undefined;

  constructor(length: number, clock: Clock, callbacks: Callbacks) {
    this.#length = length;
    this.#clock = clock;
    this.#callbacks = callbacks;
  }

  /** Place of the next outcome. */
  get position(): number {
    return this.#position;
  }

  /** Whether the journal has outcomes that the function has not got yet. */
  get replaying(): boolean {
    return this.#position < this.#length;
  }

  advance(): void {
    this.#position++;
  }

  /** The place of a new outcome. */
  append(): number {
    this.#length++;
    return this.#position++;
  }

  /** Takes the outcomes that are left as handed over. */
  giveUp(): void {
    this.#position = this.#length;
    this.schedule();
  }

  /** Calls `rest` once the function has come to rest: when no promise that it could wait for is left to run. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A tick that is asked for by a microtask comes after all microtasks.
    queueMicrotask(() =>
      process.nextTick(() => {
        this.#scheduled = false;
        this.#cancelGrace?.();
        this.#cancelGrace = undefined;
        if (this.replaying && !this.#callbacks.isRequested(this.#position)) this.#expect();
        this.#callbacks.rest();
      }),
    );
  }

  #expect(): void {
    const waitedFor = this.#position;
    this.#cancelGrace = this.#clock.after(this.#callbacks.graceMs, () => {
      if (this.replaying && this.#position === waitedFor) this.#callbacks.missing();
    });
  }
}

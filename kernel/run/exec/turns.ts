/**
 * Spreads work over turns of the event loop: one piece in each, whoever it is for. However many programs print at once,
 * everything else gets its turn after every piece.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves in a turn of the caller's own, in order of the calls. */
  next(): Promise<void> {
    this.#last = this.#last.then(breathe);
    return this.#last;
  }
}

/** Gives input and output, and everybody else who waits, their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

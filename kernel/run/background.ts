import { FencedError } from '../cluster/fence.ts';

/** Work that nobody waits for until the end: what goes wrong in it is told. */
export class Background {
  readonly #under = new Set<Promise<void>>();
  readonly #failed: (what: string, error: unknown) => void;

  constructor(failed: (what: string, error: unknown) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#under.size;
  }

  run(what: string, work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        // Another process does that work now.
        if (!(error instanceof FencedError)) this.#failed(what, error);
      })
      .finally(() => this.#under.delete(tracked));
    this.#under.add(tracked);
  }

  /** Resolves when all that is under way has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#under);
  }
}

/**
 * Signals in this time after the first are the same one: a terminal sends Ctrl-C to every process in the foreground,
 * and npm and the launcher pass theirs on as well.
 */
const sameSignalMs = 500;

/** Waits for the request to stop: the first signal asks, a later one insists. */
export class StopSignal {
  readonly #controller = new AbortController();
  #askedAt: number | undefined;

  constructor(insist: (signal: NodeJS.Signals) => void) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.#askedAt === undefined) {
          this.#askedAt = performance.now();
          this.#controller.abort(signal);
        } else if (performance.now() - this.#askedAt > sameSignalMs) insist(signal);
      });
    }
  }

  /** Aborted with the first signal; its reason is the signal's name. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves with the first signal. */
  async asked(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

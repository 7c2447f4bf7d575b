import { QueryError } from './query-error.ts';

/** How a query is stopped from outside. The evaluation itself does not give way to other work, so it has to ask. */
export interface InterruptionOptions {
  /** Noticed between the selections, and in the evaluation where something else can abort it, like a signal of another thread. */
  readonly signal?: AbortSignal;
  /** Asked during the evaluation: a flag in shared memory, for instance. */
  readonly isCanceled?: () => boolean;
  /** When the query is given up, on the clock of `nowMs`. */
  readonly deadline?: { readonly atMs: number; readonly nowMs: () => number };
}

/** Samples between two looks at the clock: some tenths of a millisecond. */
const samplesBetweenChecks = 65_536;

/** Notices that a query has been canceled or takes too long. */
export class Interruption {
  readonly #options: InterruptionOptions;
  #samples = 0;

  constructor(options: InterruptionOptions) {
    this.#options = options;
  }

  /** To be called for each piece of work, with its size. @throws QueryError */
  worked(samples: number): void {
    this.#samples += samples;
    if (this.#samples < samplesBetweenChecks) return;
    this.#samples = 0;
    this.check();
  }

  /** @throws QueryError when the query shall stop. */
  check(): void {
    const { signal, isCanceled, deadline } = this.#options;
    if (signal?.aborted || isCanceled?.()) {
      throw new QueryError('canceled', 'query was canceled in expression evaluation');
    }
    if (deadline && deadline.nowMs() > deadline.atMs) {
      throw new QueryError('timeout', 'query timed out in expression evaluation');
    }
  }
}

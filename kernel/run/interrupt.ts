import { LateAbort } from './late-abort.ts';
import type { Ledger } from './ledger.ts';
import { abortGraceMs } from './limits.ts';
import type { RunWorld } from './operation.ts';
import { errorOf, RunError, type RunFailure } from './run-error.ts';

const interruptName = '!interrupt';

/**
 * Why a run has to end before its function is through: cancellation, a time limit, a failure. It is journaled, so that
 * every replay takes the same way out.
 */
export class Interrupt {
  /** Aborted when the run is to end. */
  readonly abort = new LateAbort();
  readonly #ledger: Ledger;
  readonly #world: RunWorld;
  #failure: RunFailure | undefined;
  #force: PromiseWithResolvers<never> | undefined;
  #cancelGrace: (() => void) | undefined;
  #isIdle: () => boolean;

  /** @param isIdle whether the function waits for no operation */
  constructor(ledger: Ledger, world: RunWorld, isIdle: () => boolean) {
    this.#ledger = ledger;
    this.#world = world;
    this.#isIdle = isIdle;
    const known = ledger.entries.get(interruptName)?.error;
    if (known) this.abort.abort(errorOf(known));
    this.#failure = known;
  }

  /** The reason; undefined as long as the run may go on. */
  get failure(): RunFailure | undefined {
    return this.#failure;
  }

  /** Looks at cancellation and the time limit of the run. */
  check(startedAtMs: number | undefined): void {
    if (this.#failure) return;
    const { cancel, timeoutSeconds } = this.#ledger.run.spec;
    if (cancel === true) {
      this.set({ code: 'Canceled', message: 'the run was cancelled' });
      return;
    }
    if (timeoutSeconds === undefined || startedAtMs === undefined) return;
    const deadlineMs = startedAtMs + timeoutSeconds * 1000;
    if (this.#world.clock.now() < deadlineMs) this.#world.wakeAt(deadlineMs);
    else this.set({ code: 'Timeout', message: `the run took more than ${timeoutSeconds} s` });
  }

  /** Notes the reason; only the first one counts. */
  set(failure: RunFailure): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#ledger.put({ kind: 'interrupt', name: interruptName, state: 'done', error: failure });
    this.abort.abort(errorOf(failure));
    // A function that waits for something else than operations is not waited for.
    this.#cancelGrace = this.#world.clock.after(abortGraceMs, () => {
      if (this.#isIdle()) this.#force?.reject(errorOf(failure));
    });
  }

  /** What the function ends with, unless it is given up before. */
  async outcomeOf(output: unknown): Promise<unknown> {
    // Most functions end before anybody could want to interrupt them.
    if (!(output instanceof Promise)) return output;
    this.#force = Promise.withResolvers<never>();
    return await Promise.race([output, this.#force.promise]);
  }

  /** Tells what is still under way to end, without a reason that is journaled: the run has succeeded. */
  drop(): void {
    this.abort.abort(new RunError('Dropped', 'the run has ended without waiting for it'));
  }

  /** The function is through, or the pass is over. */
  rest(): void {
    this.#cancelGrace?.();
  }
}

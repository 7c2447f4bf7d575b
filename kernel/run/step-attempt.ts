import type { Json } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
import { isStop } from '../ports/processes.ts';
import type { StepContext, StepProgram } from './define-run.ts';
import type { ExecOutcome, ExecPort } from './exec-port.ts';
import { jsonOf } from './json-value.ts';
import { abortGraceMs, resultBytesMax } from './limits.ts';
import type { Attempt } from './operation.ts';
import { failureOf, RunError, type RunFailure } from './run-error.ts';
import { idempotencyKeyOf } from './step-operation.ts';

/** What an attempt came to. `unfinished` did not end although it was told to: nobody knows what it still does. */
export type AttemptResult =
  | { readonly type: 'done'; readonly result: Json | undefined }
  | { readonly type: 'failed' | 'unfinished'; readonly failure: RunFailure; readonly isFinal: boolean };

interface AttemptOptions {
  /** Runs the programs of the step; absent, that fails. */
  readonly exec: ExecPort | undefined;
  readonly uid: string;
  readonly name: string;
  /** Number of this attempt, from 1. */
  readonly made: number;
  readonly isRecovering: boolean;
  readonly clock: Clock;
  /** Any of them ends the attempt. */
  readonly signals: readonly AbortSignal[];
}

const unfinished = Symbol('unfinished');

/** Carries out one attempt of a step within its time limit. Never throws. */
export async function runAttempt(attempt: Attempt, options: AttemptOptions): Promise<AttemptResult> {
  const { name, isRecovering, clock, signals } = options;
  const controller = new AbortController();
  const gaveUp = Promise.withResolvers<typeof unfinished>();
  const cancels: (() => void)[] = [];
  const abort = (reason: unknown): void => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    cancels.push(clock.after(abortGraceMs, () => gaveUp.resolve(unfinished)));
  };
  for (const signal of signals) {
    const onAbort = (): void => abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    cancels.push(() => signal.removeEventListener('abort', onAbort));
  }
  if (attempt.timeoutMs !== undefined) {
    const { timeoutMs } = attempt;
    const reason = new RunError('Timeout', `${name} took more than ${timeoutMs} ms`, { step: name });
    cancels.push(clock.after(timeoutMs, () => abort(reason)));
  }
  const context = new Context(options, controller.signal);
  try {
    const running = Promise.resolve(attempt.run(context, isRecovering));
    const ended = await Promise.race([running, gaveUp.promise]);
    if (ended === unfinished) {
      running.catch(() => {
        // What it came to after it was given up has been answered for already.
      });
      const failure = failureOf(controller.signal.reason);
      const message = `${failure.message}, and did not end within ${abortGraceMs} ms after it was told to`;
      return { type: 'unfinished', failure: { ...failure, message }, isFinal: false };
    }
    return { type: 'done', result: jsonOf(ended, resultBytesMax, `the result of ${name}`).value };
  } catch (error) {
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
    const isFinal = error instanceof RunError && !controller.signal.aborted;
    return { type: 'failed', failure: failureOf(reason, 'StepFailed'), isFinal };
  } finally {
    for (const cancel of cancels) cancel();
  }
}

/** What a step gets to know; the key is made only for those that ask. */
class Context implements StepContext {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly #options: AttemptOptions;

  constructor(options: AttemptOptions, signal: AbortSignal) {
    this.signal = signal;
    this.attempt = options.made;
    this.#options = options;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.#options.uid, this.#options.name);
  }

  async exec({ log, ...program }: StepProgram): Promise<ExecOutcome> {
    const { exec, uid, name, made } = this.#options;
    const { signal } = this;
    if (!exec) throw new RunError('ExecUnavailable', 'this control plane runs no programs', { step: name });
    const outcome = await exec.exec({ ...program, runUid: uid, step: log ?? name, attempt: made, signal });
    // The failure of a program that was told to end is that it was told to.
    signal.throwIfAborted();
    return outcome;
  }

  async settle(log: string): Promise<void> {
    const { exec, uid } = this.#options;
    await exec?.settle?.(uid, log, this.signal);
    if (isStop(this.signal.reason)) this.signal.throwIfAborted();
  }
}

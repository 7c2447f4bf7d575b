import type { Json } from '../model/object.ts';
import type { Clock } from '../ports/clock.ts';
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
  const { name, made, isRecovering, clock, signals } = options;
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
  const context = new Context(options.uid, name, controller.signal, made);
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
class Context {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly #uid: string;
  readonly #name: string;

  constructor(uid: string, name: string, signal: AbortSignal, attempt: number) {
    this.#uid = uid;
    this.#name = name;
    this.signal = signal;
    this.attempt = attempt;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.#uid, this.#name);
  }
}

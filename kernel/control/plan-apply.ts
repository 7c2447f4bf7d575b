import { StatusError } from '../model/status-error.ts';

/**
 * The form that every reconcile of weight has:
 *
 *   plan(desired, observed, now) -> steps    pure: no client, no clock, no file; the same input gives the same steps
 *   apply(step)                              idempotent and fenced: names the uid or resourceVersion that it was planned
 *                                            for, so that a step which comes late or twice does nothing
 *
 * `reconcile` only joins them: read, plan, apply, write the status.
 */
export interface Step {
  /** What the step does, as one word for statistics and messages. */
  readonly action: string;
}

/** How a step ended. */
export type StepOutcome<S extends Step> =
  | { readonly step: S; readonly ok: true }
  | { readonly step: S; readonly ok: false; readonly error: unknown };

/**
 * Applies steps in order. A step that fails does not keep the others from being applied, unless `stopAtFailure` is set.
 * @param signal aborted when no further step shall be begun
 */
export async function applySteps<S extends Step>(
  steps: readonly S[],
  apply: (step: S) => Promise<void>,
  options: { readonly signal?: AbortSignal; readonly stopAtFailure?: boolean } = {},
): Promise<StepOutcome<S>[]> {
  const outcomes: StepOutcome<S>[] = [];
  for (const step of steps) {
    if (options.signal?.aborted) break;
    try {
      await apply(step);
      outcomes.push({ step, ok: true });
    } catch (error) {
      outcomes.push({ step, ok: false, error });
      if (options.stopAtFailure) break;
    }
  }
  return outcomes;
}

/** Runs a fenced delete or removal: that the object is gone, or has become another one, means that it is done. */
export async function settleGone(effect: () => Promise<unknown>): Promise<void> {
  try {
    await effect();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Whether an API error says that the object is not there. */
export function isGone(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404;
}

/** Whether an API error says that the object has moved since it was read, or that its uid is another. */
export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.code === 409 && error.reason === 'Conflict';
}

/** Whether an API error says that the object is there already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

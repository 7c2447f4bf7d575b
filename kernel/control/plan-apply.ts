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

/**
 * Applies steps in order, up to `concurrency` of them at a time. A step that throws ends the run, after those that were
 * begun with it; what a step shall survive, its `apply` turns into an outcome.
 * @param signal aborted when no further step shall be begun
 * @returns the outcomes of the steps that were applied, in their order
 */
export async function applySteps<S extends Step, Outcome>(
  steps: readonly S[],
  apply: (step: S) => Promise<Outcome>,
  options: { readonly signal: AbortSignal; readonly concurrency?: number },
): Promise<Outcome[]> {
  const { signal, concurrency = 1 } = options;
  const outcomes: Outcome[] = [];
  for (let i = 0; i < steps.length && !signal.aborted; i += concurrency) {
    outcomes.push(...(await Promise.all(steps.slice(i, i + concurrency).map(apply))));
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
function isGone(error: unknown): boolean {
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

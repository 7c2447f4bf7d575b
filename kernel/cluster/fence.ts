import { AsyncLocalStorage } from 'node:async_hooks';
import { StoreError, type StoreOperation } from '../store/port.ts';

/**
 * The right of this process to work for a unit. It goes into every commit that is made for the unit, as an expectation
 * of the record that says who owns it: a process that was stopped and wakes when another has taken its work over writes
 * nothing more, however late it notices.
 */
export interface Fence {
  /** What the right is for, such as `controller.garbage-collector`. */
  readonly unit: string;
  /**
   * Whether the right can be relied on at this moment: it is not lost, and others cannot have taken it yet. Asked before
   * an effect that no commit protects.
   */
  holds(): boolean;
  /** The expectation that goes into each commit. */
  check(): Extract<StoreOperation, { type: 'check' }>;
  /** A commit was refused because of it. */
  refused(): void;
}

/** This process has no right to the work any more; another does it. Nothing was written, and it is not to be tried again. */
export class FencedError extends Error {
  override name = 'FencedError';
  readonly unit: string;

  constructor(unit: string, options?: ErrorOptions) {
    super(`this process does not own ${unit} any more: another one carries its work on`, options);
    this.unit = unit;
  }
}

const current = new AsyncLocalStorage<Fence | undefined>();

/** The fence of the work that runs now; undefined for what nobody else could be doing, such as answering a request. */
export function currentFence(): Fence | undefined {
  return current.getStore();
}

/**
 * Does work under a fence, or under none: every write that it leads to carries the fence, whichever client it uses.
 * Callbacks that are called by others (a follower of the store, a timer that others set) run under theirs, so whoever
 * begins work out of one enters its own fence again.
 */
export function withFence<Result>(fence: Fence | undefined, work: () => Result): Result {
  return current.getStore() === fence ? work() : current.run(fence, work);
}

/**
 * Makes a commit carry the fence of the work that it is for, if there is one. `Objects` does this for all that goes
 * through it; work that commits to the store past it does it by itself.
 *
 * @param commit is given the expectations to add
 * @throws FencedError when this process does not own the work any more; nothing is committed then
 */
export async function commitFenced<Result>(
  commit: (checks: readonly StoreOperation[]) => Promise<Result>,
): Promise<Result> {
  const fence = currentFence();
  if (!fence) return await commit([]);
  requireFence();
  const check = fence.check();
  try {
    return await commit([check]);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'conflict' || error.key !== check.key) throw error;
    fence.refused();
    throw new FencedError(fence.unit, { cause: error });
  }
}

/**
 * Looks whether the work that runs now is still this process's; for effects that are no commit of objects.
 * @throws FencedError when it is not
 */
export function requireFence(): void {
  const fence = currentFence();
  if (!fence || fence.holds()) return;
  fence.refused();
  throw new FencedError(fence.unit);
}

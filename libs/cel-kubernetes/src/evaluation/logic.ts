import { CelCostExceeded, CelEvaluationError } from '../problem.ts';
import type { Evaluator } from './frame.ts';

/**
 * `&&` and `||`: one side that decides is enough, whichever it is, so an error on the other side does not matter.
 *
 * Spec: CEL language definition, "Logical Operators".
 */
export function junction(left: Evaluator, right: Evaluator, decisive: boolean): Evaluator {
  return (frame) => {
    let first: unknown;
    try {
      first = left(frame);
    } catch (error) {
      first = absorbable(error);
      frame.work(absorbedWork);
    }
    if (first === decisive) return decisive;
    const second = right(frame);
    if (second === decisive) return decisive;
    if (first instanceof CelEvaluationError) throw first;
    return logical(first) && logical(second);
  };
}

/** `condition ? yes : no`. */
export function conditional(condition: Evaluator, yes: Evaluator, no: Evaluator): Evaluator {
  return (frame) => (logical(condition(frame)) ? yes(frame) : no(frame));
}

/** True unless the operand is false; an error is not. Loops go on while it holds. */
export function notStrictlyFalse(operand: Evaluator): Evaluator {
  return (frame) => {
    frame.spend(1);
    try {
      return operand(frame) !== false;
    } catch (error) {
      absorbable(error);
      frame.work(absorbedWork);
      return true;
    }
  };
}

/** An error that is thrown and caught takes some 2 µs. */
export const absorbedWork = 20;

/** A value that has to be a bool. */
export function logical(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new CelEvaluationError('no such overload');
  return value;
}

/** The error, if an operator may absorb it; others, the end of the budget among them, are thrown on. */
export function absorbable(error: unknown): CelEvaluationError {
  if (error instanceof CelEvaluationError && !(error instanceof CelCostExceeded)) return error;
  throw error;
}

import { CelCostExceeded, CelEvaluationError, CelUnknown } from '../problem.ts';
import type { Evaluator, Frame } from './frame.ts';

/**
 * `&&` and `||`: one side that decides is enough, whichever it is, so an error on the other side does not matter. Where
 * none does, what is unknown goes before an error.
 *
 * Spec: CEL language definition, "Logical Operators".
 */
export class Junction implements Evaluator {
  readonly left: Evaluator;
  readonly right: Evaluator;
  readonly decisive: boolean;

  constructor(left: Evaluator, right: Evaluator, decisive: boolean) {
    this.left = left;
    this.right = right;
    this.decisive = decisive;
  }

  evaluate(frame: Frame): unknown {
    const { decisive } = this;
    let first: unknown;
    try {
      first = this.left.evaluate(frame);
    } catch (error) {
      first = absorbable(error);
      frame.work(absorbedWork);
    }
    if (first === decisive) return decisive;
    const second = first instanceof CelUnknown ? this.#beside(first, frame) : this.right.evaluate(frame);
    if (second === decisive) return decisive;
    if (first instanceof CelEvaluationError) throw first;
    return logical(first) && logical(second);
  }

  /** The right side, when the left one is unknown. */
  #beside(unknown: CelUnknown, frame: Frame): unknown {
    try {
      return this.right.evaluate(frame);
    } catch (error) {
      frame.work(absorbedWork);
      const absorbed = absorbable(error);
      throw absorbed instanceof CelUnknown ? unknown.with(absorbed) : unknown;
    }
  }
}

/** `condition ? yes : no`. */
export class Conditional implements Evaluator {
  readonly condition: Evaluator;
  readonly yes: Evaluator;
  readonly no: Evaluator;

  constructor(condition: Evaluator, yes: Evaluator, no: Evaluator) {
    this.condition = condition;
    this.yes = yes;
    this.no = no;
  }

  evaluate(frame: Frame): unknown {
    return logical(this.condition.evaluate(frame)) ? this.yes.evaluate(frame) : this.no.evaluate(frame);
  }
}

/** True unless the operand is false; an error is not. Loops go on while it holds. */
export class NotStrictlyFalse implements Evaluator {
  readonly operand: Evaluator;

  constructor(operand: Evaluator) {
    this.operand = operand;
  }

  evaluate(frame: Frame): unknown {
    frame.spend(1);
    try {
      return this.operand.evaluate(frame) !== false;
    } catch (error) {
      absorbable(error);
      frame.work(absorbedWork);
      return true;
    }
  }
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

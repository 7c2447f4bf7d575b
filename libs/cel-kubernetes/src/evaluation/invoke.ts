import type { Overload } from '../checking/declaration.ts';
import { CelEvaluationError } from '../problem.ts';
import { typeNameOf } from '../values/type-name.ts';
import type { Evaluator, Frame } from './frame.ts';
import { Constant } from './literal.ts';
import { sharedParts } from './shared-parts.ts';

/** A function as one or more places call it: the overloads that these may come to. */
class Callee {
  readonly name: string;
  readonly overloads: readonly Overload[];

  constructor(name: string, overloads: readonly Overload[]) {
    this.name = name;
    this.overloads = overloads;
  }

  /** The first overload that accepts the values. @throws CelEvaluationError when none does */
  choose(values: readonly unknown[]): Overload {
    const found = this.overloads.find(({ accepts }) =>
      accepts.every((accept, index) => accept(values[index])),
    );
    if (found === undefined) throw this.noOverload(values);
    return found;
  }

  /** As `choose`, and calls it, for one value. */
  callWithOne(value: unknown, frame: Frame): unknown {
    for (const { accepts, cost, implement } of this.overloads) {
      if (accepts[0]?.(value) !== true) continue;
      frame.spend(cost === undefined ? 1 : cost(value));
      return implement(value, frame.work);
    }
    throw this.noOverload([value]);
  }

  /** As `choose`, and calls it, for two values. */
  callWithTwo(a: unknown, b: unknown, frame: Frame): unknown {
    for (const { accepts, cost, implement } of this.overloads) {
      if (accepts[0]?.(a) !== true || accepts[1]?.(b) !== true) continue;
      frame.spend(cost === undefined ? 1 : cost(a, b));
      return implement(a, b, frame.work);
    }
    throw this.noOverload([a, b]);
  }

  noOverload(values: readonly unknown[]): CelEvaluationError {
    return new CelEvaluationError(`no such overload: ${this.name}(${values.map(typeNameOf).join(', ')})`);
  }
}

/** A call of a function: evaluates the arguments, takes the first overload that accepts them. */
export function invoke(name: string, args: readonly Evaluator[], overloads: readonly Overload[]): Evaluator {
  const callee = calleeOf(name, overloads);
  const [first, second] = args;
  if (first !== undefined && args.length === 1) return sharedParts.make(UnaryCall, callee, first);
  if (first !== undefined && second !== undefined && args.length === 2) {
    return second instanceof Constant && second.cost === 0
      ? sharedParts.make(CallWithConstant, callee, first, second.value)
      : sharedParts.make(BinaryCall, callee, first, second);
  }
  return sharedParts.make(AnyCall, callee, args);
}

/** What an overload remembers at the place of its call is not for other places. */
function calleeOf(name: string, overloads: readonly Overload[]): Callee {
  if (overloads.some(({ site }) => site !== undefined)) {
    const own = overloads.map((one) => ({ ...one, implement: one.site?.() ?? one.implement }));
    return new Callee(name, own);
  }
  sharedParts.admit(overloads);
  return sharedParts.make(Callee, name, overloads);
}

/** A call with one argument, without a list of arguments to be made. */
class UnaryCall implements Evaluator {
  readonly callee: Callee;
  readonly argument: Evaluator;

  constructor(callee: Callee, argument: Evaluator) {
    this.callee = callee;
    this.argument = argument;
  }

  evaluate(frame: Frame): unknown {
    return this.callee.callWithOne(this.argument.evaluate(frame), frame);
  }
}

/** A call with two arguments, without a list of arguments to be made. */
class BinaryCall implements Evaluator {
  readonly callee: Callee;
  readonly left: Evaluator;
  readonly right: Evaluator;

  constructor(callee: Callee, left: Evaluator, right: Evaluator) {
    this.callee = callee;
    this.left = left;
    this.right = right;
  }

  evaluate(frame: Frame): unknown {
    const a = this.left.evaluate(frame);
    return this.callee.callWithTwo(a, this.right.evaluate(frame), frame);
  }
}

/** A call with two arguments, the second of which is a literal, as in most comparisons: it need not be looked up. */
class CallWithConstant implements Evaluator {
  readonly callee: Callee;
  readonly left: Evaluator;
  readonly right: unknown;

  constructor(callee: Callee, left: Evaluator, right: unknown) {
    this.callee = callee;
    this.left = left;
    this.right = right;
  }

  evaluate(frame: Frame): unknown {
    return this.callee.callWithTwo(this.left.evaluate(frame), this.right, frame);
  }
}

/** A call with any number of arguments. */
class AnyCall implements Evaluator {
  readonly callee: Callee;
  readonly args: readonly Evaluator[];

  constructor(callee: Callee, args: readonly Evaluator[]) {
    this.callee = callee;
    this.args = args;
  }

  evaluate(frame: Frame): unknown {
    const values = this.args.map((argument) => argument.evaluate(frame));
    const { cost, implement } = this.callee.choose(values);
    frame.spend(cost?.(...values) ?? 1);
    return implement(...values, frame.work);
  }
}

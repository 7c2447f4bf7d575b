import type { Overload } from '../checking/declaration.ts';
import { CelEvaluationError } from '../problem.ts';
import { typeNameOf } from '../values/type-name.ts';
import type { Evaluator, Frame } from './frame.ts';

/** An overload at one place of an expression. */
interface Site {
  readonly overload: Overload;
  readonly implement: (...args: unknown[]) => unknown;
}

/** A call of a function: evaluates the arguments, takes the first overload that accepts them. */
export function invoke(name: string, args: readonly Evaluator[], overloads: readonly Overload[]): Evaluator {
  const sites = overloads.map((overload) => ({
    overload,
    implement: overload.site?.() ?? overload.implement,
  }));
  const [first, second] = args;
  const [only] = sites;
  if (only !== undefined && sites.length === 1 && first !== undefined && args.length <= 2) {
    return second === undefined ? invokeOne(name, first, only) : invokeTwo(name, first, second, only);
  }
  return (frame) => {
    const values = args.map((argument) => argument(frame));
    const site = sites.find(({ overload }) => acceptsAll(overload, values));
    if (site === undefined) throw noOverload(name, values);
    frame.spend(site.overload.cost?.(...values) ?? 1);
    return site.implement(...values, frame.work);
  };
}

function invokeOne(name: string, argument: Evaluator, { overload, implement }: Site): Evaluator {
  const { accepts, cost } = overload;
  const [accept] = accepts;
  return (frame: Frame) => {
    const value = argument(frame);
    if (accept?.(value) !== true) throw noOverload(name, [value]);
    frame.spend(cost === undefined ? 1 : cost(value));
    return implement(value, frame.work);
  };
}

function invokeTwo(
  name: string,
  left: Evaluator,
  right: Evaluator,
  { overload, implement }: Site,
): Evaluator {
  const { accepts, cost } = overload;
  const [acceptLeft, acceptRight] = accepts;
  return (frame: Frame) => {
    const a = left(frame);
    const b = right(frame);
    if (acceptLeft?.(a) !== true || acceptRight?.(b) !== true) throw noOverload(name, [a, b]);
    frame.spend(cost === undefined ? 1 : cost(a, b));
    return implement(a, b, frame.work);
  };
}

function acceptsAll({ accepts }: Overload, values: readonly unknown[]): boolean {
  return accepts.every((accept, index) => accept(values[index]));
}

function noOverload(name: string, values: readonly unknown[]): CelEvaluationError {
  return new CelEvaluationError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
}

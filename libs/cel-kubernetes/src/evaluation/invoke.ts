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
  if (first !== undefined && args.length === 1) return invokeOne(name, first, sites);
  if (first !== undefined && second !== undefined && args.length === 2) {
    return invokeTwo(name, first, second, sites);
  }
  return (frame) => {
    const values = args.map((argument) => argument(frame));
    const site = sites.find(({ overload }) => acceptsAll(overload, values));
    if (site === undefined) throw noOverload(name, values);
    frame.spend(site.overload.cost?.(...values) ?? 1);
    return site.implement(...values, frame.work);
  };
}

function invokeOne(name: string, argument: Evaluator, sites: readonly Site[]): Evaluator {
  return (frame: Frame) => {
    const value = argument(frame);
    for (const { overload, implement } of sites) {
      const { accepts, cost } = overload;
      if (accepts[0]?.(value) !== true) continue;
      frame.spend(cost === undefined ? 1 : cost(value));
      return implement(value, frame.work);
    }
    throw noOverload(name, [value]);
  };
}

function invokeTwo(name: string, left: Evaluator, right: Evaluator, sites: readonly Site[]): Evaluator {
  return (frame: Frame) => {
    const a = left(frame);
    const b = right(frame);
    for (const { overload, implement } of sites) {
      const { accepts, cost } = overload;
      if (accepts[0]?.(a) !== true || accepts[1]?.(b) !== true) continue;
      frame.spend(cost === undefined ? 1 : cost(a, b));
      return implement(a, b, frame.work);
    }
    throw noOverload(name, [a, b]);
  };
}

function acceptsAll({ accepts }: Overload, values: readonly unknown[]): boolean {
  return accepts.every((accept, index) => accept(values[index]));
}

function noOverload(name: string, values: readonly unknown[]): CelEvaluationError {
  return new CelEvaluationError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
}

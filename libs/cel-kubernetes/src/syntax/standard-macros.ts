import type { Expression } from './expression.ts';
import {
  accumulator,
  argument,
  call,
  constant,
  emptyList,
  type Loop,
  loop,
  type Macro,
  type MacroCall,
  variableOf,
} from './macro.ts';
import { SyntaxFault } from './syntax-fault.ts';

/** What a quantifier accumulates; the same for one and for two variables. */
export type Quantifier = (offset: number, predicate: Expression) => Omit<Loop, 'range' | 'variables'>;

/** True when the predicate holds for every item; stops at the first for which it does not. */
export const all: Quantifier = (offset, predicate) => ({
  initial: constant(offset, true),
  condition: call(offset, '@not_strictly_false', accumulator(offset)),
  step: call(offset, '_&&_', accumulator(offset), predicate),
});

/** True when the predicate holds for one item at least; stops there. */
export const exists: Quantifier = (offset, predicate) => ({
  initial: constant(offset, false),
  condition: call(offset, '@not_strictly_false', call(offset, '!_', accumulator(offset))),
  step: call(offset, '_||_', accumulator(offset), predicate),
});

/** True when the predicate holds for exactly one item. Errors are not absorbed. */
export const existsOne: Quantifier = (offset, predicate) => ({
  initial: constant(offset, 0n),
  condition: constant(offset, true),
  step: call(
    offset,
    '_?_:_',
    predicate,
    call(offset, '_+_', accumulator(offset), constant(offset, 1n)),
    accumulator(offset),
  ),
  result: call(offset, '_==_', accumulator(offset), constant(offset, 1n)),
});

function quantified(name: string, quantifier: Quantifier): Macro {
  return {
    name,
    arity: 2,
    receiver: true,
    expand: (macro) =>
      loop(macro.offset, {
        range: rangeOf(macro),
        variables: [variableOf(macro.args[0])],
        ...quantifier(macro.offset, argument(macro, 1)),
      }),
  };
}

/** The target over which a receiver macro loops. */
export function rangeOf({ target, offset }: MacroCall): Expression {
  if (target === undefined) throw new SyntaxFault('the macro is called on a list or map', offset);
  return target;
}

/** Adds one element to the accumulated list. */
export function append(offset: number, element: Expression): Expression {
  const one: Expression = { kind: 'list', offset, elements: [element], optional: new Set() };
  return call(offset, '_+_', accumulator(offset), one);
}

/** Runs a step only where a condition holds. */
export function when(offset: number, condition: Expression, step: Expression): Expression {
  return call(offset, '_?_:_', condition, step, accumulator(offset));
}

function collected(name: string, arity: number, step: (macro: MacroCall) => Expression): Macro {
  return {
    name,
    arity,
    receiver: true,
    expand: (macro) =>
      loop(macro.offset, {
        range: rangeOf(macro),
        variables: [variableOf(macro.args[0])],
        initial: emptyList(macro.offset),
        condition: constant(macro.offset, true),
        step: step(macro),
      }),
  };
}

/** The macros of the language itself. Spec: CEL language definition, "Macros". */
export const standardMacros: readonly Macro[] = [
  {
    name: 'has',
    arity: 1,
    receiver: false,
    expand: (macro) => {
      const field = argument(macro, 0);
      if (field.kind !== 'selection' || field.testOnly) {
        throw new SyntaxFault('invalid argument to has() macro', field.offset);
      }
      return { ...field, testOnly: true };
    },
  },
  quantified('all', all),
  quantified('exists', exists),
  quantified('exists_one', existsOne),
  quantified('existsOne', existsOne),
  collected('map', 2, (macro) => append(macro.offset, argument(macro, 1))),
  collected('map', 3, (macro) =>
    when(macro.offset, argument(macro, 1), append(macro.offset, argument(macro, 2))),
  ),
  collected('filter', 2, (macro) =>
    when(macro.offset, argument(macro, 1), append(macro.offset, argument(macro, 0))),
  ),
];

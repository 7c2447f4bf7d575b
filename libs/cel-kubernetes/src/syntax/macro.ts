import type { Expression } from './expression.ts';
import { SyntaxFault } from './syntax-fault.ts';

/** What a macro is given: its position and its arguments, not evaluated. */
export interface MacroCall {
  readonly offset: number;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

/** Rewrites a call into other syntax while parsing. */
export interface Macro {
  readonly name: string;
  /** How many arguments it takes, beside its target. */
  readonly arity: number | 'any';
  /** Whether it is called on a target, `list.all(...)`. */
  readonly receiver: boolean;
  /** The expansion, or undefined when this call is an ordinary one. @throws SyntaxFault for wrong arguments. */
  readonly expand: (call: MacroCall) => Expression | undefined;
}

/** Name of the accumulator of macros; `@` keeps it out of reach of expressions. */
const accumulatorName = '@result';

/** The name that an argument must be, since the macro declares a variable of it. */
export function variableOf(expression: Expression | undefined): string {
  if (expression?.kind !== 'identifier' || expression.name.startsWith('.')) {
    throw new SyntaxFault('argument must be a simple name', expression?.offset ?? 0);
  }
  if (expression.name === accumulatorName || expression.name === '__result__') {
    throw new SyntaxFault('iteration variable overwrites accumulator variable', expression.offset);
  }
  return expression.name;
}

/** Argument `index` of a call whose arity is known. */
export function argument({ args, offset }: MacroCall, index: number): Expression {
  const found = args[index];
  if (found === undefined) throw new SyntaxFault(`the macro has no argument ${index + 1}`, offset);
  return found;
}

/** A node that stands at the macro's position. */
export function constant(offset: number, value: boolean | bigint): Expression {
  return { kind: 'literal', offset, value };
}

/** A name at the macro's position. */
function name(offset: number, text: string): Expression {
  return { kind: 'identifier', offset, name: text };
}

/** The accumulator, read. */
export function accumulator(offset: number): Expression {
  return name(offset, accumulatorName);
}

/** A call of a function or an operator. */
export function call(offset: number, functionName: string, ...args: Expression[]): Expression {
  return { kind: 'call', offset, name: functionName, target: undefined, args };
}

/** An empty list. */
export function emptyList(offset: number): Expression {
  return { kind: 'list', offset, elements: [], optional: new Set() };
}

/** The parts of a loop that differ between macros. */
export interface Loop {
  readonly range: Expression;
  readonly variables: readonly [string] | readonly [string, string];
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result?: Expression;
}

/** A comprehension over the usual accumulator. */
export function loop(
  offset: number,
  { range, variables, initial, condition, step, result }: Loop,
): Expression {
  return {
    kind: 'comprehension',
    offset,
    variable: variables[0],
    secondVariable: variables[1],
    range,
    accumulator: accumulatorName,
    initial,
    condition,
    step,
    result: result ?? accumulator(offset),
  };
}

import type { CelLibrary } from '../src/checking/declaration.ts';
import { bind } from '../src/libraries/optionals.ts';
import type { Expression } from '../src/syntax/expression.ts';
import { argument, type Macro, type MacroCall } from '../src/syntax/macro.ts';
import { SyntaxFault } from '../src/syntax/syntax-fault.ts';

/**
 * `cel.block([a, b], c)`, where `cel.index(0)` is a. It is written by optimizers rather than people; that it can be
 * made of the parts of the library is a test of macros.
 */
export const block: CelLibrary = {
  name: 'block',
  macros: [
    macro('block', 2, (call) => {
      const values = argument(call, 0);
      if (values.kind !== 'list') throw new SyntaxFault('cel.block takes a list first', values.offset);
      return values.elements.reduceRight<Expression>(
        (result, element, index) => {
          const value: Expression = values.optional.has(index)
            ? { kind: 'call', offset: element.offset, name: 'value', target: element, args: [] }
            : element;
          return bind(call.offset, `@index${index}`, value, result);
        },
        argument(call, 1),
      );
    }),
    macro('index', 1, (call) => variable(call, `@index${digits(call, 0)}`)),
    macro('iterVar', 2, (call) => variable(call, `@it:${digits(call, 0)}:${digits(call, 1)}`)),
    macro('accuVar', 2, (call) => variable(call, `@ac:${digits(call, 0)}:${digits(call, 1)}`)),
  ],
};

function macro(name: string, arity: number, expand: (call: MacroCall) => Expression): Macro {
  return {
    name,
    arity,
    receiver: true,
    expand: (call) =>
      call.target?.kind === 'identifier' && call.target.name === 'cel' ? expand(call) : undefined,
  };
}

function variable({ offset }: MacroCall, name: string): Expression {
  return { kind: 'identifier', offset, name };
}

function digits(call: MacroCall, index: number): string {
  const { kind, offset, ...rest } = argument(call, index);
  if (kind !== 'literal' || !('value' in rest)) throw new SyntaxFault('a number is expected', offset);
  return String(rest.value);
}

import type { CelLibrary, Declared, FunctionDeclaration } from '../checking/declaration.ts';
import { declared, define, listOfDeclared, overload } from '../checking/declared.ts';
import { sizeOfArgument } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { checkInt } from '../standard/arithmetic.ts';
import { compareNumbers } from '../standard/comparison.ts';
import { call, type Macro } from '../syntax/macro.ts';
import { SyntaxFault } from '../syntax/syntax-fault.ts';
import { numberOf } from '../values/equality.ts';
import { type List, listItems, listSize } from '../values/list-value.ts';
import { Uint, uintMax } from '../values/uint.ts';

const { bool, int, uint, double, dyn } = declared;
const numbers = [
  ['int', int],
  ['uint', uint],
  ['double', double],
] as const;

/** `math.greatest(1, 2.0, 3u)` takes any number of arguments, or one list. */
function extreme(name: 'greatest' | 'least', internal: string): Macro {
  return {
    name,
    arity: 'any',
    receiver: true,
    expand: ({ offset, target, args }) => {
      if (target?.kind !== 'identifier' || target.name !== 'math') return undefined;
      if (args.length === 0) throw new SyntaxFault(`math.${name}() requires at least one argument`, offset);
      const wrong = args.find(({ kind }) => kind === 'map' || kind === 'struct');
      if (wrong !== undefined) throw new SyntaxFault(`math.${name}() invalid argument`, wrong.offset);
      if (args.length <= 2) return call(offset, internal, ...args);
      return call(offset, internal, { kind: 'list', offset, elements: args, optional: new Set() });
    },
  };
}

function pick(values: readonly unknown[], better: (sign: number) => boolean): unknown {
  const [first, ...rest] = values;
  if (first === undefined) throw new CelEvaluationError('the list has no numbers');
  let best: unknown = first;
  if (numberOf(best) === undefined) throw new CelEvaluationError('no such overload');
  for (const value of rest) {
    const [next, known] = [numberOf(value), numberOf(best)];
    if (next === undefined || known === undefined) throw new CelEvaluationError('no such overload');
    if (better(compareNumbers(next, known))) best = value;
  }
  return best;
}

function extremes(name: string, prefix: string, better: (sign: number) => boolean): FunctionDeclaration {
  const pairs = numbers.flatMap(([left, a]: readonly [string, Declared<unknown>]) =>
    numbers.map(([right, b]: readonly [string, Declared<unknown>]) =>
      overload(`${prefix}_${left}_${right}`, [a, b], left === right ? a : dyn, (x, y) =>
        pick([x, y], better),
      ),
    ),
  );
  return define(
    name,
    ...numbers.map(([kind, type]: readonly [string, Declared<unknown>]) =>
      overload(`${prefix}_${kind}`, [type], type, (x) => x),
    ),
    ...pairs,
    ...numbers.map(([kind, type]: readonly [string, Declared<unknown>]) =>
      overload(
        `${prefix}_list_${kind}`,
        [listOfDeclared(type)],
        type,
        (list) => pick(listItems(list), better),
        {
          cost: (list: List) => listSize(list),
          estimate: (list) => ({ cost: sizeOfArgument(list) }),
        },
      ),
    ),
  );
}

function ofDouble(name: string, compute: (value: number) => unknown, result: Declared<unknown> = double) {
  return define(`math.${name}`, overload(`math_${name}_double`, [double], result, compute));
}

/** Halves away from zero. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

const asUint = (value: bigint) => new Uint(BigInt.asUintN(64, value));
const asInt = (value: bigint) => BigInt.asIntN(64, value);

function bits(name: string, compute: (left: bigint, right: bigint) => bigint): FunctionDeclaration {
  return define(
    `math.${name}`,
    overload(`math_${name}_int_int`, [int, int], int, (a, b) => asInt(compute(a, b))),
    overload(`math_${name}_uint_uint`, [uint, uint], uint, (a, b) => asUint(compute(a.value, b.value))),
  );
}

/** Shifts treat an int as its 64 bits, so that a shift to the right fills with zeros. */
function shift(name: string, compute: (value: bigint, by: bigint) => bigint): FunctionDeclaration {
  const shifted = (value: bigint, by: bigint) => {
    if (by < 0n) throw new CelEvaluationError(`math.${name}() negative offset: ${by}`);
    return by > 63n ? 0n : compute(value & uintMax, by);
  };
  return define(
    `math.${name}`,
    overload(`math_${name}_int_int`, [int, int], int, (a, by) => asInt(shifted(a, by))),
    overload(`math_${name}_uint_int`, [uint, int], uint, (a, by) => asUint(shifted(a.value, by))),
  );
}

/** Functions of numbers. Spec: cel-go, ext.Math, version 2. Kubernetes has it not. */
export const math: CelLibrary = {
  name: 'math',
  macros: [extreme('greatest', 'math.@max'), extreme('least', 'math.@min')],
  functions: [
    extremes('math.@max', 'math_@max', (sign) => sign > 0),
    extremes('math.@min', 'math_@min', (sign) => sign < 0),
    ofDouble('ceil', Math.ceil),
    ofDouble('floor', Math.floor),
    ofDouble('round', round),
    ofDouble('trunc', Math.trunc),
    ofDouble('isInf', (value) => Math.abs(value) === Infinity, bool),
    ofDouble('isNaN', Number.isNaN, bool),
    ofDouble('isFinite', Number.isFinite, bool),
    define(
      'math.abs',
      overload('math_abs_int', [int], int, (value) => checkInt(value < 0n ? -value : value)),
      overload('math_abs_uint', [uint], uint, (value) => value),
      overload('math_abs_double', [double], double, Math.abs),
    ),
    define(
      'math.sign',
      overload('math_sign_int', [int], int, (value) => BigInt(compareNumbers(value, 0n))),
      overload('math_sign_uint', [uint], uint, ({ value }) => new Uint(value === 0n ? 0n : 1n)),
      overload('math_sign_double', [double], double, Math.sign),
    ),
    define(
      'math.sqrt',
      overload('math_sqrt_int', [int], double, (value) => Math.sqrt(Number(value))),
      overload('math_sqrt_uint', [uint], double, ({ value }) => Math.sqrt(Number(value))),
      overload('math_sqrt_double', [double], double, Math.sqrt),
    ),
    bits('bitAnd', (a, b) => a & b),
    bits('bitOr', (a, b) => a | b),
    bits('bitXor', (a, b) => a ^ b),
    define(
      'math.bitNot',
      overload('math_bitNot_int', [int], int, (value) => asInt(~value)),
      overload('math_bitNot_uint', [uint], uint, ({ value }) => asUint(~value)),
    ),
    shift('bitShiftLeft', (value, by) => value << by),
    shift('bitShiftRight', (value, by) => value >> by),
  ],
};

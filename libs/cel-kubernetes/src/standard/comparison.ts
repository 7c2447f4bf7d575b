import type { Declared, FunctionDeclaration, Overload } from '../checking/declaration.ts';
import { anyOf, declared, define, listOfDeclared, mapOfDeclared, overload } from '../checking/declared.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { exactly, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOf, sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { equals, numberOf } from '../values/equality.ts';
import { listItem, listSize } from '../values/list-value.ts';
import { mapGet } from '../values/map-value.ts';
import { compareText } from '../values/text.ts';

const { bool, int, uint, double, string, bytes, timestamp, duration } = declared;

/** The four operators of order, as tests of the sign of a comparison. A comparison with NaN has no sign. */
const orders = [
  { operator: '_<_', prefix: 'less', holds: (sign: number) => sign < 0 },
  { operator: '_<=_', prefix: 'less_equals', holds: (sign: number) => sign <= 0 },
  { operator: '_>_', prefix: 'greater', holds: (sign: number) => sign > 0 },
  { operator: '_>=_', prefix: 'greater_equals', holds: (sign: number) => sign >= 0 },
] as const;

const shortest = (a: unknown, b: unknown) => traversal(Math.min(sizeOf(a), sizeOf(b)));

/** The shorter side bounds the comparison. Spec: cel-go checker/cost.go, functionCost. */
const shortestEstimate: CallEstimator = (left, right) => {
  if (left?.type.kind === 'opaque' && sizeOfArgument(left).max === Infinity) return { cost: exactly(1) };
  const max = Math.min(sizeOfArgument(left).max, sizeOfArgument(right).max);
  return { cost: scale({ min: max > 0 ? 1 : 0, max }, traversalFactor) };
};

/** The sign of the order of two numbers of any type; NaN when one of them is. Of two types, both become doubles. */
export function compareNumbers(left: bigint | number, right: bigint | number): number {
  if (typeof left !== typeof right) return compareNumbers(Number(left), Number(right));
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

/** The sign of the order of two byte sequences. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const end = Math.min(left.length, right.length);
  for (let index = 0; index < end; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function numberSign(left: unknown, right: unknown): number {
  return compareNumbers(numberOf(left) ?? Number.NaN, numberOf(right) ?? Number.NaN);
}

function numeric(
  prefix: string,
  holds: (sign: number) => boolean,
  left: readonly [string, Declared<unknown>],
  right: readonly [string, Declared<unknown>],
): Overload {
  const id = left[0] === right[0] ? `${prefix}_${left[0]}` : `${prefix}_${left[0]}_${right[0]}`;
  return overload(id, [left[1], right[1]], bool, (a, b) => holds(numberSign(a, b)));
}

function order({ operator, prefix, holds }: (typeof orders)[number]): FunctionDeclaration {
  const numbers = [
    ['int64', int],
    ['uint64', uint],
    ['double', double],
  ] as const;
  const extras = { cost: shortest, estimate: shortestEstimate };
  return define(
    operator,
    overload(`${prefix}_bool`, [bool, bool], bool, (a, b) => holds(Number(a) - Number(b))),
    ...numbers.map((number) => numeric(prefix, holds, number, number)),
    overload(`${prefix}_string`, [string, string], bool, (a, b) => holds(compareText(a, b)), extras),
    overload(`${prefix}_bytes`, [bytes, bytes], bool, (a, b) => holds(compareBytes(a, b)), extras),
    overload(`${prefix}_timestamp`, [timestamp, timestamp], bool, (a, b) =>
      holds(compareNumbers(a.nanos, b.nanos)),
    ),
    overload(`${prefix}_duration`, [duration, duration], bool, (a, b) =>
      holds(compareNumbers(a.nanos, b.nanos)),
    ),
    ...numbers.flatMap((left) =>
      numbers.filter((right) => right !== left).map((right) => numeric(prefix, holds, left, right)),
    ),
  );
}

const [a, k, v] = [anyOf('A'), anyOf('K'), anyOf('V')];

/** Order, equality and membership. Spec: CEL language definition, "Equality" and "Ordering". */
export const comparison: readonly FunctionDeclaration[] = [
  ...orders.map(order),
  define('_==_', overload('equals', [a, a], bool, equals, { cost: shortest, estimate: shortestEstimate })),
  define(
    '_!=_',
    overload('not_equals', [a, a], bool, (left, right, work) => !equals(left, right, work), {
      cost: shortest,
      estimate: shortestEstimate,
    }),
  ),
  define(
    '@in',
    overload(
      'in_list',
      [a, listOfDeclared(a)],
      bool,
      (item, list, work) => {
        const size = listSize(list);
        for (let index = 0; index < size; index++) if (equals(item, listItem(list, index), work)) return true;
        return false;
      },
      {
        cost: (_, list) => listSize(list),
        estimate: (_, list) => ({ cost: sizeOfArgument(list) }),
      },
    ),
    overload('in_map', [k, mapOfDeclared(k, v)], bool, (key, map) => mapGet(map, key) !== undefined),
  ),
];

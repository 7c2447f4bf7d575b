import type { CelLibrary, Declared, FunctionDeclaration } from '../checking/declaration.ts';
import { anyOf, declared, define, listOfDeclared, method } from '../checking/declared.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, multiply, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, treeCost } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { checkInt, checkUint } from '../standard/arithmetic.ts';
import { compareBytes, compareNumbers } from '../standard/comparison.ts';
import { Duration } from '../values/duration.ts';
import { equals, numberOf } from '../values/equality.ts';
import { type List, listItem, listItems, listSize } from '../values/list-value.ts';
import { compareText } from '../values/text.ts';
import { Timestamp } from '../values/timestamp.ts';
import { Uint } from '../values/uint.ts';

const { bool, int, uint, double, string, bytes, timestamp, duration } = declared;
const comparable: readonly (readonly [string, Declared<unknown>])[] = [
  ['int', int],
  ['uint', uint],
  ['double', double],
  ['bool', bool],
  ['duration', duration],
  ['timestamp', timestamp],
  ['string', string],
  ['bytes', bytes],
];

/** One unit for each item, and for texts their length. Spec: apiserver pkg/cel/library/cost.go. */
const listEstimate: CallEstimator = (list) => {
  const texts = list?.type.kind === 'list' && ['string', 'bytes'].includes(list.type.element.kind);
  const item = texts ? scale(list.itemSize, traversalFactor) : exactly(0);
  return { cost: multiply(sizeOfArgument(list), add(exactly(1), item)) };
};
const listCosts = { cost: (list: List) => treeCost(list), estimate: listEstimate };

/** The sign of the order of two values of one type. @throws CelEvaluationError when they have none. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return compareNumbers(a, b);
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  const bothTimes = left instanceof Timestamp && right instanceof Timestamp;
  const bothDurations = left instanceof Duration && right instanceof Duration;
  if (bothTimes || bothDurations) return compareNumbers(left.nanos, right.nanos);
  throw new CelEvaluationError('no such overload');
}

function isSorted(list: List): boolean {
  const items = listItems(list);
  return items.every((item, index) => index === 0 || compare(items[index - 1], item) <= 0);
}

function extreme(name: string, list: List, better: (sign: number) => boolean): unknown {
  const [first, ...rest] = listItems(list);
  if (first === undefined) throw new CelEvaluationError(`${name} called on empty list`);
  let best: unknown = first;
  for (const item of rest) if (better(compare(item, best))) best = item;
  return best;
}

function addTo(sum: unknown, item: unknown): unknown {
  if (typeof sum === 'bigint' && typeof item === 'bigint') return checkInt(sum + item);
  if (typeof sum === 'number' && typeof item === 'number') return sum + item;
  if (sum instanceof Uint && item instanceof Uint) return checkUint(sum.value + item.value);
  if (sum instanceof Duration && item instanceof Duration) return new Duration(sum.nanos + item.nanos);
  throw new CelEvaluationError('no such overload');
}

function sum(list: List, zero: unknown): unknown {
  let total: unknown;
  for (const item of listItems(list)) total = addTo(total ?? zeroLike(item), item);
  return total ?? zero;
}

/** What adding to changes nothing; for a value that cannot be added, something that refuses it. */
function zeroLike(value: unknown): unknown {
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  if (value instanceof Uint) return new Uint(0n);
  return value instanceof Duration ? new Duration(0n) : undefined;
}

function ofComparables(
  name: string,
  implement: (list: List) => unknown,
  result: (item: Declared<unknown>) => Declared<unknown>,
): FunctionDeclaration {
  return define(
    name,
    ...comparable.map(([kind, type]) =>
      method(`list_${kind}_${name}`, [listOfDeclared(type)], result(type), implement, listCosts),
    ),
  );
}

const a = anyOf('A');
const summable: readonly (readonly [string, Declared<unknown>, unknown])[] = [
  ['int', int, 0n],
  ['uint', uint, new Uint(0n)],
  ['double', double, 0],
  ['duration', duration, new Duration(0n)],
];

/** Functions of lists. Spec: Kubernetes documentation, "Kubernetes list library". */
export const lists: CelLibrary = {
  name: 'kubernetes.lists',
  functions: [
    ofComparables('isSorted', isSorted, () => bool),
    ofComparables(
      'min',
      (list) => extreme('min', list, (sign) => sign < 0),
      (item) => item,
    ),
    ofComparables(
      'max',
      (list) => extreme('max', list, (sign) => sign > 0),
      (item) => item,
    ),
    define(
      'sum',
      ...summable.map(([kind, type, zero]) =>
        method(`list_${kind}_sum`, [listOfDeclared(type)], type, (list) => sum(list, zero), listCosts),
      ),
    ),
    define(
      'indexOf',
      method(
        'list_a_index_of_int',
        [listOfDeclared(a), a],
        int,
        (list, item, work) => {
          for (let index = 0; index < listSize(list); index++) {
            if (equals(listItem(list, index), item, work)) return BigInt(index);
          }
          return -1n;
        },
        listCosts,
      ),
    ),
    define(
      'lastIndexOf',
      method(
        'list_a_last_index_of_int',
        [listOfDeclared(a), a],
        int,
        (list, item, work) => {
          for (let index = listSize(list) - 1; index >= 0; index--) {
            if (equals(listItem(list, index), item, work)) return BigInt(index);
          }
          return -1n;
        },
        listCosts,
      ),
    ),
  ],
};

import type { FunctionDeclaration } from '../checking/declaration.ts';
import { anyOf, declared, define, listOfDeclared, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal } from '../cost/runtime-cost.ts';
import { stringLengthMax } from '../limits.ts';
import { CelEvaluationError } from '../problem.ts';
import { Duration } from '../values/duration.ts';
import { KeyedList } from '../values/keyed-list.ts';
import { type List, ListValue, listItems, listSize } from '../values/list-value.ts';
import { codePointLength } from '../values/text.ts';
import { Timestamp } from '../values/timestamp.ts';
import { intMax, intMin, Uint, uintMax } from '../values/uint.ts';

const { int, uint, double, string, bytes, timestamp, duration } = declared;
const list = listOfDeclared(anyOf('A'));

/** An int in range. @throws CelEvaluationError otherwise. */
export function checkInt(value: bigint): bigint {
  if (value < intMin || value > intMax) throw new CelEvaluationError('integer overflow');
  return value;
}

/** A uint in range. @throws CelEvaluationError otherwise. */
export function checkUint(value: bigint): Uint {
  if (value < 0n || value > uintMax) throw new CelEvaluationError('unsigned integer overflow');
  return new Uint(value);
}

function divisor(value: bigint, operation: 'division' | 'modulus'): bigint {
  if (value === 0n) throw new CelEvaluationError(`${operation} by zero`);
  return value;
}

function concatenateBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

/** A text of a length that may be built. @throws CelEvaluationError otherwise. */
export function checkLength(length: number): void {
  if (length > stringLengthMax) {
    throw new CelEvaluationError(`the result has ${length} characters, more than ${stringLengthMax}`);
  }
}

/** Joins two lists. In cel-go that copies nothing and costs 1 whatever their length. */
function joinLists(left: List, right: List, work: Spend): ListValue {
  if (left instanceof KeyedList) return left.merge(right instanceof ListValue ? right.items : right, work);
  work((listSize(left) + listSize(right)) / 4);
  return new ListValue([...listItems(left), ...listItems(right)]);
}

const concatenationEstimate: CallEstimator = (left, right) => {
  const size = add(sizeOfArgument(left), sizeOfArgument(right));
  return { cost: scale(size, traversalFactor), size };
};

const listConcatenationEstimate: CallEstimator = (left, right) => ({
  cost: exactly(1),
  size: add(sizeOfArgument(left), sizeOfArgument(right)),
});

const concatenation = {
  cost: (left: string, right: string) => traversal(codePointLength(left) + codePointLength(right)),
  estimate: concatenationEstimate,
};

/** `+`, `-`, `*`, `/`, `%` and negation. Spec: CEL language definition, "Overflow" and "List of Standard Definitions". */
export const arithmetic: readonly FunctionDeclaration[] = [
  define(
    '_+_',
    overload('add_int64', [int, int], int, (a, b) => checkInt(a + b)),
    overload('add_uint64', [uint, uint], uint, (a, b) => checkUint(a.value + b.value)),
    overload('add_double', [double, double], double, (a, b) => a + b),
    overload(
      'add_string',
      [string, string],
      string,
      (a, b) => {
        checkLength(a.length + b.length);
        return a + b;
      },
      concatenation,
    ),
    overload('add_bytes', [bytes, bytes], bytes, concatenateBytes, {
      cost: (a, b) => traversal(a.length + b.length),
      estimate: concatenationEstimate,
    }),
    overload('add_list', [list, list], list, joinLists, { estimate: listConcatenationEstimate }),
    overload(
      'add_duration_duration',
      [duration, duration],
      duration,
      (a, b) => new Duration(a.nanos + b.nanos),
    ),
    overload(
      'add_timestamp_duration',
      [timestamp, duration],
      timestamp,
      (a, b) => new Timestamp(a.nanos + b.nanos),
    ),
    overload(
      'add_duration_timestamp',
      [duration, timestamp],
      timestamp,
      (a, b) => new Timestamp(a.nanos + b.nanos),
    ),
  ),
  define(
    '_-_',
    overload('subtract_int64', [int, int], int, (a, b) => checkInt(a - b)),
    overload('subtract_uint64', [uint, uint], uint, (a, b) => checkUint(a.value - b.value)),
    overload('subtract_double', [double, double], double, (a, b) => a - b),
    overload(
      'subtract_timestamp_timestamp',
      [timestamp, timestamp],
      duration,
      (a, b) => new Duration(a.nanos - b.nanos),
    ),
    overload(
      'subtract_timestamp_duration',
      [timestamp, duration],
      timestamp,
      (a, b) => new Timestamp(a.nanos - b.nanos),
    ),
    overload(
      'subtract_duration_duration',
      [duration, duration],
      duration,
      (a, b) => new Duration(a.nanos - b.nanos),
    ),
  ),
  define(
    '_*_',
    overload('multiply_int64', [int, int], int, (a, b) => checkInt(a * b)),
    overload('multiply_uint64', [uint, uint], uint, (a, b) => checkUint(a.value * b.value)),
    overload('multiply_double', [double, double], double, (a, b) => a * b),
  ),
  define(
    '_/_',
    overload('divide_int64', [int, int], int, (a, b) => checkInt(a / divisor(b, 'division'))),
    overload('divide_uint64', [uint, uint], uint, (a, b) =>
      checkUint(a.value / divisor(b.value, 'division')),
    ),
    overload('divide_double', [double, double], double, (a, b) => a / b),
  ),
  define(
    '_%_',
    overload('modulo_int64', [int, int], int, (a, b) => {
      if (a === intMin && b === -1n) throw new CelEvaluationError('integer overflow');
      return a % divisor(b, 'modulus');
    }),
    overload('modulo_uint64', [uint, uint], uint, (a, b) => checkUint(a.value % divisor(b.value, 'modulus'))),
  ),
  define(
    '-_',
    overload('negate_int64', [int], int, (a) => checkInt(-a)),
    overload('negate_double', [double], double, (a) => -a),
  ),
];

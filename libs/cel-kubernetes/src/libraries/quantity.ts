import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, method, opaqueOf, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import { traversal, traversalEstimate } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { compareNumbers } from '../standard/comparison.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { codePointLength } from '../values/text.ts';
import { intMax, intMin } from '../values/uint.ts';
import { converts } from './conversion.ts';
import { billion, parseQuantity, QuantityValue } from './quantity-value.ts';

const { bool, int, double, string } = declared;
const quantity = opaqueOf('kubernetes.Quantity', QuantityValue);
const costs = { cost: (text: string) => traversal(codePointLength(text)), estimate: traversalEstimate() };

/** Reading a quantity takes some 1.5 µs more than its cost says. */
function readQuantity(text: string, work: Spend): QuantityValue {
  work(15);
  return parseQuantity(text);
}

/** The int that a quantity is, or undefined. */
function integerOf({ whole }: QuantityValue): bigint | undefined {
  return whole !== undefined && whole >= intMin && whole <= intMax ? whole : undefined;
}

function compare(left: QuantityValue, right: QuantityValue): number {
  return compareNumbers(left.nanos, right.nanos);
}

/** Amounts of resources. Spec: Kubernetes documentation, "Kubernetes quantity library". */
export const quantities: CelLibrary = {
  name: 'kubernetes.quantity',
  constants: [typeConstant('kubernetes.Quantity', opaque('kubernetes.Quantity'))],
  functions: [
    define(
      'quantity',
      overload('string_to_quantity', [string], quantity, (text, work) => readQuantity(text, work), costs),
    ),
    define(
      'isQuantity',
      overload(
        'is_quantity_string',
        [string],
        bool,
        (text, work) => converts(() => readQuantity(text, work))(text),
        costs,
      ),
    ),
    define(
      'sign',
      method('quantity_sign', [quantity], int, ({ nanos }) => BigInt(compareNumbers(nanos, 0n))),
    ),
    define(
      'isInteger',
      method('quantity_is_integer', [quantity], bool, (value) => integerOf(value) !== undefined),
    ),
    define(
      'asInteger',
      method('quantity_as_integer', [quantity], int, (value) => {
        const whole = integerOf(value);
        if (whole === undefined) throw new CelEvaluationError('cannot convert value to integer');
        return whole;
      }),
    ),
    define(
      'asApproximateFloat',
      method('quantity_get_float', [quantity], double, ({ nanos }) => Number(nanos) / Number(billion)),
    ),
    define(
      'add',
      method('quantity_add', [quantity, quantity], quantity, (a, b) => new QuantityValue(a.nanos + b.nanos)),
      method(
        'quantity_add_int',
        [quantity, int],
        quantity,
        (a, b) => new QuantityValue(a.nanos + b * billion),
      ),
    ),
    define(
      'sub',
      method('quantity_sub', [quantity, quantity], quantity, (a, b) => new QuantityValue(a.nanos - b.nanos)),
      method(
        'quantity_sub_int',
        [quantity, int],
        quantity,
        (a, b) => new QuantityValue(a.nanos - b * billion),
      ),
    ),
    define(
      'isLessThan',
      method('quantity_is_less_than', [quantity, quantity], bool, (a, b) => compare(a, b) < 0),
    ),
    define(
      'isGreaterThan',
      method('quantity_is_greater_than', [quantity, quantity], bool, (a, b) => compare(a, b) > 0),
    ),
    define(
      'compareTo',
      method('quantity_compare_to', [quantity, quantity], int, (a, b) => BigInt(compare(a, b))),
    ),
  ],
};

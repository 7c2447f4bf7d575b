import type { CelLibrary } from '../checking/declaration.ts';
import { anyOf, declared, define, listOfDeclared, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { add, exactly, multiply } from '../cost/cost-estimate.ts';
import { sizeOfArgument } from '../cost/runtime-cost.ts';
import { equals } from '../values/equality.ts';
import { type List, listItems, listSize } from '../values/list-value.ts';

const { bool } = declared;
const list = listOfDeclared(anyOf('A'));

function contains(set: List, part: List, work: Spend): boolean {
  const items = listItems(set);
  return listItems(part).every((wanted) => items.some((item) => equals(item, wanted, work)));
}

function intersects(left: List, right: List, work: Spend): boolean {
  const items = listItems(left);
  return listItems(right).some((wanted) => items.some((item) => equals(item, wanted, work)));
}

/** Each item of one is compared with each of the other, `times` over. Spec: cel-go, ext/sets.go. */
function costs(times: number) {
  const estimate: CallEstimator = (left, right) => ({
    cost: add(exactly(1), multiply(multiply(sizeOfArgument(left), sizeOfArgument(right)), exactly(times))),
  });
  return { cost: (left: List, right: List) => 1 + listSize(left) * listSize(right) * times, estimate };
}

/** Lists as sets. Spec: cel-go, ext.Sets. */
export const sets: CelLibrary = {
  name: 'sets',
  functions: [
    define('sets.contains', overload('list_sets_contains_list', [list, list], bool, contains, costs(1))),
    define(
      'sets.equivalent',
      overload(
        'list_sets_equivalent_list',
        [list, list],
        bool,
        (left, right, work) => contains(left, right, work) && contains(right, left, work),
        costs(2),
      ),
    ),
    define(
      'sets.intersects',
      overload('list_sets_intersects_list', [list, list], bool, intersects, costs(1)),
    ),
  ],
};

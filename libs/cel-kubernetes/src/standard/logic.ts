import type { FunctionDeclaration } from '../checking/declaration.ts';
import { anyOf, declared, define, listOfDeclared, mapOfDeclared, overload } from '../checking/declared.ts';
import { CelEvaluationError } from '../problem.ts';

const { bool, int } = declared;
const [a, k, v] = [anyOf('A'), anyOf('K'), anyOf('V')];

/** Operators that decide themselves which operands they evaluate; the planner has their implementation. */
function planned(): never {
  throw new CelEvaluationError('no such overload');
}

/** Logic, choice and index. */
export const logic: readonly FunctionDeclaration[] = [
  define('_&&_', overload('logical_and', [bool, bool], bool, planned)),
  define('_||_', overload('logical_or', [bool, bool], bool, planned)),
  define('_?_:_', overload('conditional', [bool, a, a], a, planned)),
  define('@not_strictly_false', overload('not_strictly_false', [bool], bool, planned)),
  define(
    '!_',
    overload('logical_not', [bool], bool, (value) => !value),
  ),
  define(
    '_[_]',
    overload('index_list', [listOfDeclared(a), int], a, planned),
    overload('index_map', [mapOfDeclared(k, v), k], v, planned),
  ),
];

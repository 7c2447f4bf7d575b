import { celTypes, optionalOf } from '../checking/cel-type.ts';
import type { CelLibrary, Declared } from '../checking/declaration.ts';
import {
  anyOf,
  declared,
  define,
  listOfDeclared,
  mapOfDeclared,
  method,
  optionalOfDeclared,
  overload,
} from '../checking/declared.ts';
import { CelEvaluationError } from '../problem.ts';
import { typeConstant } from '../standard/standard-library.ts';
import type { Expression } from '../syntax/expression.ts';
import type { Macro, MacroCall } from '../syntax/macro.ts';
import { argument, call, constant, emptyList, variableOf } from '../syntax/macro.ts';
import { rangeOf } from '../syntax/standard-macros.ts';
import { Duration } from '../values/duration.ts';
import { isList, ListValue, listItems, listSize } from '../values/list-value.ts';
import { isMap, mapSize } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import { Timestamp } from '../values/timestamp.ts';
import { Uint } from '../values/uint.ts';

const { bool, int } = declared;
const [v, k] = [anyOf('V'), anyOf('K')];
const optional = optionalOfDeclared(v);
const listOfV = listOfDeclared(v);
const mapOfV = mapOfDeclared(k, v);

/** A name that expressions cannot spell, for the target of a macro. */
const targetName = '@target';

/** Whether a value is the one that its type has when nothing was said. */
function isZero(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n;
  if (value instanceof OptionalValue) return !value.present;
  if (isList(value)) return listSize(value) === 0;
  return isMap(value) && mapSize(value) === 0;
}

/** Names a value within an expression; it is computed once. */
export function bind(offset: number, name: string, initial: Expression, result: Expression): Expression {
  return {
    kind: 'comprehension',
    offset,
    variable: '#unused',
    secondVariable: undefined,
    range: emptyList(offset),
    accumulator: name,
    initial,
    condition: constant(offset, false),
    step: { kind: 'identifier', offset, name },
    result,
  };
}

function mapping(name: string, wrap: (offset: number, result: Expression) => Expression): Macro {
  return {
    name,
    arity: 2,
    receiver: true,
    expand: (macro: MacroCall) => {
      const { offset } = macro;
      const variable = variableOf(macro.args[0]);
      const target: Expression = { kind: 'identifier', offset, name: targetName };
      const hasValue: Expression = { kind: 'call', offset, name: 'hasValue', target, args: [] };
      const value: Expression = { kind: 'call', offset, name: 'value', target, args: [] };
      const mapped = wrap(offset, bind(offset, variable, value, argument(macro, 1)));
      const choice = call(offset, '_?_:_', hasValue, mapped, call(offset, 'optional.none'));
      return bind(offset, targetName, rangeOf(macro), choice);
    },
  };
}

function orValue({ present, value }: OptionalValue, otherwise: unknown): unknown {
  return present ? value : otherwise;
}

const planned = (): never => {
  throw new CelEvaluationError('no such overload');
};

function indexed(id: string, container: Declared<unknown>, key: Declared<unknown>) {
  return overload(id, [container, key], optional, planned);
}

/** Values that may be absent: `a.?b`, `a[?i]`, `optional.of`. Spec: cel-go, cel.OptionalTypes, version 1. */
export const optionals: CelLibrary = {
  name: 'optional',
  macros: [
    mapping('optMap', (offset, result) => call(offset, 'optional.of', result)),
    mapping('optFlatMap', (_, result) => result),
  ],
  constants: [typeConstant('optional_type', optionalOf(celTypes.dyn))],
  functions: [
    define(
      'optional.of',
      overload('optional_of', [v], optional, (value) => OptionalValue.of(value)),
    ),
    define(
      'optional.ofNonZeroValue',
      overload('optional_ofNonZeroValue', [v], optional, (value) =>
        isZero(value) ? OptionalValue.none : OptionalValue.of(value),
      ),
    ),
    define(
      'optional.none',
      overload('optional_none', [], optional, () => OptionalValue.none),
    ),
    define(
      'value',
      method('optional_value', [optional], v, ({ present, value }) => {
        if (!present) throw new CelEvaluationError('optional.none() dereference');
        return value;
      }),
    ),
    define(
      'hasValue',
      method('optional_hasValue', [optional], bool, ({ present }) => present),
    ),
    define(
      'or',
      method('optional_or_optional', [optional, optional], optional, (a, b) => (a.present ? a : b)),
    ),
    define('orValue', method('optional_orValue_value', [optional, v], v, orValue)),
    define(
      'optional.unwrap',
      overload('optional_unwrap', [listOfDeclared(optional)], listOfV, (list) => unwrapAll(listItems(list))),
    ),
    define(
      'unwrapOpt',
      method('optional_unwrapOpt', [listOfDeclared(optional)], listOfV, (list) => unwrapAll(listItems(list))),
    ),
    define(
      '_[?_]',
      indexed('list_optindex_optional_int', listOfV, int),
      indexed('optional_list_optindex_optional_int', optionalOfDeclared(listOfV), int),
      indexed('map_optindex_optional_value', mapOfV, k),
      indexed('optional_map_optindex_optional_value', optionalOfDeclared(mapOfV), k),
    ),
    define(
      '_[_]',
      indexed('optional_list_index_int', optionalOfDeclared(listOfV), int),
      indexed('optional_map_index_value', optionalOfDeclared(mapOfV), k),
    ),
  ],
};

function unwrapAll(items: readonly unknown[]): ListValue {
  return new ListValue(
    items.flatMap((item) => {
      if (!(item instanceof OptionalValue)) throw new CelEvaluationError('no such overload');
      return item.present ? [item.value] : [];
    }),
  );
}

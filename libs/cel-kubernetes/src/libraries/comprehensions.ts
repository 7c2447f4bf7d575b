import type { CelLibrary } from '../checking/declaration.ts';
import { anyOf, define, mapOfDeclared, overload } from '../checking/declared.ts';
import { insertAll, mapInsertName } from '../evaluation/collect.ts';
import type { Expression } from '../syntax/expression.ts';
import {
  accumulator,
  argument,
  call,
  constant,
  emptyList,
  loop,
  type Macro,
  type MacroCall,
  variableOf,
} from '../syntax/macro.ts';
import { all, append, exists, existsOne, type Quantifier, rangeOf, when } from '../syntax/standard-macros.ts';
import { SyntaxFault } from '../syntax/syntax-fault.ts';
import { insertEntry, type MapKey, type MapLike, MapValue, mapGet, mapKeys } from '../values/map-value.ts';

const [k, v] = [anyOf('K'), anyOf('V')];
const map = mapOfDeclared(k, v);

function variables({ args }: MacroCall): readonly [string, string] {
  const [first, second] = [variableOf(args[0]), variableOf(args[1])];
  if (first === second) {
    throw new SyntaxFault(`duplicate variable name: ${first}`, args[1]?.offset ?? 0);
  }
  return [first, second];
}

function quantified(name: string, quantifier: Quantifier): Macro {
  return {
    name,
    arity: 3,
    receiver: true,
    expand: (macro) =>
      loop(macro.offset, {
        range: rangeOf(macro),
        variables: variables(macro),
        ...quantifier(macro.offset, argument(macro, 2)),
      }),
  };
}

type Step = (offset: number, macro: MacroCall, transform: Expression) => Expression;

/** A transformation, without and with a condition before what it makes. */
function transformed(name: string, initial: (offset: number) => Expression, step: Step): Macro[] {
  return [3, 4].map((arity) => ({
    name,
    arity,
    receiver: true,
    expand: (macro) => {
      const { offset } = macro;
      const made = step(offset, macro, argument(macro, arity - 1));
      return loop(offset, {
        range: rangeOf(macro),
        variables: variables(macro),
        initial: initial(offset),
        condition: constant(offset, true),
        step: arity === 3 ? made : when(offset, argument(macro, 2), made),
      });
    },
  }));
}

const emptyMap = (offset: number): Expression => ({ kind: 'map', offset, entries: [] });

function entriesOf(source: MapLike): Map<MapKey, readonly [unknown, unknown]> {
  const entries = new Map<MapKey, readonly [unknown, unknown]>();
  for (const key of mapKeys(source)) insertEntry(entries, key, mapGet(source, key));
  return entries;
}

/** Macros with two variables, index and element or key and value. Spec: cel-go, ext.TwoVarComprehensions. */
export const comprehensions: CelLibrary = {
  name: 'comprehensions',
  macros: [
    quantified('all', all),
    quantified('exists', exists),
    quantified('exists_one', existsOne),
    quantified('existsOne', existsOne),
    ...transformed('transformList', emptyList, (offset, _, transform) => append(offset, transform)),
    ...transformed('transformMap', emptyMap, (offset, macro, transform) =>
      call(offset, mapInsertName, accumulator(offset), argument(macro, 0), transform),
    ),
    ...transformed('transformMapEntry', emptyMap, (offset, _, transform) =>
      call(offset, mapInsertName, accumulator(offset), transform),
    ),
  ],
  functions: [
    define(
      mapInsertName,
      overload('@mapInsert_map_map', [map, map], map, (into, from) => {
        const entries = entriesOf(into);
        insertAll(entries, from);
        return new MapValue(entries);
      }),
      overload('@mapInsert_map_key_value', [map, k, v], map, (into, key, value) => {
        const entries = entriesOf(into);
        insertEntry(entries, key, value);
        return new MapValue(entries);
      }),
    ),
  ],
};

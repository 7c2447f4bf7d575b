import type { Spend } from '../cost/cost-budget.ts';
import { isList, ListValue, listItems, listSize } from '../values/list-value.ts';
import { isMap, JsonMap, MapValue, mapGet, mapKeys } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import { Uint } from '../values/uint.ts';

/**
 * A value as plain JavaScript. Lists are arrays; maps are objects when all keys are strings, else Maps; int and uint
 * are bigints; an optional is its value or undefined. JSON that came in is given back as it is.
 *
 * @param work - told of each part: a value that holds a part many times becomes one with as many copies of it
 */
export function toPlain(value: unknown, work: Spend): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint) return value.value;
  if (value instanceof OptionalValue) return value.present ? toPlain(value.value, work) : undefined;
  if (value instanceof ListValue && isList(value)) {
    work(listSize(value) + 1);
    return listItems(value).map((item) => toPlain(item, work));
  }
  if ((value instanceof MapValue || value instanceof JsonMap) && isMap(value)) {
    const keys = mapKeys(value);
    work(keys.length * 3 + 1);
    const entries = keys.map((key): [unknown, unknown] => [
      toPlain(key, work),
      toPlain(mapGet(value, key), work),
    ]);
    return keys.every((key) => typeof key === 'string') ? Object.fromEntries(entries) : new Map(entries);
  }
  return value;
}

import { perCallLimit } from '../limits.ts';
import { isList, listItem, listSize } from '../values/list-value.ts';
import { isMap, mapGet, mapKeys, mapSize } from '../values/map-value.ts';
import { codePointLength } from '../values/text.ts';
import type { CallEstimator, EstimatedArgument, Range } from './cost-estimate.ts';
import {
  add,
  exactly,
  multiply,
  patternFactor,
  scale,
  traversalFactor,
  unknownSize,
} from './cost-estimate.ts';

/** What `size()` says of a value, 1 for what has no size. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return codePointLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (isList(value)) return listSize(value);
  return isMap(value) ? mapSize(value) : 1;
}

/** Cost of reading a text or list of this many parts once, or `times` over. */
export function traversal(size: number, times = 1): number {
  return Math.ceil(size * times * traversalFactor);
}

/** Cost of matching a text against a pattern. Spec: cel-go interpreter/runtimecost.go, MatchesString. */
export function matchCost(text: string, pattern: string): number {
  return (
    Math.ceil((1 + codePointLength(text)) * traversalFactor) *
    Math.ceil(codePointLength(pattern) * patternFactor)
  );
}

/** Estimate of `matchCost`. */
export const matchEstimate: CallEstimator = (text, pattern) => ({
  cost: multiply(
    scale(add(sizeOfArgument(text), exactly(1)), traversalFactor),
    scale(sizeOfArgument(pattern), patternFactor),
  ),
});

/** The size of an argument, unknown when it is not there. */
export function sizeOfArgument(argument: EstimatedArgument | undefined): Range {
  return argument?.size ?? unknownSize;
}

/** Estimate of a call that reads its first argument `times` over. */
export function traversalEstimate(times = 1): CallEstimator {
  return (first) => ({ cost: scale(sizeOfArgument(first), times * traversalFactor) });
}

/** Estimate of a call that reads its first argument and gives something of the same size. */
export const sameSizeEstimate: CallEstimator = (first) => {
  const size = sizeOfArgument(first);
  return { cost: scale(size, traversalFactor), size };
};

/**
 * Cost of looking at everything in a value, or more than an evaluation may cost without looking on: a value that an
 * expression made can have parts many times over. Spec: apiserver pkg/cel/library/cost.go, traversalCost.
 */
export function treeCost(value: unknown, most = perCallLimit): number {
  if (typeof value === 'string') return Math.floor(codePointLength(value) * traversalFactor);
  if (value instanceof Uint8Array) return Math.floor(value.length * traversalFactor);
  let cost = 0;
  if (isList(value)) {
    const size = listSize(value);
    for (let index = 0; index < size && cost <= most; index++) {
      // What costs nothing, such as an empty text, is looked at all the same.
      cost += treeCost(listItem(value, index), most - cost);
    }
    return cost;
  }
  if (!isMap(value)) return 1;
  for (const key of mapKeys(value)) {
    if (cost > most) break;
    cost += treeCost(key) + treeCost(mapGet(value, key), most - cost);
  }
  return cost;
}

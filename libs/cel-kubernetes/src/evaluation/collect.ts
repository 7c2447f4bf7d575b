import { CelEvaluationError } from '../problem.ts';
import type { Comprehension, Expression } from '../syntax/expression.ts';
import { ListValue } from '../values/list-value.ts';
import { insertEntry, isMap, type MapKey, MapValue, mapGet, mapKeys } from '../values/map-value.ts';
import type { Evaluator, Frame } from './frame.ts';
import { logical } from './logic.ts';
import { iterate, type LoopPlaces } from './loop.ts';

/** What the step of a loop adds to its accumulator, and under which condition. */
export interface Addition {
  readonly kind: 'list' | 'map';
  readonly condition: Expression | undefined;
  /** An element; a key and a value; or a map to take in. */
  readonly parts: readonly Expression[];
}

/**
 * Recognises the loops of map, filter and the transformations, whose step only adds to the accumulator. As written,
 * each step makes a new list, so that n items cost n² copies; collecting them is the same without the copies.
 */
export function additionOf({
  accumulator,
  initial,
  condition,
  step,
  result,
}: Comprehension): Addition | undefined {
  const isAccumulator = (node: Expression | undefined) =>
    node?.kind === 'identifier' && node.name === accumulator;
  if (!isAccumulator(result) || condition.kind !== 'literal' || condition.value !== true) return undefined;
  const [test, yes, no] =
    step.kind === 'call' && step.name === '_?_:_' ? step.args : [undefined, step, undefined];
  if (yes?.kind !== 'call' || !isAccumulator(yes.args[0]) || (test !== undefined && !isAccumulator(no))) {
    return undefined;
  }
  const [, second] = yes.args;
  if (
    yes.name === '_+_' &&
    second?.kind === 'list' &&
    second.elements.length === 1 &&
    second.optional.size === 0
  ) {
    return isEmpty(initial, 'list') ? { kind: 'list', condition: test, parts: second.elements } : undefined;
  }
  if (yes.name === mapInsertName && isEmpty(initial, 'map')) {
    return { kind: 'map', condition: test, parts: yes.args.slice(1) };
  }
  return undefined;
}

/** Internal function that adds an entry, or the entries of a map, to a map. */
export const mapInsertName = 'cel.@mapInsert';

/** The addition of a loop, planned. */
export interface CollectionParts extends LoopPlaces {
  readonly range: Evaluator;
  readonly condition: Evaluator | undefined;
  /** The element, the key, or the map to take in. */
  readonly content: Evaluator;
  /** What belongs to the key. */
  readonly value: Evaluator | undefined;
}

/** A loop that collects a list. Costs are those of the loop as written. */
export class ListCollection implements Evaluator {
  readonly parts: CollectionParts;

  constructor(parts: CollectionParts) {
    this.parts = parts;
  }

  evaluate(frame: Frame): unknown {
    const { content } = this.parts;
    const items: unknown[] = [];
    collect(this.parts, frame, listCost, () => items.push(content.evaluate(frame)));
    return new ListValue(items);
  }
}

/** A loop that collects a map. Its evaluation throws CelEvaluationError for a repeated key. */
export class MapCollection implements Evaluator {
  readonly parts: CollectionParts;

  constructor(parts: CollectionParts) {
    this.parts = parts;
  }

  evaluate(frame: Frame): unknown {
    const { content, value } = this.parts;
    const entries = new Map<MapKey, readonly [unknown, unknown]>();
    collect(this.parts, frame, mapCost, () => {
      frame.work(insertWork);
      if (value !== undefined) return insertEntry(entries, content.evaluate(frame), value.evaluate(frame));
      insertAll(entries, content.evaluate(frame));
    });
    return new MapValue(entries);
  }
}

/** Adds all entries of a map to one under construction. */
export function insertAll(entries: Map<MapKey, readonly [unknown, unknown]>, map: unknown): void {
  if (!isMap(map)) throw new CelEvaluationError('no such overload');
  for (const key of mapKeys(map)) insertEntry(entries, key, mapGet(map, key));
}

/** Adding to a map takes some half a microsecond more than its cost says. */
const insertWork = 5;
/** Of the empty accumulator; of a step that adds: reading the accumulator, the call, the literal of one element. */
const listCost = { initial: 10, add: 12 };
const mapCost = { initial: 30, add: 2 };

function collect(
  { range, condition, variable, second }: CollectionParts,
  frame: Frame,
  cost: { readonly initial: number; readonly add: number },
  add: () => unknown,
): void {
  const items = range.evaluate(frame);
  frame.spend(cost.initial);
  const step = (): boolean => {
    if (condition === undefined || logical(condition.evaluate(frame))) {
      frame.spend(cost.add);
      add();
    } else {
      frame.spend(1);
    }
    return true;
  };
  iterate(items, { variable, second, step }, frame);
  frame.spend(1);
}

function isEmpty(node: Expression, kind: 'list' | 'map'): boolean {
  if (node.kind === 'list') return kind === 'list' && node.elements.length === 0;
  return node.kind === 'map' && kind === 'map' && node.entries.length === 0;
}

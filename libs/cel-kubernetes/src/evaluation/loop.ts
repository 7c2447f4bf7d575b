import { CelEvaluationError, CelUnknown } from '../problem.ts';
import { isList, type List, listItem, listSize } from '../values/list-value.ts';
import { isMap, type MapLike, mapGet, mapKeys } from '../values/map-value.ts';
import type { Evaluator, Frame } from './frame.ts';
import { absorbable, absorbedWork } from './logic.ts';

/** Places in the frame of the variables of a loop. */
export interface LoopPlaces {
  readonly variable: number;
  /** Undefined when there is one variable. */
  readonly second: number | undefined;
}

/** What a loop does with each item. */
export interface LoopBody extends LoopPlaces {
  /** Called with the variables in their places. Returns whether the loop goes on. */
  step(frame: Frame): boolean;
}

/** The loop of a comprehension. */
export class Loop implements Evaluator, LoopBody {
  readonly range: Evaluator;
  readonly initial: Evaluator;
  /** Undefined when it always holds; errors of a step then end the loop, else the accumulator holds them. */
  readonly condition: Evaluator | undefined;
  readonly next: Evaluator;
  readonly result: Evaluator;
  readonly accumulator: number;
  readonly variable: number;
  readonly second: number | undefined;

  constructor(
    range: Evaluator,
    initial: Evaluator,
    condition: Evaluator | undefined,
    next: Evaluator,
    result: Evaluator,
    accumulator: number,
    variable: number,
    second: number | undefined,
  ) {
    this.range = range;
    this.initial = initial;
    this.condition = condition;
    this.next = next;
    this.result = result;
    this.accumulator = accumulator;
    this.variable = variable;
    this.second = second;
  }

  evaluate(frame: Frame): unknown {
    const items = this.range.evaluate(frame);
    frame.slots[this.accumulator] = attempt(this.initial, frame);
    iterate(items, this, frame);
    return this.result.evaluate(frame);
  }

  step(frame: Frame): boolean {
    const { condition, next, accumulator } = this;
    if (condition === undefined) {
      frame.slots[accumulator] = next.evaluate(frame);
      return true;
    }
    if (condition.evaluate(frame) !== true) return false;
    frame.slots[accumulator] = attempt(next, frame);
    return true;
  }
}

/** Does the step of a loop for each item of a list or key of a map, until it says to end. */
export function iterate(range: unknown, body: LoopBody, frame: Frame): void {
  const { slots } = frame;
  const { variable, second } = body;
  if (isList(range)) {
    const size = listSize(range);
    for (let index = 0; index < size; index++) {
      const item = itemOf(range, index);
      if (second === undefined) {
        slots[variable] = item;
      } else {
        slots[variable] = BigInt(index);
        slots[second] = item;
      }
      if (!body.step(frame)) return;
    }
  } else if (isMap(range)) {
    for (const key of mapKeys(range)) {
      slots[variable] = key;
      if (second !== undefined) slots[second] = entryOf(range, key);
      if (!body.step(frame)) return;
    }
  } else {
    throw new CelEvaluationError('no such overload');
  }
}

/** An item; one that is unknown is so where the loop reads it, and not before. */
function itemOf(list: List, index: number): unknown {
  try {
    return listItem(list, index);
  } catch (error) {
    return unknownOf(error);
  }
}

function entryOf(map: MapLike, key: unknown): unknown {
  try {
    return mapGet(map, key);
  } catch (error) {
    return unknownOf(error);
  }
}

function unknownOf(error: unknown): CelUnknown {
  if (error instanceof CelUnknown) return error;
  throw error;
}

/** The value, or the error in its place. */
function attempt(evaluator: Evaluator, frame: Frame): unknown {
  try {
    return evaluator.evaluate(frame);
  } catch (error) {
    frame.work(absorbedWork);
    return absorbable(error);
  }
}

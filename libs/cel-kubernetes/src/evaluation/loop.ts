import { CelEvaluationError } from '../problem.ts';
import { isList, listItem, listSize } from '../values/list-value.ts';
import { isMap, mapGet, mapKeys } from '../values/map-value.ts';
import type { Evaluator, Frame } from './frame.ts';
import { absorbable, absorbedWork } from './logic.ts';

/** The parts of a loop, planned. */
export interface PlannedLoop {
  readonly range: Evaluator;
  readonly initial: Evaluator;
  /** Undefined when it always holds; errors of a step then end the loop, else the accumulator holds them. */
  readonly condition: Evaluator | undefined;
  readonly step: Evaluator;
  readonly result: Evaluator;
  /** Places of the variables in the frame. */
  readonly accumulator: number;
  readonly variable: number;
  readonly second: number | undefined;
}

/** Runs the loop of a comprehension. */
export function runLoop(loop: PlannedLoop): Evaluator {
  const { range, accumulator, result } = loop;
  return (frame) => {
    const { slots } = frame;
    const items = range(frame);
    slots[accumulator] = attempt(loop.initial, frame);
    iterate(items, loop, slots, () => {
      if (loop.condition === undefined) {
        slots[accumulator] = loop.step(frame);
        return true;
      }
      if (loop.condition(frame) !== true) return false;
      slots[accumulator] = attempt(loop.step, frame);
      return true;
    });
    return result(frame);
  };
}

/** Calls `step` for each item, with the variables in their places, until it returns false. */
export function iterate(
  range: unknown,
  { variable, second }: Pick<PlannedLoop, 'variable' | 'second'>,
  slots: unknown[],
  step: () => boolean,
): void {
  if (isList(range)) {
    const size = listSize(range);
    for (let index = 0; index < size; index++) {
      const item = listItem(range, index);
      if (second === undefined) {
        slots[variable] = item;
      } else {
        slots[variable] = BigInt(index);
        slots[second] = item;
      }
      if (!step()) return;
    }
  } else if (isMap(range)) {
    for (const key of mapKeys(range)) {
      slots[variable] = key;
      if (second !== undefined) slots[second] = mapGet(range, key);
      if (!step()) return;
    }
  } else {
    throw new CelEvaluationError('no such overload');
  }
}

/** The value, or the error in its place. */
function attempt(evaluator: Evaluator, frame: Frame): unknown {
  try {
    return evaluator(frame);
  } catch (error) {
    frame.work(absorbedWork);
    return absorbable(error);
  }
}

import { CelEvaluationError } from '../problem.ts';
import { ListValue } from '../values/list-value.ts';
import { insertEntry, type MapKey, MapValue } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import type { Evaluator, Frame } from './frame.ts';

const listCost = 10;
const mapCost = 30;

/** A value that is known, for some cost. */
export class Constant implements Evaluator {
  readonly value: unknown;
  readonly cost: number;

  constructor(value: unknown, cost: number) {
    this.value = value;
    this.cost = cost;
  }

  evaluate(frame: Frame): unknown {
    if (this.cost > 0) frame.spend(this.cost);
    return this.value;
  }
}

/** A list of nothing but literals. */
export function constantList(items: readonly unknown[]): Constant {
  return new Constant(new ListValue(items), listCost);
}

/** `[a, ?b]`. */
export class ListConstruction implements Evaluator {
  readonly parts: readonly Evaluator[];
  readonly optional: ReadonlySet<number>;

  constructor(parts: readonly Evaluator[], optional: ReadonlySet<number>) {
    this.parts = parts;
    this.optional = optional;
  }

  evaluate(frame: Frame): unknown {
    frame.spend(listCost);
    const items: unknown[] = [];
    for (const [index, part] of this.parts.entries()) {
      const value = part.evaluate(frame);
      if (!this.optional.has(index)) items.push(value);
      else if (unwrap(value).present) items.push(unwrap(value).value);
    }
    return new ListValue(items);
  }
}

/** One `key: value` of a map, planned. */
export interface EntryParts {
  readonly key: Evaluator;
  readonly value: Evaluator;
  readonly optional: boolean;
}

/** `{key: value, ?key: optional}`. */
export class MapConstruction implements Evaluator {
  readonly parts: readonly EntryParts[];

  constructor(parts: readonly EntryParts[]) {
    this.parts = parts;
  }

  evaluate(frame: Frame): unknown {
    frame.spend(mapCost);
    const built = new Map<MapKey, readonly [unknown, unknown]>();
    for (const { key, value, optional } of this.parts) {
      const name = key.evaluate(frame);
      const content = value.evaluate(frame);
      if (!optional) insertEntry(built, name, content);
      else if (unwrap(content).present) insertEntry(built, name, unwrap(content).value);
    }
    return new MapValue(built);
  }
}

function unwrap(value: unknown): OptionalValue {
  if (!(value instanceof OptionalValue)) throw new CelEvaluationError('no such overload');
  return value;
}

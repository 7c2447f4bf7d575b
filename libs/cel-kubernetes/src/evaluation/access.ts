import { CelEvaluationError } from '../problem.ts';
import { numberOf } from '../values/equality.ts';
import { LazyObject } from '../values/lazy-object.ts';
import { isList, type List, listItem, listSize } from '../values/list-value.ts';
import { isJsonObject, isMap, mapGet } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import type { Read } from '../values/read.ts';
import { readDynamic } from '../values/read.ts';
import type { Evaluator, Frame } from './frame.ts';

/** Reads a field of what another part gives. */
abstract class FieldAccess {
  readonly operand: Evaluator;
  /** The name in the expression. */
  readonly name: string;
  /** The property that holds it. */
  readonly property: string;
  readonly read: Read;

  constructor(operand: Evaluator, name: string, property: string, read: Read) {
    this.operand = operand;
    this.name = name;
    this.property = property;
    this.read = read;
  }
}

/** `operand.field`. */
export class FieldSelection extends FieldAccess implements Evaluator {
  evaluate(frame: Frame): unknown {
    const object = this.operand.evaluate(frame);
    frame.spend(1);
    const found = lookUp(object, this);
    if (found !== undefined) return found;
    if (object instanceof OptionalValue) return optionalField(object, this);
    throw missing(object, this.name);
  }
}

/** `has(operand.field)`, which costs nothing by itself. */
export class FieldTest extends FieldAccess implements Evaluator {
  evaluate(frame: Frame): unknown {
    const object = this.operand.evaluate(frame);
    if (object instanceof OptionalValue) return optionalField(object, this).present;
    if (lookUp(object, this) !== undefined) return true;
    if (isMap(object)) return false;
    throw missing(object, this.name);
  }
}

/** `operand.?field`. */
export class OptionalFieldSelection extends FieldAccess implements Evaluator {
  evaluate(frame: Frame): unknown {
    const object = this.operand.evaluate(frame);
    frame.spend(1);
    if (object instanceof OptionalValue) return optionalField(object, this);
    const found = lookUp(object, this);
    if (found !== undefined) return OptionalValue.of(found);
    if (isMap(object)) return OptionalValue.none;
    throw missing(object, this.name);
  }
}

/** Reads an item of a list, or what a map has under a key. */
abstract class ItemAccess {
  readonly operand: Evaluator;
  readonly index: Evaluator;

  constructor(operand: Evaluator, index: Evaluator) {
    this.operand = operand;
    this.index = index;
  }
}

/** `operand[index]`. */
export class IndexSelection extends ItemAccess implements Evaluator {
  evaluate(frame: Frame): unknown {
    const container = this.operand.evaluate(frame);
    const key = this.index.evaluate(frame);
    frame.spend(1);
    if (container instanceof OptionalValue) return optionalIndex(container, key);
    const found = at(container, key);
    if (found !== undefined) return found;
    if (isMap(container)) throw new CelEvaluationError(`no such key: ${describeKey(key)}`);
    throw new CelEvaluationError(`index out of bounds: ${describeKey(key)}`);
  }
}

/** `operand[?index]`. */
export class OptionalIndexSelection extends ItemAccess implements Evaluator {
  evaluate(frame: Frame): unknown {
    const container = this.operand.evaluate(frame);
    const key = this.index.evaluate(frame);
    frame.spend(1);
    if (container instanceof OptionalValue) return optionalIndex(container, key);
    const found = at(container, key);
    return found === undefined ? OptionalValue.none : OptionalValue.of(found);
  }
}

/** The value of a field, or undefined where there is none. */
function lookUp(object: unknown, { property, read }: FieldAccess): unknown {
  if (isJsonObject(object)) {
    if (!Object.hasOwn(object, property)) return undefined;
    const json = object[property];
    return json === undefined ? undefined : read(json);
  }
  if (object instanceof LazyObject) {
    const value = object.get(property);
    return value === undefined ? undefined : read(value);
  }
  return isMap(object) ? mapGet(object, property) : undefined;
}

function optionalField({ present, value }: OptionalValue, field: FieldAccess): OptionalValue {
  if (!present) return OptionalValue.none;
  const found = lookUp(value, field);
  if (found === undefined && !isMap(value)) throw missing(value, field.name);
  return found === undefined ? OptionalValue.none : OptionalValue.of(found);
}

function optionalIndex({ present, value }: OptionalValue, key: unknown): OptionalValue {
  const found = present ? at(value, key) : undefined;
  return found === undefined ? OptionalValue.none : OptionalValue.of(found);
}

/** The item of a list or the value of a map, or undefined where there is none. */
function at(container: unknown, key: unknown): unknown {
  if (isList(container)) return itemAt(container, key);
  if (isJsonObject(container)) {
    if (typeof key !== 'string' || !Object.hasOwn(container, key)) return undefined;
    const json = container[key];
    return json === undefined ? undefined : readDynamic(json);
  }
  if (isMap(container)) return mapGet(container, key);
  throw new CelEvaluationError('no such overload');
}

function itemAt(list: List, key: unknown): unknown {
  const index = numberOf(key);
  if (index === undefined) throw new CelEvaluationError('no such overload');
  if (typeof index === 'number' && !Number.isInteger(index)) {
    throw new CelEvaluationError(`unsupported index value: ${index}`);
  }
  return index >= 0 && index < listSize(list) ? listItem(list, Number(index)) : undefined;
}

function missing(object: unknown, name: string): CelEvaluationError {
  return new CelEvaluationError(isMap(object) ? `no such key: ${name}` : 'no such overload');
}

function describeKey(key: unknown): string {
  return typeof key === 'object' && key !== null ? 'a key of another type' : String(key);
}

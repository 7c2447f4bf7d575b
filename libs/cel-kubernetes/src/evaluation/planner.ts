import { errorType, optionalContent } from '../checking/cel-type.ts';
import type { CheckedExpression } from '../checking/checker.ts';
import type { Reference } from '../checking/scope.ts';
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  MapLiteral,
  Selection,
} from '../syntax/expression.ts';
import { type Read, readDynamic } from '../values/read.ts';
import { readerOf } from '../values/reader.ts';
import {
  FieldSelection,
  FieldTest,
  IndexSelection,
  OptionalFieldSelection,
  OptionalIndexSelection,
} from './access.ts';
import { type Addition, additionOf, ListCollection, MapCollection } from './collect.ts';
import type { Evaluator } from './frame.ts';
import { invoke } from './invoke.ts';
import { Constant, constantList, ListConstruction, MapConstruction } from './literal.ts';
import { Conditional, Junction, NotStrictlyFalse } from './logic.ts';
import { Loop, type LoopPlaces } from './loop.ts';
import { Local, UnknownName, Variable } from './name.ts';
import { sharedParts } from './shared-parts.ts';

/** Turns a checked expression into parts that evaluate: what is known now is decided now. */
export function plan(checked: CheckedExpression): Evaluator {
  return new Planner(checked).plan(checked.root);
}

class Planner {
  readonly #checked: CheckedExpression;
  readonly #locals: string[] = [];

  constructor(checked: CheckedExpression) {
    this.#checked = checked;
  }

  plan(node: Expression): Evaluator {
    const reference = this.#checked.references.get(node);
    if (reference !== undefined && !(node.kind === 'selection' && node.testOnly)) {
      return this.#reference(reference);
    }
    switch (node.kind) {
      case 'literal':
        return sharedParts.make(Constant, node.value, 0);
      case 'identifier':
      case 'struct':
        return sharedParts.make(UnknownName, node.name);
      case 'selection':
        return this.#selection(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #reference(reference: Reference): Evaluator {
    switch (reference.kind) {
      case 'constant':
        return sharedParts.make(Constant, reference.value, 0);
      case 'local':
        return sharedParts.make(Local, this.#locals.lastIndexOf(reference.name));
      case 'variable':
        return sharedParts.make(Variable, reference.name, readerOf(reference.type));
    }
  }

  #selection(node: Selection): Evaluator {
    const operand = this.plan(node.operand);
    const kind = node.testOnly ? FieldTest : FieldSelection;
    return sharedParts.make(kind, operand, node.field, ...this.#field(node.operand, node.field));
  }

  /** The property that holds a field, and how to read it. */
  #field(operand: Expression, name: string): readonly [property: string, read: Read] {
    const declared = this.#checked.types.get(operand) ?? errorType;
    const type = optionalContent(declared) ?? declared;
    if (type.kind === 'map') return [name, readerOf(type.value)];
    const field = type.kind === 'object' ? type.fields.get(name) : undefined;
    return field === undefined ? [name, readDynamic] : [field.property, readerOf(field.type)];
  }

  #call(node: Call): Evaluator {
    const resolved = this.#checked.calls.get(node);
    if (resolved === undefined) return sharedParts.make(UnknownName, node.name);
    const [first, second, third] = resolved.args;
    if (first !== undefined && second === undefined && resolved.name === '@not_strictly_false') {
      return sharedParts.make(NotStrictlyFalse, this.plan(first));
    }
    if (first !== undefined && second !== undefined) {
      const operator = this.#operator(resolved.name, first, second, third);
      if (operator !== undefined) return operator;
    }
    const args = resolved.args.map((argument) => this.plan(argument));
    return invoke(resolved.name, args, resolved.overloads);
  }

  #operator(
    name: string,
    first: Expression,
    second: Expression,
    third: Expression | undefined,
  ): Evaluator | undefined {
    switch (name) {
      case '_&&_':
        return sharedParts.make(Junction, this.plan(first), this.plan(second), false);
      case '_||_':
        return sharedParts.make(Junction, this.plan(first), this.plan(second), true);
      case '_?_:_':
        return third && sharedParts.make(Conditional, this.plan(first), this.plan(second), this.plan(third));
      case '_[_]':
        return sharedParts.make(IndexSelection, this.plan(first), this.plan(second));
      case '_[?_]':
        return sharedParts.make(OptionalIndexSelection, this.plan(first), this.plan(second));
      case '_?._': {
        const field = second.kind === 'literal' ? String(second.value) : '';
        const operand = this.plan(first);
        return sharedParts.make(OptionalFieldSelection, operand, field, ...this.#field(first, field));
      }
      default:
        return undefined;
    }
  }

  #list({ elements, optional }: ListLiteral): Evaluator {
    if (elements.every(({ kind }) => kind === 'literal')) {
      return constantList(elements.map((element) => (element.kind === 'literal' ? element.value : null)));
    }
    const parts = elements.map((element) => this.plan(element));
    return new ListConstruction(parts, optional);
  }

  #map({ entries }: MapLiteral): Evaluator {
    return new MapConstruction(
      entries.map(({ key, value, optional }) => ({ key: this.plan(key), value: this.plan(value), optional })),
    );
  }

  #comprehension(node: Comprehension): Evaluator {
    const range = this.plan(node.range);
    const addition = additionOf(node);
    const initial = this.plan(node.initial);
    const accumulator = this.#locals.push(node.accumulator) - 1;
    const variable = this.#locals.push(node.variable) - 1;
    const second = node.secondVariable === undefined ? undefined : this.#locals.push(node.secondVariable) - 1;
    try {
      if (addition !== undefined) return this.#collection(addition, range, { variable, second });
      const always = node.condition.kind === 'literal' && node.condition.value === true;
      const condition = always ? undefined : this.plan(node.condition);
      const next = this.plan(node.step);
      this.#locals.length = accumulator + 1;
      const result = this.plan(node.result);
      return sharedParts.make(Loop, range, initial, condition, next, result, accumulator, variable, second);
    } finally {
      this.#locals.length = accumulator;
    }
  }

  #collection({ kind, condition, parts: [first, second] }: Addition, range: Evaluator, places: LoopPlaces) {
    if (first === undefined) throw new Error('a loop that adds nothing');
    const content = this.plan(first);
    const value = second && this.plan(second);
    const parts = { range, condition: condition && this.plan(condition), content, value, ...places };
    return kind === 'list' ? new ListCollection(parts) : new MapCollection(parts);
  }
}

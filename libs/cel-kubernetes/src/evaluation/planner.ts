import { errorType, optionalContent } from '../checking/cel-type.ts';
import type { CheckedExpression } from '../checking/checker.ts';
import type { Reference } from '../checking/scope.ts';
import { CelEvaluationError } from '../problem.ts';
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  MapLiteral,
  Selection,
} from '../syntax/expression.ts';
import { ListValue } from '../values/list-value.ts';
import { insertEntry, type MapKey, MapValue } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import { readDynamic } from '../values/read.ts';
import { readerOf } from '../values/reader.ts';
import {
  type Field,
  hasField,
  selectField,
  selectIndex,
  selectOptionalField,
  selectOptionalIndex,
} from './access.ts';
import { additionOf, collectList, collectMap } from './collect.ts';
import type { Evaluator } from './frame.ts';
import { invoke } from './invoke.ts';
import { conditional, junction, notStrictlyFalse } from './logic.ts';
import { runLoop } from './loop.ts';

/** Turns a checked expression into closures: what is known now is decided now. */
export function plan(checked: CheckedExpression): Evaluator {
  return new Planner(checked).plan(checked.root);
}

const listCost = 10;
const mapCost = 30;

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
      case 'literal': {
        const { value } = node;
        return () => value;
      }
      case 'identifier':
        return fails(`undeclared reference to '${node.name}'`);
      case 'selection':
        return this.#selection(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return fails(`undeclared reference to '${node.name}'`);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #reference(reference: Reference): Evaluator {
    switch (reference.kind) {
      case 'constant': {
        const { value } = reference;
        return () => value;
      }
      case 'local':
        return local(this.#locals.lastIndexOf(reference.name));
      case 'variable': {
        const { name } = reference;
        const read = readerOf(reference.type);
        return (frame) => {
          frame.spend(1);
          const json = frame.variables[name];
          if (json === undefined) throw new CelEvaluationError(`no such attribute(s): ${name}`);
          return read(json);
        };
      }
    }
  }

  #selection(node: Selection): Evaluator {
    const operand = this.plan(node.operand);
    const field = this.#field(node.operand, node.field);
    return node.testOnly ? hasField(operand, field) : selectField(operand, field);
  }

  #field(operand: Expression, name: string): Field {
    const declared = this.#checked.types.get(operand) ?? errorType;
    const type = optionalContent(declared) ?? declared;
    if (type.kind === 'map') return { name, property: name, read: readerOf(type.value) };
    const field = type.kind === 'object' ? type.fields.get(name) : undefined;
    if (field === undefined) return { name, property: name, read: readDynamic };
    return { name, property: field.property, read: readerOf(field.type) };
  }

  #call(node: Call): Evaluator {
    const resolved = this.#checked.calls.get(node);
    if (resolved === undefined) {
      return fails(`undeclared reference to '${node.name}'`);
    }
    const [first, second, third] = resolved.args;
    if (first !== undefined && second === undefined && resolved.name === '@not_strictly_false') {
      return notStrictlyFalse(this.plan(first));
    }
    if (first !== undefined && second !== undefined) {
      const operator = this.#operator(resolved.name, first, second, third);
      if (operator !== undefined) return operator;
    }
    return invoke(
      resolved.name,
      resolved.args.map((argument) => this.plan(argument)),
      resolved.overloads,
    );
  }

  #operator(
    name: string,
    first: Expression,
    second: Expression,
    third: Expression | undefined,
  ): Evaluator | undefined {
    switch (name) {
      case '_&&_':
        return junction(this.plan(first), this.plan(second), false);
      case '_||_':
        return junction(this.plan(first), this.plan(second), true);
      case '_?_:_':
        return third && conditional(this.plan(first), this.plan(second), this.plan(third));
      case '_[_]':
        return selectIndex(this.plan(first), this.plan(second));
      case '_[?_]':
        return selectOptionalIndex(this.plan(first), this.plan(second));
      case '_?._': {
        const field = second.kind === 'literal' ? String(second.value) : '';
        return selectOptionalField(this.plan(first), this.#field(first, field));
      }
      default:
        return undefined;
    }
  }

  #list({ elements, optional }: ListLiteral): Evaluator {
    const parts = elements.map((element) => this.plan(element));
    if (elements.every(({ kind }) => kind === 'literal')) {
      const constant = new ListValue(
        elements.map((element) => (element.kind === 'literal' ? element.value : null)),
      );
      return (frame) => {
        frame.spend(listCost);
        return constant;
      };
    }
    return (frame) => {
      frame.spend(listCost);
      const items: unknown[] = [];
      for (const [index, part] of parts.entries()) {
        const value = part(frame);
        if (!optional.has(index)) items.push(value);
        else if (unwrap(value).present) items.push(unwrap(value).value);
      }
      return new ListValue(items);
    };
  }

  #map({ entries }: MapLiteral): Evaluator {
    const parts = entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    return (frame) => {
      frame.spend(mapCost);
      const built = new Map<MapKey, readonly [unknown, unknown]>();
      for (const { key, value, optional } of parts) {
        const name = key(frame);
        const content = value(frame);
        if (!optional) insertEntry(built, name, content);
        else if (unwrap(content).present) insertEntry(built, name, unwrap(content).value);
      }
      return new MapValue(built);
    };
  }

  #comprehension(node: Comprehension): Evaluator {
    const range = this.plan(node.range);
    const addition = additionOf(node);
    const initial = this.plan(node.initial);
    const accumulator = this.#locals.push(node.accumulator) - 1;
    const variable = this.#locals.push(node.variable) - 1;
    const second = node.secondVariable === undefined ? undefined : this.#locals.push(node.secondVariable) - 1;
    try {
      if (addition !== undefined) {
        const loop = {
          range,
          condition: addition.condition && this.plan(addition.condition),
          parts: addition.parts.map((part) => this.plan(part)),
          variable,
          second,
        };
        return addition.kind === 'list' ? collectList(loop) : collectMap(loop);
      }
      const always = node.condition.kind === 'literal' && node.condition.value === true;
      const condition = always ? undefined : this.plan(node.condition);
      const step = this.plan(node.step);
      this.#locals.length = accumulator + 1;
      const result = this.plan(node.result);
      return runLoop({ range, initial, condition, step, result, accumulator, variable, second });
    } finally {
      this.#locals.length = accumulator;
    }
  }
}

function local(slot: number): Evaluator {
  return (frame) => {
    frame.spend(1);
    const value = frame.slots[slot];
    if (value instanceof CelEvaluationError) throw value;
    return value;
  };
}

function unwrap(value: unknown): OptionalValue {
  if (!(value instanceof OptionalValue)) throw new CelEvaluationError('no such overload');
  return value;
}

function fails(message: string): Evaluator {
  return () => {
    throw new CelEvaluationError(message);
  };
}

import { type CelType, errorType, optionalContent } from '../checking/cel-type.ts';
import type { CheckedExpression } from '../checking/checker.ts';
import type { Overload } from '../checking/declaration.ts';
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  MapLiteral,
  Selection,
} from '../syntax/expression.ts';
import { codePointLength } from '../values/text.ts';
import {
  add,
  type CallEstimate,
  type EstimatedArgument,
  exactly,
  multiply,
  type Range,
  union,
  unknownSize,
} from './cost-estimate.ts';

/** Bounds of the runtime cost of an expression. Spec: cel-go checker/cost.go. */
export function estimateCost(checked: CheckedExpression): Range {
  return new Estimator(checked).estimate(checked.root).cost;
}

/** What is known of the value of a node before evaluation. */
interface Estimate {
  readonly cost: Range;
  readonly size?: Range | undefined;
  /** Sizes of what is in a list or map. */
  readonly entries?: { readonly key: Range; readonly value: Range } | undefined;
  /**
   * The declared type, where the value is a part of a variable as it is. Sizes are taken from it and not from the type
   * that the checker found, which may have come together from several.
   */
  readonly declared?: CelType | undefined;
}

const baseCosts = { list: exactly(10), map: exactly(30), struct: exactly(40) };
const one = exactly(1);

class Estimator {
  readonly #checked: CheckedExpression;
  readonly #locals: (readonly [string, Estimate])[] = [];

  constructor(checked: CheckedExpression) {
    this.#checked = checked;
  }

  estimate(node: Expression): Estimate {
    switch (node.kind) {
      case 'literal':
        return { cost: exactly(0), size: literalSize(node.value) };
      case 'identifier':
        return this.#name(node) ?? { cost: one };
      case 'selection':
        return this.#name(node) ?? this.#selection(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return { cost: add(baseCosts.struct, ...node.fields.map(({ value }) => this.estimate(value).cost)) };
      case 'comprehension':
        return isBinding(node) ? this.#binding(node) : this.#comprehension(node);
    }
  }

  #name(node: Expression): Estimate | undefined {
    const reference = this.#checked.references.get(node);
    if (reference === undefined || (node.kind === 'selection' && node.testOnly)) return undefined;
    if (reference.kind === 'local') {
      const known = this.#locals.findLast(([name]) => name === reference.name)?.[1];
      return { ...known, cost: one };
    }
    return reference.kind === 'variable' ? declaredAs(reference.type, one) : { cost: one };
  }

  #selection(node: Selection): Estimate {
    const operand = this.estimate(node.operand);
    if (node.testOnly) return { cost: operand.cost, size: one };
    const declared = operand.declared && fieldOf(operand.declared, node.field);
    return declaredAs(declared, add(operand.cost, one), operand.entries?.value);
  }

  #call(node: Call): Estimate {
    const call = this.#checked.calls.get(node);
    if (call === undefined) return { cost: one };
    const args = call.args.map((argument) => this.estimate(argument));
    const [first, second, third] = args;
    if (first === undefined) return this.#overloads(call.overloads, call.args, args);
    switch (call.name) {
      case '_&&_':
      case '_||_':
        return { cost: { min: first.cost.min, max: add(first.cost, second?.cost ?? one).max }, size: one };
      case '_?_:_':
        return second && third ? conditional(first, second, third) : first;
      case '_[_]':
      case '_[?_]':
        return this.#index(call.args[0], first, second);
      case '_?._':
        return { cost: add(first.cost, one) };
      case 'dyn':
        return { ...first, cost: add(first.cost, one) };
      default:
        return this.#overloads(call.overloads, call.args, args);
    }
  }

  #index(container: Expression | undefined, operand: Estimate, index: Estimate | undefined): Estimate {
    const type = container === undefined ? errorType : (this.#checked.types.get(container) ?? errorType);
    const declared = operand.declared && itemOf(operand.declared);
    const cost = add(operand.cost, index?.cost ?? one, one);
    if (optionalContent(type) !== undefined) return { cost };
    return declaredAs(declared, cost, operand.entries?.value);
  }

  #overloads(
    overloads: readonly Overload[],
    nodes: readonly Expression[],
    args: readonly Estimate[],
  ): Estimate {
    const described = nodes.map((node, index) => this.#argument(node, args[index] ?? { cost: one }));
    let found: CallEstimate | undefined;
    for (const { estimate } of overloads) {
      const next = estimate?.(...described) ?? { cost: one };
      found = found === undefined ? next : unite(found, next);
    }
    const cost = add(found?.cost ?? one, ...args.map((argument) => argument.cost));
    const [left, right] = args;
    const joined = overloads.some(({ id }) => id === 'add_list') ? uniteEntries(left, right) : undefined;
    return { cost, size: found?.size, entries: joined };
  }

  #argument(node: Expression, estimate: Estimate): EstimatedArgument {
    const type = this.#checked.types.get(node) ?? errorType;
    const item = estimate.declared && itemOf(estimate.declared);
    return {
      type,
      size: this.#size(node, estimate),
      itemSize: { min: 0, max: (estimate.entries?.value ?? (item && declaredSize(item)) ?? unknownSize).max },
      literal: node.kind === 'literal' ? node.value : undefined,
    };
  }

  #size(node: Expression, { size }: Estimate): Range {
    return size ?? (isScalar(this.#checked.types.get(node) ?? errorType) ? one : unknownSize);
  }

  #list({ elements }: ListLiteral): Estimate {
    const parts = elements.map((element) => this.#sized(element));
    return {
      cost: add(baseCosts.list, ...parts.map(({ cost }) => cost)),
      size: exactly(elements.length),
      entries: { key: one, value: unionOf(parts.map(({ size }) => size)) },
    };
  }

  #map({ entries }: MapLiteral): Estimate {
    const keys = entries.map(({ key }) => this.#sized(key));
    const values = entries.map(({ value }) => this.#sized(value));
    return {
      cost: add(baseCosts.map, ...keys.map(({ cost }) => cost), ...values.map(({ cost }) => cost)),
      size: exactly(entries.length),
      entries: { key: unionOf(keys.map(({ size }) => size)), value: unionOf(values.map(({ size }) => size)) },
    };
  }

  #sized(node: Expression): { cost: Range; size: Range } {
    const estimate = this.estimate(node);
    return { cost: estimate.cost, size: this.#size(node, estimate) };
  }

  #binding(node: Comprehension): Estimate {
    const initial = this.estimate(node.initial);
    this.#locals.push([node.accumulator, initial]);
    const result = this.estimate(node.result);
    this.#locals.pop();
    return { ...result, cost: add(this.estimate(node.range).cost, initial.cost, result.cost) };
  }

  #comprehension(node: Comprehension): Estimate {
    const range = this.estimate(node.range);
    const initial = this.estimate(node.initial);
    const depth = this.#locals.length;
    this.#locals.push([node.accumulator, { ...initial, size: undefined, entries: undefined }]);
    this.#locals.push(...this.#variables(node, range));
    const condition = this.estimate(node.condition);
    const step = this.estimate(node.step);
    this.#locals.length = depth + 1;
    const result = this.estimate(node.result);
    this.#locals.length = depth;
    const count = this.#size(node.range, range);
    const cost = add(range.cost, initial.cost, multiply(count, add(step.cost, condition.cost)), result.cost);
    if (node.initial.kind !== 'list' && node.initial.kind !== 'map') return { cost, size: initial.size };
    return { cost, size: { min: 0, max: count.max }, entries: step.entries };
  }

  #variables(node: Comprehension, { declared, entries }: Estimate): (readonly [string, Estimate])[] {
    const type = this.#checked.types.get(node.range) ?? errorType;
    const value = declaredAs(declared && itemOf(declared), one, entries?.value);
    const key = declaredAs(declared?.kind === 'map' ? declared.key : undefined, one, entries?.key);
    if (node.secondVariable === undefined) return [[node.variable, type.kind === 'map' ? key : value]];
    return [
      [node.variable, type.kind === 'list' ? { cost: one, size: one } : key],
      [node.secondVariable, value],
    ];
  }
}

function conditional(test: Estimate, yes: Estimate, no: Estimate): Estimate {
  return {
    cost: add(test.cost, union(yes.cost, no.cost)),
    size: yes.size && no.size && union(yes.size, no.size),
    entries: uniteEntries(yes, no),
  };
}

function unite(left: CallEstimate, right: CallEstimate): CallEstimate {
  const cost = union(left.cost, right.cost);
  if (left.size === undefined || right.size === undefined) return { cost };
  return { cost, size: union(left.size, right.size) };
}

function uniteEntries(left: Estimate | undefined, right: Estimate | undefined): Estimate['entries'] {
  const [a, b] = [left?.entries, right?.entries];
  return a && b && { key: union(a.key, b.key), value: union(a.value, b.value) };
}

function unionOf(ranges: readonly Range[]): Range {
  const [first, ...rest] = ranges;
  let united = first ?? exactly(0);
  for (const range of rest) united = union(united, range);
  return united;
}

/** What is known of a part of a variable, or, of a value made by the expression, its size. */
function declaredAs(declared: CelType | undefined, cost: Range, size?: Range): Estimate {
  return { cost, declared, size: (declared && declaredSize(declared)) ?? size };
}

function declaredSize(type: CelType): Range | undefined {
  if (isScalar(type)) return one;
  // Upstream knows no size of objects with declared fields, and takes them as of none.
  if (type.kind === 'object') return exactly(0);
  return 'sizeMax' in type && type.sizeMax !== undefined ? { min: 0, max: type.sizeMax } : undefined;
}

function fieldOf(type: CelType, field: string): CelType | undefined {
  if (type.kind === 'map') return type.value;
  return type.kind === 'object' ? type.fields.get(field)?.type : undefined;
}

function itemOf(type: CelType): CelType | undefined {
  if (type.kind === 'list') return type.element;
  return type.kind === 'map' ? type.value : undefined;
}

function isScalar(type: CelType): boolean {
  const content = optionalContent(type);
  if (content !== undefined) return isScalar(content);
  return ['bool', 'int', 'uint', 'double', 'timestamp', 'duration', 'null'].includes(type.kind);
}

function literalSize(value: unknown): Range {
  if (typeof value === 'string') return exactly(codePointLength(value));
  return exactly(value instanceof Uint8Array ? value.length : 1);
}

/** Whether a comprehension only names a value, as `cel.bind` does. */
function isBinding({ range, condition }: Comprehension): boolean {
  return (
    range.kind === 'list' &&
    range.elements.length === 0 &&
    condition.kind === 'literal' &&
    condition.value === false
  );
}

import type { Uint } from '../values/uint.ts';

/** The value of a literal: bigint is int, number is double. */
export type LiteralValue = bigint | Uint | number | string | Uint8Array | boolean | null;

/** A constant. */
export interface Literal {
  readonly kind: 'literal';
  readonly offset: number;
  readonly value: LiteralValue;
}

/** A name; a leading dot makes it absolute and stays part of it. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly offset: number;
  readonly name: string;
}

/** `operand.field`, or with `testOnly` the question of has(). */
export interface Selection {
  readonly kind: 'selection';
  readonly offset: number;
  readonly operand: Expression;
  readonly field: string;
  readonly testOnly: boolean;
}

/** A function, a method (with `target`) or an operator under its internal name, e.g. `_+_`. */
export interface Call {
  readonly kind: 'call';
  readonly offset: number;
  readonly name: string;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

/** `[a, ?b]`; elements named in `optional` are left out where they are empty. */
export interface ListLiteral {
  readonly kind: 'list';
  readonly offset: number;
  readonly elements: readonly Expression[];
  readonly optional: ReadonlySet<number>;
}

/** One `key: value` of a map. */
export interface MapEntry {
  readonly offset: number;
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

/** `{key: value, ?key: optional}`. */
export interface MapLiteral {
  readonly kind: 'map';
  readonly offset: number;
  readonly entries: readonly MapEntry[];
}

/** One `name: value` of a message. */
export interface StructField {
  readonly offset: number;
  readonly name: string;
  readonly value: Expression;
  readonly optional: boolean;
}

/** `Type{field: value}`. */
export interface StructLiteral {
  readonly kind: 'struct';
  readonly offset: number;
  readonly name: string;
  readonly fields: readonly StructField[];
}

/**
 * The loop into which macros expand. For each item of `range` while `condition` holds, `accumulator` becomes
 * `step`; `result` is the value. With one variable it is an element or key; with two, index and element or key
 * and value.
 */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly offset: number;
  readonly variable: string;
  readonly secondVariable: string | undefined;
  readonly range: Expression;
  readonly accumulator: string;
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** The syntax tree, after expansion of macros. Offsets are UTF-16 code units into the expression. */
export type Expression =
  | Literal
  | Identifier
  | Selection
  | Call
  | ListLiteral
  | MapLiteral
  | StructLiteral
  | Comprehension;

/** The name `a.b.c` that a chain of selections spells, or undefined when it is not one. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind !== 'selection' || expression.testOnly) return undefined;
  const operand = qualifiedName(expression.operand);
  return operand === undefined ? undefined : `${operand}.${expression.field}`;
}

/** The expressions directly inside an expression. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'selection':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'comprehension':
      return [node.range, node.initial, node.condition, node.step, node.result];
    default:
      return [];
  }
}

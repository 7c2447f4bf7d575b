import type { CelType } from '../checking/cel-type.ts';
import type { LiteralValue } from '../syntax/expression.ts';

/** A range of costs or sizes. `max` is Infinity where nothing bounds it. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What is known of an argument before evaluation. */
export interface EstimatedArgument {
  readonly type: CelType;
  /** Code points, bytes, items or entries; 1 for what has no size. */
  readonly size: Range;
  /** The size of items of a list, where known. */
  readonly itemSize: Range;
  /** The value, when the argument is a literal. */
  readonly literal: LiteralValue | undefined;
}

/** The estimate of one call, without that of its arguments. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}

/** Estimates a call; a method's target is the first argument. */
export type CallEstimator = (...args: readonly EstimatedArgument[]) => CallEstimate;

/** Cost of reading a string, per code point. Spec: cel-go common/cost.go, StringTraversalCostFactor. */
export const traversalFactor = 0.1;
/** Cost of a pattern, per code point of it. Spec: RegexStringLengthCostFactor. */
export const patternFactor = 0.25;

/** A size of which nothing is known. */
export const unknownSize: Range = { min: 0, max: Infinity };

/** A range of one value. */
export function exactly(value: number): Range {
  return { min: value, max: value };
}

/** The sum of ranges. */
export function add(...ranges: readonly Range[]): Range {
  let [min, max] = [0, 0];
  for (const range of ranges) {
    min += range.min;
    max += range.max;
  }
  return { min, max };
}

/** The product of ranges; nothing times anything is nothing. */
export function multiply(left: Range, right: Range): Range {
  return { min: product(left.min, right.min), max: product(left.max, right.max) };
}

/** A range times a factor, rounded up. */
export function scale(range: Range, factor: number): Range {
  return { min: Math.ceil(range.min * factor), max: Math.ceil(range.max * factor) };
}

/** The range that has both. */
export function union(left: Range, right: Range): Range {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}

function product(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right;
}

import type { FloatHistogram } from '@plinth/prometheus-model';
import { trimmedHistogram } from '../../functions/histogram-trim.ts';
import type { BinaryOperator, TextRange } from '../../syntax/expression.ts';
import {
  counterResetCollision,
  incompatibleBucketLayout,
  incompatibleTypes,
  mismatchedCustomBuckets,
} from '../annotation-texts.ts';
import type { Annotation } from '../annotations.ts';
import { arithmeticOf, comparisonOf } from './scalar-operation.ts';

/** One sample of an instant vector. */
export type Value = number | FloatHistogram;

/** What an operator makes of two samples. */
export interface ElementResult {
  /** Undefined: there is no result, not even one that was filtered out. */
  readonly value: Value | undefined;
  /** False: a comparison filtered the sample out. */
  readonly isKept: boolean;
  readonly annotation?: Annotation;
}

/** The operation of an operator on two samples of which one at least is a histogram, or the operator is for histograms. */
export function combineValues(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  range: TextRange,
): ElementResult {
  if (typeof left === 'number' && typeof right === 'number') {
    return combineFloats(operator, left, right, range);
  }
  if (typeof left === 'number' && typeof right !== 'number' && operator === '*') {
    return kept(right.mul(left).compact());
  }
  if (typeof left !== 'number' && typeof right === 'number') {
    if (operator === '*') return kept(left.mul(right).compact());
    if (operator === '/') return kept(left.div(right).compact());
    if (operator === '</') return kept(trimmedHistogram(left, right, true));
    if (operator === '>/') return kept(trimmedHistogram(left, right, false));
  }
  if (typeof left !== 'number' && typeof right !== 'number') {
    if (operator === '+' || operator === '-') return combined(operator, left, right, range);
    if (operator === '==') return { value: left, isKept: left.equals(right) };
    if (operator === '!=') return { value: left, isKept: !left.equals(right) };
  }
  return incompatible(operator, left, right, range);
}

function combineFloats(
  operator: BinaryOperator,
  left: number,
  right: number,
  range: TextRange,
): ElementResult {
  const arithmetic = arithmeticOf(operator);
  if (arithmetic) return kept(arithmetic(left, right));
  const comparison = comparisonOf(operator);
  if (comparison) return { value: left, isKept: comparison(left, right) };
  return incompatible(operator, left, right, range);
}

function kept(value: Value): ElementResult {
  return { value, isKept: true };
}

function combined(
  operator: '+' | '-',
  left: FloatHistogram,
  right: FloatHistogram,
  range: TextRange,
): ElementResult {
  const result = operator === '+' ? left.add(right) : left.sub(right);
  if (!result) {
    const annotation = incompatibleBucketLayout(operator, range);
    return { value: undefined, isKept: false, annotation };
  }
  const operation = operator === '+' ? 'addition' : 'subtraction';
  const histogram = operator === '+' ? result.histogram : result.histogram.withCounterResetHint('gauge');
  const outcome = kept(histogram.compact());
  if (result.countersCollide) {
    return {
      ...outcome,
      isKept: false,
      value: undefined,
      annotation: counterResetCollision(operation, range),
    };
  }
  return result.boundsReconciled
    ? { ...outcome, annotation: mismatchedCustomBuckets(operation, range) }
    : outcome;
}

function incompatible(operator: BinaryOperator, left: Value, right: Value, range: TextRange): ElementResult {
  const annotation = incompatibleTypes(typeName(left), operator, typeName(right), range);
  return { value: undefined, isKept: false, annotation };
}

function typeName(value: Value): string {
  return typeof value === 'number' ? 'float' : 'histogram';
}

import { Labels } from '@plinth/prometheus-model';
import type { Annotation } from '../annotations.ts';
import { absent, type Column, float } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { mergeEqualSeries } from '../merge.ts';
import type { PlannedBinary } from '../plan.ts';
import { refuse } from '../query-error.ts';
import type { Scope } from '../scope.ts';
import { combineValues, type Value } from './element.ts';
import { Matching, presence, resultLabels, type Sides } from './matching.ts';
import { arithmeticOf, comparisonOf } from './scalar-operation.ts';

/** Arithmetic and comparisons between instant vectors. @throws QueryError when the matching is ambiguous at a step. */
export function joinSeries(
  evaluator: Evaluator,
  node: PlannedBinary,
  sides: Sides,
  scope: Scope,
): readonly Column[] {
  const join = new Join(evaluator, node, sides, scope);
  const columns = join.run();
  const isChecked = scope.steps.count > 1 || !evaluator.settings.delaysNameRemoval;
  return isChecked ? mergeEqualSeries(columns) : columns;
}

class Join {
  readonly #evaluator: Evaluator;
  readonly #node: PlannedBinary;
  readonly #scope: Scope;
  readonly #matching: Matching;
  /** The sides are exchanged where the left one has one. */
  readonly #isSwapped: boolean;
  readonly #many: readonly Column[];
  readonly #ones: readonly Column[];
  readonly #fillMany: number | undefined;
  readonly #fillOne: number | undefined;
  /** The steps of each result of a group that have had a match. */
  readonly #matched = new Map<string, Uint8Array>();
  /** The steps of each group that have had a match. */
  readonly #matchedGroups = new Map<string, Uint8Array>();
  readonly #notes = new Map<number, Annotation>();
  readonly #results: Column[] = [];

  constructor(evaluator: Evaluator, node: PlannedBinary, sides: Sides, scope: Scope) {
    const { matching } = node;
    this.#evaluator = evaluator;
    this.#node = node;
    this.#scope = scope;
    this.#matching = new Matching(matching);
    this.#isSwapped = matching.cardinality === 'one-to-many';
    this.#many = this.#isSwapped ? sides.right : sides.left;
    this.#ones = this.#isSwapped ? sides.left : sides.right;
    // `fill_left` is for the side with many, whichever that is: so it is in Prometheus.
    this.#fillMany = matching.fillLeft;
    this.#fillOne = matching.fillRight;
  }

  run(): readonly Column[] {
    const ones = Map.groupBy(this.#ones, (column) => this.#matching.keyOf(column));
    for (const group of ones.values()) if (group.length > 1) this.#refuseDuplicates(group);
    for (const column of this.#many) {
      const key = this.#matching.keyOf(column);
      const partners = ones.get(key) ?? [];
      for (const one of partners) {
        this.#pair(key, column, one);
      }
      if (this.#fillOne !== undefined) this.#fillPartners(key, column, partners, this.#fillOne);
    }
    if (this.#fillMany !== undefined) this.#fillLeftOver(this.#fillMany);
    for (const annotation of this.#notes.values()) {
      this.#evaluator.settings.annotations.add(annotation);
    }
    return this.#results;
  }

  /** The side with one has several series of a group at a step. */
  #refuseDuplicates(group: readonly Column[]): void {
    const { count } = this.#scope.steps;
    const others = presence(this.#many, count);
    const isFilled = this.#fillOne !== undefined || this.#fillMany !== undefined;
    for (let step = 0; step < count; step++) {
      if (others[step] === 0 && !isFilled) continue;
      const present = group.filter(({ kinds }) => kinds[step] !== absent);
      const [one, other] = present.map(({ labels }) => labels.toString()).sort();
      if (one === undefined || other === undefined) continue;
      const shared = this.#matching.groupOf(group[0]?.labels ?? Labels.empty);
      const side = this.#isSwapped ? 'left' : 'right';
      refuse(
        `found duplicate series for the match group ${shared.toString()} on the ${side} hand-side of the operation: [${one}, ${other}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
  }

  /** Steps at which a series has no partner get the value that fills in. */
  #fillPartners(key: string, column: Column, partners: readonly Column[], fill: number): void {
    const missing = this.#scope.columns.take();
    missing.kinds.fill(float);
    missing.values.fill(fill);
    for (const partner of partners) {
      for (let step = 0; step < missing.steps; step++) {
        if (partner.kinds[step] !== absent) missing.remove(step);
      }
    }
    missing.labels = this.#matching.groupOf(column.labels);
    this.#pair(key, column, missing);
    this.#scope.columns.give(missing);
  }

  /** Series of the side with one that nothing matched get the value that fills in. */
  #fillLeftOver(fill: number): void {
    const matchedBefore = new Map<string, Uint8Array>();
    for (const [key, steps] of this.#matchedGroups) matchedBefore.set(key, steps.slice());
    for (const one of this.#ones) {
      const key = this.#matching.keyOf(one);
      const matched = matchedBefore.get(key);
      const column = this.#scope.columns.take();
      column.labels = this.#matching.groupOf(one.labels);
      for (let step = 0; step < column.steps; step++) {
        if (matched?.[step] !== 1) column.setFloat(step, fill);
      }
      this.#pair(key, column, one);
      this.#scope.columns.give(column);
    }
  }

  /** Combines two series at the steps at which both have a value. */
  #pair(key: string, many: Column, one: Column): void {
    const { operator, matching, returnsBool } = this.#node;
    const out = this.#scope.columns.take();
    out.labels = resultLabels(many.labels, one.labels, operator, matching);
    out.dropsName = many.dropsName;
    if (returnsBool) this.#evaluator.dropName(out);
    const isOneToOne = matching.cardinality === 'one-to-one';
    const matchedKey = isOneToOne ? key : `${key}\0${out.labels.key}`;
    const matched = stepsOf(this.#matched, matchedKey, out.steps);
    const group = isOneToOne ? matched : stepsOf(this.#matchedGroups, key, out.steps);
    if (isOneToOne) this.#matchedGroups.set(key, matched);
    if (many.histograms || one.histograms) this.#combineAll(many, one, out, matched, group);
    else this.#combineFloats(many, one, out, matched, group);
    this.#evaluator.settings.interruption.worked(out.steps);
    this.#results.push(out);
  }

  #combineFloats(many: Column, one: Column, out: Column, matched: Uint8Array, group: Uint8Array): void {
    const { operator, returnsBool } = this.#node;
    const arithmetic = arithmeticOf(operator);
    const comparison = comparisonOf(operator);
    if (!arithmetic && !comparison) return this.#combineAll(many, one, out, matched, group);
    const [left, right] = this.#isSwapped ? [one, many] : [many, one];
    const { kinds, values } = left;
    const { kinds: otherKinds, values: otherValues } = right;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === absent || otherKinds[step] === absent) continue;
      const value = values[step] ?? 0;
      const other = otherValues[step] ?? 0;
      this.#claim(step, matched, group);
      if (arithmetic) out.setFloat(step, arithmetic(value, other));
      else if (comparison) {
        const holds = comparison(value, other);
        if (returnsBool) out.setFloat(step, holds ? 1 : 0);
        else if (holds) out.setFloat(step, value);
      }
    }
  }

  #combineAll(many: Column, one: Column, out: Column, matched: Uint8Array, group: Uint8Array): void {
    const { operator, returnsBool, range } = this.#node;
    const [left, right] = this.#isSwapped ? [one, many] : [many, one];
    for (let step = 0; step < out.steps; step++) {
      const value = valueAt(left, step);
      const other = valueAt(right, step);
      if (value === undefined || other === undefined) continue;
      const outcome = combineValues(operator, value, other, range);
      if (outcome.annotation) this.#notes.set(step, outcome.annotation);
      if (outcome.value === undefined) continue;
      this.#claim(step, matched, group);
      if (returnsBool) out.setFloat(step, outcome.isKept ? 1 : 0);
      else if (!outcome.isKept) continue;
      else if (typeof outcome.value === 'number') out.setFloat(step, outcome.value);
      else out.setHistogram(step, outcome.value);
    }
  }

  /** A result may come from one match only. @throws QueryError when it has had one at the step. */
  #claim(step: number, matched: Uint8Array, group: Uint8Array): void {
    if (matched[step] === 1) {
      refuse(
        this.#node.matching.cardinality === 'one-to-one'
          ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
          : 'multiple matches for labels: grouping labels must ensure unique matches',
      );
    }
    matched[step] = 1;
    group[step] = 1;
  }
}

function stepsOf(all: Map<string, Uint8Array>, key: string, count: number): Uint8Array {
  const steps = all.get(key) ?? new Uint8Array(count);
  all.set(key, steps);
  return steps;
}

function valueAt(column: Column, step: number): Value | undefined {
  return column.kinds[step] === float ? (column.values[step] ?? 0) : column.histogramAt(step);
}

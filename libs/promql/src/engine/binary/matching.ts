import { type Labels, metricNameLabel } from '@plinth/prometheus-model';
import type { BinaryOperator, VectorMatching } from '../../syntax/expression.ts';
import { absent, type Column } from '../column.ts';
import { withoutMetadata } from '../merge.ts';
import { arithmeticOf } from './scalar-operation.ts';

/** The series of both sides of an operator. */
export interface Sides {
  readonly left: readonly Column[];
  readonly right: readonly Column[];
}

/** Which series belong together. */
export class Matching {
  readonly #names: ReadonlySet<string>;
  readonly #isOn: boolean;

  constructor({ labels, isOn }: VectorMatching) {
    this.#isOn = isOn;
    this.#names = new Set(isOn ? labels : [...labels, metricNameLabel]);
  }

  /** The labels that have to be the same on both sides. */
  groupOf(labels: Labels): Labels {
    return this.#isOn ? labels.keep(this.#names) : labels.drop(this.#names);
  }

  /** Equal for series that belong together. */
  keyOf({ labels }: Column): string {
    return this.groupOf(labels).key;
  }
}

/** The labels of a result. @param many - labels of the side that may have several; @param one - those of the other. */
export function resultLabels(
  many: Labels,
  one: Labels,
  operator: BinaryOperator,
  { cardinality, labels, isOn, include }: VectorMatching,
): Labels {
  let result = arithmeticOf(operator) ? withoutMetadata(many) : many;
  if (cardinality === 'one-to-one') {
    const names = new Set(labels);
    result = isOn ? result.keep(names) : result.drop(names);
  }
  if (include.length === 0) return result;
  return result.with(Object.fromEntries(include.map((name) => [name, one.get(name)])));
}

/** For each step, whether any of the series has a value. */
export function presence(columns: readonly Column[], steps: number): Uint8Array {
  const present = new Uint8Array(steps);
  for (const { kinds } of columns) {
    for (let step = 0; step < steps; step++) if (kinds[step] !== absent) present[step] = 1;
  }
  return present;
}

import { Labels, metricNameLabel } from '@plinth/prometheus-model';

/** What `by` and `without` say: which series belong together, and what they are called together. */
export class Grouping {
  readonly #names: readonly string[];
  readonly #set: ReadonlySet<string>;
  readonly #isWithout: boolean;

  constructor(names: readonly string[], isWithout: boolean) {
    this.#names = names;
    this.#set = new Set(isWithout ? [...names, metricNameLabel] : names);
    this.#isWithout = isWithout;
  }

  /** Equal for series of one group. */
  keyOf(labels: Labels): string {
    if (this.#isWithout) return labels.drop(this.#set).key;
    const names = this.#names;
    if (names.length === 1) return labels.get(names[0] ?? '');
    let key = '';
    for (const name of names) key += `${labels.get(name)}\xff`;
    return key;
  }

  labelsOf(labels: Labels): Labels {
    if (this.#isWithout) return labels.drop(this.#set);
    return this.#names.length === 0 ? Labels.empty : labels.keep(this.#set);
  }
}

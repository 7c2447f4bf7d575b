import type { Labels, Matcher } from '@plinth/prometheus-model';
import { compareExemplars, type Exemplar, isTooLong } from './exemplar.ts';
import { Fifo } from './fifo.ts';

/** What became of an exemplar: `known` was there already. */
export type ExemplarFate = 'taken' | 'known' | 'out_of_order' | 'too_long';

/** An exemplar, and the number of its series. */
export interface ExemplarOfSeries {
  readonly ref: number;
  readonly exemplar: Exemplar;
}

/** Exemplars of a series, the oldest first. */
export interface SeriesExemplars {
  readonly labels: Labels;
  readonly exemplars: readonly Exemplar[];
}

interface Series {
  readonly labels: Labels;
  readonly exemplars: Fifo<Exemplar>;
}

/**
 * The newest exemplars of all series, so many altogether: the oldest makes room for the next.
 * Spec: Prometheus 3.14, tsdb/exemplar.go.
 */
export class ExemplarRing {
  readonly #series = new Map<number, Series>();
  /** In the order in which they came. */
  readonly #all = new Fifo<ExemplarOfSeries>();
  readonly #labelsOf: (ref: number) => Labels;
  #max: number;

  /** @param max - how many are kept. @param labelsOf - the labels of a series. */
  constructor(max: number, labelsOf: (ref: number) => Labels) {
    this.#max = max;
    this.#labelsOf = labelsOf;
  }

  /** Changes how many are kept. */
  set max(max: number) {
    this.#max = max;
    while (this.#all.size > max) this.#dropOldest();
  }

  add(ref: number, exemplar: Exemplar): ExemplarFate {
    if (isTooLong(exemplar.labels)) return 'too_long';
    const newest = this.#series.get(ref)?.exemplars.newest;
    const order = newest ? compareExemplars(exemplar, newest) : 1;
    if (order <= 0) return order === 0 ? 'known' : 'out_of_order';
    this.#all.push({ ref, exemplar });
    let series = this.#series.get(ref);
    if (!series) {
      series = { labels: this.#labelsOf(ref), exemplars: new Fifo() };
      this.#series.set(ref, series);
    }
    series.exemplars.push(exemplar);
    if (this.#all.size > this.#max) this.#dropOldest();
    return 'taken';
  }

  /** Those of series that match one of several sets, from one instant to another, both included, in the order of the series. */
  select(sets: readonly (readonly Matcher[])[], startMs: number, endMs: number): readonly SeriesExemplars[] {
    // A series that went and came again has two numbers.
    const found = new Map<string, SeriesExemplars>();
    for (const { labels, exemplars: all } of this.#series.values()) {
      if (!sets.some((set) => set.every((matcher) => matcher.matches(labels.get(matcher.name))))) continue;
      const before = found.get(labels.key)?.exemplars ?? [];
      const more = [...all].filter(({ timestampMs }) => timestampMs >= startMs && timestampMs <= endMs);
      if (more.length > 0) found.set(labels.key, { labels, exemplars: [...before, ...more] });
    }
    return [...found.values()].sort((one, other) => one.labels.compare(other.labels));
  }

  /** All, in the order in which they came. */
  [Symbol.iterator](): Iterator<ExemplarOfSeries> {
    return this.#all[Symbol.iterator]();
  }

  #dropOldest(): void {
    const { ref } = this.#all.shift() ?? {};
    if (ref === undefined) return;
    const series = this.#series.get(ref);
    series?.exemplars.shift();
    if (series?.exemplars.size === 0) this.#series.delete(ref);
  }
}

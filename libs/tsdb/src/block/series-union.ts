import type { Labels, SelectedSeries } from '@plinth/prometheus-model';
import { appendMerged } from './sample-union.ts';

/**
 * Puts the series of several sources together: each labels once, with the samples of all.
 * @param sources - of samples at the same instant those of the earlier source count. Their series add to what is in a buffer already; it
 * is fastest when later sources hold later times.
 */
export function uniteSeries(sources: readonly (readonly SelectedSeries[])[]): readonly SelectedSeries[] {
  const only = sources.filter((source) => source.length > 0);
  if (only.length <= 1) return only[0] ?? [];
  const parts = new Map<string, SelectedSeries[]>();
  for (const source of only) {
    for (const series of source) {
      const known = parts.get(series.labels.key);
      if (known) known.push(series);
      else parts.set(series.labels.key, [series]);
    }
  }
  return [...parts.values()].map(unitedSeries);
}

/**
 * Merges streams of series that are in order of their labels into one.
 * @param sources - as for `uniteSeries`.
 */
export function* mergeSeries(sources: readonly Iterable<SelectedSeries>[]): IterableIterator<SelectedSeries> {
  const cursors = sources.map((source) => new Cursor(source));
  for (;;) {
    let least: Labels | undefined;
    for (const { current } of cursors) {
      if (current && (!least || current.labels.compare(least) < 0)) least = current.labels;
    }
    if (!least) return;
    const parts: SelectedSeries[] = [];
    for (const cursor of cursors) {
      if (!cursor.current?.labels.equals(least)) continue;
      parts.push(cursor.current);
      cursor.advance();
    }
    yield unitedSeries(parts);
  }
}

class Cursor {
  current: SelectedSeries | undefined;
  readonly #source: Iterator<SelectedSeries>;

  constructor(source: Iterable<SelectedSeries>) {
    this.#source = source[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const next = this.#source.next();
    this.current = next.done ? undefined : next.value;
  }
}

function unitedSeries(parts: readonly SelectedSeries[]): SelectedSeries {
  const [first, ...others] = parts;
  if (!first) throw new RangeError('unite series: no parts');
  if (others.length === 0) return first;
  return {
    labels: first.labels,
    read(buffer) {
      first.read(buffer);
      for (const other of others) appendMerged(buffer, other);
    },
  };
}

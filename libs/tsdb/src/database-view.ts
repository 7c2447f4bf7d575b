import {
  compareNames,
  type Labels,
  type Matcher,
  type Queryable,
  type SelectedSeries,
  type Selection,
} from '@plinth/prometheus-model';
import type { BlockView } from './block/block-set.ts';
import { uniteSeries } from './block/series-union.ts';
import type { LabelIndex } from './index/label-index.ts';

/** A range of time, both ends included, in milliseconds, and at most how many names or series are wanted. */
export interface SeriesRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly limit?: number | undefined;
}

/** Selects series of the head as they were when the view was made. */
export type SelectHead = (
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
) => readonly SelectedSeries[];

/** A database as it was at one moment, and what was written since to the series of its head. For one query; must be disposed of. */
export class DatabaseView implements Queryable, Disposable {
  readonly #selectHead: SelectHead;
  readonly #index: LabelIndex;
  readonly #blocks: BlockView | undefined;

  constructor(selectHead: SelectHead, index: LabelIndex, blocks: BlockView | undefined) {
    this.#selectHead = selectHead;
    this.#index = index;
    this.#blocks = blocks;
  }

  /** The series that match and may have samples in the range, once each, in no order. */
  select(selection: Selection): readonly SelectedSeries[] {
    const { matchers, startMs, endMs } = selection;
    const head = this.#selectHead(matchers, startMs, endMs);
    return this.#blocks ? uniteSeries([this.#blocks.select(selection), head]) : head;
  }

  /** Names of labels of the series that match, in order. */
  labelNames(matchers: readonly Matcher[], range: SeriesRange): string[] {
    const { startMs, endMs } = range;
    const names = new Set(this.#blocks?.labelNames(matchers, startMs, endMs));
    if (matchers.length === 0 && endMs === Infinity) {
      for (const name of this.#index.names()) names.add(name);
    } else {
      for (const { labels } of this.#selectHead(matchers, startMs, endMs))
        for (const { name } of labels) names.add(name);
    }
    return limited([...names].sort(compareNames), range);
  }

  /** Values of a label of the series that match, in order. */
  labelValues(name: string, matchers: readonly Matcher[], range: SeriesRange): string[] {
    const { startMs, endMs } = range;
    const values = new Set(this.#blocks?.labelValues(name, matchers, startMs, endMs));
    if (matchers.length === 0 && endMs === Infinity) {
      for (const value of this.#index.values(name)) values.add(value);
    } else {
      for (const { labels } of this.#selectHead(matchers, startMs, endMs)) values.add(labels.get(name));
    }
    values.delete('');
    return limited([...values].sort(compareNames), range);
  }

  /** Labels of the series that match any of the lists of matchers, in order. */
  series(matchers: readonly (readonly Matcher[])[], range: SeriesRange): Labels[] {
    const { startMs, endMs } = range;
    const found = new Map<string, Labels>();
    for (const list of matchers) {
      for (const { labels } of this.select({ matchers: list, startMs, endMs })) found.set(labels.key, labels);
    }
    return limited(
      [...found.values()].sort((one, other) => one.compare(other)),
      range,
    );
  }

  [Symbol.dispose](): void {
    this.#blocks?.[Symbol.dispose]();
  }
}

function limited<T>(list: T[], { limit }: SeriesRange): T[] {
  return limit === undefined ? list : list.slice(0, limit);
}

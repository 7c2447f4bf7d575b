import type { Labels, SelectedSeries, Selection, SelectionHints } from '@plinth/prometheus-model';
import type { DatabaseStatus, MetricsReader } from '../prometheus/metrics-reader.ts';
import { type MatcherParts, matcherParts } from '../store/matcher-parts.ts';

/** What a query selects, in a form that can be cloned. */
export interface PlainSelection {
  readonly matchers: readonly MatcherParts[];
  readonly startMs: number;
  readonly endMs: number;
  readonly hints?: SelectionHints;
}

/** @returns what can be cloned of a selection */
export function plainSelection({ matchers, startMs, endMs, hints }: Selection): PlainSelection {
  return {
    matchers: matcherParts(matchers),
    startMs,
    endMs,
    ...(hints ? { hints } : {}),
  };
}

/** The same for selections of the same samples. */
export function selectionKey({ matchers, startMs, endMs }: PlainSelection): string {
  return JSON.stringify([matchers, startMs, endMs]);
}

/** Metrics that are not there: notes what a query would select. */
export class SelectionRecorder implements MetricsReader {
  readonly #selections = new Map<string, PlainSelection>();

  /** Each once. */
  get selections(): readonly PlainSelection[] {
    return [...this.#selections.values()];
  }

  select(selection: Selection): readonly SelectedSeries[] {
    const plain = plainSelection(selection);
    this.#selections.set(selectionKey(plain), plain);
    return [];
  }

  labelNames(): readonly string[] {
    return [];
  }

  labelValues(): readonly string[] {
    return [];
  }

  series(): readonly Labels[] {
    return [];
  }

  status(): DatabaseStatus {
    return {
      headStats: { numSeries: 0, numLabelPairs: 0 },
      seriesCountByMetricName: [],
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    };
  }
}

import type { Labels, Matcher, SelectedSeries, Selection } from '@plinth/prometheus-model';
import type { DatabaseReader, DatabaseView } from '@plinth/tsdb';
import type { DatabaseStatus, MetricsReader, TimeRange } from '../prometheus/metrics-reader.ts';

/** A database as it is now, as the HTTP API reads it. For one request; must be disposed of. */
export class DatabaseMetrics implements MetricsReader, Disposable {
  readonly #reader: DatabaseReader;
  readonly #view: DatabaseView;

  constructor(reader: DatabaseReader) {
    this.#reader = reader;
    this.#view = reader.view();
  }

  select(selection: Selection): readonly SelectedSeries[] {
    return this.#view.select(selection);
  }

  labelNames(matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    return this.#view.labelNames(matchers, range);
  }

  labelValues(name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    return this.#view.labelValues(name, matchers, range);
  }

  series(matchers: readonly Matcher[], range: TimeRange): readonly Labels[] {
    return this.#view.series([matchers], range);
  }

  status(limit: number): DatabaseStatus {
    const { seriesCount, labelPairCount, ...lists } = this.#reader.cardinality(limit);
    return {
      headStats: { numSeries: seriesCount, numLabelPairs: labelPairCount },
      ...lists,
    };
  }

  [Symbol.dispose](): void {
    this.#view[Symbol.dispose]();
  }
}

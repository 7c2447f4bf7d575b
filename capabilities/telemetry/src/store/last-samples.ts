import {
  type Labels,
  type Matcher,
  type Queryable,
  SampleBuffer,
  type SelectedSeries,
} from '@plinth/prometheus-model';

/** A source that answers at once. */
export interface LocalSource {
  select(selection: Parameters<Queryable['select']>[0]): readonly SelectedSeries[];
}

/** The last float of a series. */
export interface LastFloat {
  readonly labels: Labels;
  readonly timestampMs: number;
  readonly value: number;
}

/** The last floats of series in a range, both ends included, but of those that have ended since. */
export function lastFloats(
  source: LocalSource,
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
): readonly LastFloat[] {
  const buffer = new SampleBuffer();
  return source.select({ matchers, startMs, endMs }).flatMap((series) => {
    buffer.clear();
    series.read(buffer);
    return lastOf(series.labels, buffer) ?? [];
  });
}

function lastOf(labels: Labels, { timestamps, values, count, staleAt }: SampleBuffer): LastFloat | undefined {
  const timestampMs = timestamps[count - 1];
  const value = values[count - 1];
  if (count === 0 || timestampMs === undefined || value === undefined) return undefined;
  if ((staleAt.at(-1) ?? Number.NEGATIVE_INFINITY) > timestampMs) return undefined;
  return { labels, timestampMs, value };
}

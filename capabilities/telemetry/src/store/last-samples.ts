import { type Labels, type Queryable, SampleBuffer, type SelectedSeries } from '@plinth/prometheus-model';
import type { Expression } from '@plinth/promql';
import { labelParts } from './label-parts.ts';

/** The last sample of a series; it can be cloned. */
export interface LastSample {
  /** Name, value, name, value, ... in order of names. */
  readonly labels: readonly string[];
  readonly timestampMs: number;
  readonly value: number;
}

/** A source that answers at once. */
interface LocalSource {
  select(selection: Parameters<Queryable['select']>[0]): readonly SelectedSeries[];
}

/**
 * The last floats of series in a range, but of those that have ended since.
 * @throws TypeError when the expression is no selector
 */
export function lastSamples(
  source: LocalSource,
  selector: Expression,
  startMs: number,
  endMs: number,
): readonly LastSample[] {
  if (selector.kind !== 'vector-selector') throw new TypeError(`${selector.kind} is no selector of series`);
  const buffer = new SampleBuffer();
  return source.select({ matchers: selector.matchers, startMs, endMs }).flatMap((series) => {
    buffer.clear();
    series.read(buffer);
    return lastOf(series.labels, buffer) ?? [];
  });
}

function lastOf(
  labels: Labels,
  { timestamps, values, count, staleAt }: SampleBuffer,
): LastSample | undefined {
  const timestampMs = timestamps[count - 1];
  const value = values[count - 1];
  if (count === 0 || timestampMs === undefined || value === undefined) return undefined;
  if ((staleAt.at(-1) ?? Number.NEGATIVE_INFINITY) > timestampMs) return undefined;
  return { labels: labelParts(labels), timestampMs, value };
}

import { type MetricType, metricTypes } from '@plinth/prometheus-model';
import {
  compressSnappy,
  encodeWriteRequest,
  encodeWriteRequestV2,
  type RemoteWriteVersion,
  type WriteHistogram,
  type WriteMetadata,
  type WriteSample,
  type WriteSeries,
} from '@plinth/remote-write';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import type { SeriesOutput } from './series-outputs.ts';
import type { QueuedSample } from './shard.ts';

/** What is known about metrics, by their names. */
export type KnownMetadata = ReadonlyMap<string, WriteMetadata>;

interface SeriesDraft {
  readonly samples: WriteSample[];
  readonly histograms: WriteHistogram[];
}

/**
 * The request for samples, compressed. Those of a series stand together, in their order.
 * @param metadata - sent with the series by 2.0.
 */
export function requestBody(
  batch: readonly QueuedSample[],
  version: RemoteWriteVersion,
  metadata: KnownMetadata,
): Uint8Array {
  const drafts = new Map<SeriesOutput, SeriesDraft>();
  for (const { output, timestampMs, value, isStale, histogram } of batch) {
    let draft = drafts.get(output);
    if (!draft) drafts.set(output, (draft = { samples: [], histograms: [] }));
    if (histogram) draft.histograms.push({ timestampMs, histogram });
    else draft.samples.push(isStale ? { timestampMs, value: 0, isStale } : { timestampMs, value });
  }
  const series: WriteSeries[] = [];
  for (const [{ labels }, draft] of drafts) {
    const known = version === '2.0' ? metadataOf(labels.metricName, metadata) : undefined;
    series.push(known ? { labels, ...draft, metadata: known } : { labels, ...draft });
  }
  return compressSnappy(version === '2.0' ? encodeWriteRequestV2(series) : encodeWriteRequest(series));
}

/** Parts of the name of a classic histogram or a summary that are no part of the name of the metric. */
const suffixes = /_(?:bucket|sum|count|total|created)$/;

function metadataOf(name: string, metadata: KnownMetadata): WriteMetadata | undefined {
  return metadata.get(name) ?? metadata.get(name.replace(suffixes, ''));
}

/** A request of 1.0 with nothing but what is known about metrics, compressed. */
export function metadataBody(metadata: KnownMetadata): Uint8Array {
  return compressSnappy(encodeWriteRequest([], metadata));
}

/** What is known, as far as it can be sent. */
export function knownMetadata(known: readonly (readonly [string, MetricMetadata])[]): KnownMetadata {
  return new Map(
    known.map(([name, { type, help, unit }]) => [name, { type: metricTypeOf(type), help, unit }] as const),
  );
}

function metricTypeOf(text: string): MetricType {
  return metricTypes.find((one) => one === text) ?? 'unknown';
}

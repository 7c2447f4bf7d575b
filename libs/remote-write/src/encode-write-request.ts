import { metricTypes } from '@plinth/prometheus-model';
import { WireWriter } from '@plinth/protobuf-wire';
import { type LabelPairs, writeHistogram, writeSample } from './encode-fields.ts';
import type { WriteExemplar, WriteMetadata, WriteSeries } from './write-series.ts';

/**
 * Encodes a `prometheus.WriteRequest` of remote write 1.0, not yet compressed. It has no start timestamps; metadata stands once for
 * each name of a metric.
 * @param known - metadata beside that of the series, by names of metrics.
 * Spec: Prometheus remote write 1.0.
 */
export function encodeWriteRequest(
  series: Iterable<WriteSeries>,
  known: Iterable<readonly [name: string, metadata: WriteMetadata]> = [],
): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  const metadata = new Map<string, WriteMetadata>(known);
  for (const one of series) {
    const start = writer.begin(1);
    writeLabels(writer, one.labels);
    for (const sample of one.samples ?? []) writeSample(writer, 2, sample, false);
    for (const exemplar of one.exemplars ?? []) writeExemplar(writer, exemplar);
    for (const histogram of one.histograms ?? []) writeHistogram(writer, 4, histogram, false);
    writer.end(start);
    if (one.metadata) metadata.set(one.labels.metricName, one.metadata);
  }
  for (const [name, { type, help, unit }] of metadata) {
    const start = writer.begin(3);
    const number = metricTypes.indexOf(type);
    if (number > 0) writer.uint32(1, number);
    writer.text(2, name);
    if (help !== '') writer.text(4, help);
    if (unit !== '') writer.text(5, unit);
    writer.end(start);
  }
  return writer.finish();
}

function writeLabels(writer: WireWriter, labels: LabelPairs): void {
  for (const { name, value } of labels) {
    const start = writer.begin(1);
    writer.text(1, name).text(2, value);
    writer.end(start);
  }
}

function writeExemplar(writer: WireWriter, exemplar: WriteExemplar): void {
  const start = writer.begin(3);
  writeLabels(writer, exemplar.labels);
  writer.double(2, exemplar.value);
  if (exemplar.timestampMs !== 0) writer.int64(3, exemplar.timestampMs);
  writer.end(start);
}

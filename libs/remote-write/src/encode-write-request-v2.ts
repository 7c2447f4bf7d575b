import { metricTypes } from '@plinth/prometheus-model';
import { WireWriter } from '@plinth/protobuf-wire';
import { type LabelPairs, writeHistogram, writeSample } from './encode-fields.ts';
import type { WriteExemplar, WriteSeries } from './write-series.ts';

/**
 * Encodes an `io.prometheus.write.v2.Request` of remote write 2.0, not yet compressed. Every text stands once, in the table of
 * symbols, whose first one is empty.
 * Spec: Prometheus remote write 2.0-rc.4.
 */
export function encodeWriteRequestV2(series: Iterable<WriteSeries>): Uint8Array<ArrayBuffer> {
  const all = [...series];
  const symbols = symbolsOf(all);
  const writer = new WireWriter();
  for (const symbol of symbols.keys()) writer.text(4, symbol);
  for (const one of all) writeSeries(writer, one, symbols);
  return writer.finish();
}

/** Each text with its number. */
type Symbols = ReadonlyMap<string, number>;

function symbolsOf(series: readonly WriteSeries[]): Symbols {
  const symbols = new Map<string, number>([['', 0]]);
  const add = (text: string): void => {
    if (!symbols.has(text)) symbols.set(text, symbols.size);
  };
  const addLabels = (labels: LabelPairs): void => {
    for (const { name, value } of labels) {
      add(name);
      add(value);
    }
  };
  for (const { labels, exemplars, metadata } of series) {
    addLabels(labels);
    for (const exemplar of exemplars ?? []) addLabels(exemplar.labels);
    if (!metadata) continue;
    add(metadata.help);
    add(metadata.unit);
  }
  return symbols;
}

function writeSeries(writer: WireWriter, series: WriteSeries, symbols: Symbols): void {
  const start = writer.begin(5);
  writer.packedUint32(1, references(series.labels, symbols));
  for (const sample of series.samples ?? []) writeSample(writer, 2, sample, true);
  for (const histogram of series.histograms ?? []) writeHistogram(writer, 3, histogram, true);
  for (const exemplar of series.exemplars ?? []) writeExemplar(writer, exemplar, symbols);
  if (series.metadata) {
    const { type, help, unit } = series.metadata;
    const metadataStart = writer.begin(5);
    const number = metricTypes.indexOf(type);
    if (number > 0) writer.uint32(1, number);
    if (help !== '') writer.uint32(3, symbols.get(help) ?? 0);
    if (unit !== '') writer.uint32(4, symbols.get(unit) ?? 0);
    writer.end(metadataStart);
  }
  writer.end(start);
}

function references(labels: LabelPairs, symbols: Symbols): number[] {
  const found: number[] = [];
  for (const { name, value } of labels) found.push(symbols.get(name) ?? 0, symbols.get(value) ?? 0);
  return found;
}

function writeExemplar(writer: WireWriter, exemplar: WriteExemplar, symbols: Symbols): void {
  const start = writer.begin(4);
  const labels = references(exemplar.labels, symbols);
  if (labels.length > 0) writer.packedUint32(1, labels);
  writer.double(2, exemplar.value);
  if (exemplar.timestampMs !== 0) writer.int64(3, exemplar.timestampMs);
  writer.end(start);
}

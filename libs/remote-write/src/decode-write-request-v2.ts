import { metricTypes } from '@plinth/prometheus-model';
import { WireError, WireReader } from '@plinth/protobuf-wire';
import { readHistogram } from './histogram-fields.ts';
import { LabelRanges } from './label-ranges.ts';
import { SampleFields } from './sample-fields.ts';
import { formatLabelRanges, metricNameRange } from './series-labels.ts';
import { SymbolRanges, SymbolReferences } from './symbol-ranges.ts';
import type { WriteRequestVisitor } from './write-request-visitor.ts';

/**
 * Decodes an `io.prometheus.write.v2.Request` of remote write 2.0. A series with references outside of the table of symbols, or
 * without samples, is refused and the others are visited: the receiver answers 400 after it has written them.
 * @param bytes - the request, decompressed.
 * @throws WireError when the bytes are malformed; what came before has been visited.
 * Spec: Prometheus remote write 2.0-rc.4.
 */
export function decodeWriteRequestV2(bytes: Uint8Array, visitor: WriteRequestVisitor): void {
  const reader = new WireReader(bytes);
  const symbols = new SymbolRanges();
  let seriesStart = reader.end;
  while (!reader.atEnd) {
    const { position } = reader;
    const tag = reader.tag();
    if (tag === 0x22) {
      symbols.read(reader);
    } else {
      if (position < seriesStart) seriesStart = position;
      reader.skip(tag, 0b10000);
    }
  }
  reader.position = seriesStart;
  const decoder = new SeriesDecoder(visitor, symbols);
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x2a) decoder.read(reader);
    else reader.skip(tag, 0b100000);
  }
}

/** Reads `io.prometheus.write.v2.TimeSeries`; the same arrays serve for all series of a request. */
class SeriesDecoder {
  readonly #visitor: WriteRequestVisitor;
  readonly #symbols: SymbolRanges;
  readonly #references = new SymbolReferences();
  readonly #labels = new LabelRanges();
  readonly #exemplarLabels = new LabelRanges();
  readonly #sample = new SampleFields();
  readonly #metadataRanges = new Int32Array(6);
  /** Where the names stand whose metadata was handed over: each text of the table stands in one place. */
  readonly #described = new Set<number>();
  #dataStart = 0;
  #metadataStart = 0;
  #hasSamples = false;

  constructor(visitor: WriteRequestVisitor, symbols: SymbolRanges) {
    this.#visitor = visitor;
    this.#symbols = symbols;
  }

  read(reader: WireReader): void {
    const outerEnd = reader.enter();
    this.#readReferences(reader);
    if (this.#isAccepted(reader)) {
      reader.position = this.#dataStart;
      this.#readData(reader);
    }
    reader.leave(outerEnd);
  }

  /** Collects the references of the labels, and where the other fields are. */
  #readReferences(reader: WireReader): void {
    const references = this.#references;
    references.clear();
    this.#dataStart = reader.end;
    this.#metadataStart = -1;
    this.#hasSamples = false;
    while (reader.position < reader.end) {
      const { position } = reader;
      const tag = reader.tag();
      if (tag >>> 3 === 1) {
        references.read(reader, tag);
        continue;
      }
      if (tag === 0x12 || tag === 0x1a) this.#hasSamples = true;
      else if (tag === 0x2a) this.#metadataStart = reader.position;
      if (tag !== 0x2a && position < this.#dataStart) this.#dataStart = position;
      reader.skip(tag);
    }
  }

  /** Hands over the labels and the metadata, unless they refer to nothing. */
  #isAccepted(reader: WireReader): boolean {
    const { bytes } = reader;
    const visitor = this.#visitor;
    const labels = this.#labels;
    const fault = this.#references.resolve(this.#symbols, labels);
    if (fault !== undefined) {
      visitor.refused(`parsing labels for series ${this.#references.toString()}: ${fault}`);
      return false;
    }
    const type = this.#metadataStart < 0 ? undefined : this.#readMetadata(reader);
    if (type === false) return false;
    if (!this.#hasSamples) {
      const shown = formatLabelRanges(bytes, labels.ranges, labels.count);
      visitor.refused(`TimeSeries must contain at least one sample or histogram for series ${shown}`);
      return false;
    }
    if (!visitor.series(bytes, labels.ranges, labels.count)) return false;
    if (type !== undefined) this.#describe(bytes, type);
    return true;
  }

  /** Hands over the metadata of a metric, which all of its series have, once in a request. */
  #describe(bytes: Uint8Array, type: number): void {
    const ranges = this.#metadataRanges;
    metricNameRange(bytes, this.#labels.ranges, this.#labels.count, ranges);
    const nameStart = ranges[0] ?? 0;
    if (this.#described.has(nameStart)) return;
    this.#described.add(nameStart);
    this.#visitor.metadata(bytes, metricTypes[type] ?? 'unknown', ranges);
  }

  /** @returns the type; undefined when there is nothing to know, false when it refers to nothing. */
  #readMetadata(reader: WireReader): number | undefined | false {
    reader.position = this.#metadataStart;
    const outerEnd = reader.enter();
    let type = 0;
    let help = 0;
    let unit = 0;
    while (!reader.atEnd) {
      const tag = reader.tag();
      if (tag === 0x08) type = reader.uint32();
      else if (tag === 0x18) help = reader.uint32();
      else if (tag === 0x20) unit = reader.uint32();
      else reader.skip(tag, 0b11010);
    }
    reader.leave(outerEnd);
    const symbols = this.#symbols;
    if (!symbols.has(unit)) return this.#refuseMetadata('unit_ref', unit);
    if (!symbols.has(help)) return this.#refuseMetadata('help_ref', help);
    if (type === 0 && help === 0 && unit === 0) return undefined;
    symbols.copy(help, this.#metadataRanges, 2);
    symbols.copy(unit, this.#metadataRanges, 4);
    return type;
  }

  #refuseMetadata(field: string, reference: number): false {
    const fault = `metadata ${field} ${reference} outside of symbols table (size ${this.#symbols.count})`;
    this.#visitor.refused(`parsing metadata for series ${this.#references.toString()}: ${fault}`);
    return false;
  }

  #readData(reader: WireReader): void {
    const visitor = this.#visitor;
    const sample = this.#sample;
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === 0x12) {
        sample.read(reader);
        visitor.sample(sample.timestampMs, sample.value, sample.isStale, sample.startTimestampMs);
      } else if (tag === 0x1a) {
        const { timestampMs, histogram, isStale, startTimestampMs } = readHistogram(reader);
        visitor.histogram(timestampMs, histogram, isStale, startTimestampMs);
      } else if (tag === 0x22) {
        this.#readExemplar(reader);
      } else {
        // References and metadata were read before.
        if (tag >>> 3 === 5 && tag !== 0x2a)
          throw new WireError('wire type of the metadata', reader.position);
        reader.skip(tag, 0b11100);
      }
    }
  }

  #readExemplar(reader: WireReader): void {
    const labels = this.#exemplarLabels;
    const references = new SymbolReferences();
    const outerEnd = reader.enter();
    let value = 0;
    let timestampMs = 0;
    while (!reader.atEnd) {
      const tag = reader.tag();
      if (tag >>> 3 === 1) references.read(reader, tag);
      else if (tag === 0x11) value = reader.double();
      else if (tag === 0x18) timestampMs = reader.int64();
      else reader.skip(tag, 0b1100);
    }
    reader.leave(outerEnd);
    const { bytes } = reader;
    const fault = references.resolve(this.#symbols, labels);
    if (fault === undefined) {
      this.#visitor.exemplar(bytes, labels.ranges, labels.count, value, timestampMs);
    } else {
      const shown = formatLabelRanges(bytes, this.#labels.ranges, this.#labels.count);
      this.#visitor.refused(`parsing exemplar for series ${shown}: ${fault}`);
    }
  }
}

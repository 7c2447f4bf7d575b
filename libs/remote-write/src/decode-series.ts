import type { WireReader } from '@plinth/protobuf-wire';
import { readHistogram } from './histogram-fields.ts';
import { LabelRanges } from './label-ranges.ts';
import { SampleFields } from './sample-fields.ts';
import type { WriteRequestVisitor } from './write-request-visitor.ts';

/** What a decoder hands over of each series. */
export type SeriesVisitor = Pick<WriteRequestVisitor, 'series' | 'sample' | 'histogram' | 'exemplar'>;

/** Reads `prometheus.TimeSeries`; the same arrays serve for all series. */
export class SeriesDecoder {
  readonly #visitor: SeriesVisitor;
  readonly #labels = new LabelRanges();
  readonly #exemplarLabels = new LabelRanges();
  readonly #sample = new SampleFields();

  constructor(visitor: SeriesVisitor) {
    this.#visitor = visitor;
  }

  read(reader: WireReader): void {
    const outerEnd = reader.enter();
    const dataStart = this.#readLabels(reader);
    const labels = this.#labels;
    if (this.#visitor.series(reader.bytes, labels.ranges, labels.count) && dataStart < reader.end) {
      reader.position = dataStart;
      this.#readData(reader);
    }
    reader.leave(outerEnd);
  }

  /** Finds all labels, wherever they stand. @returns where the first field is that is no label. */
  #readLabels(reader: WireReader): number {
    const labels = this.#labels;
    labels.clear();
    let dataStart = reader.end;
    while (reader.position < reader.end) {
      labels.readAll(reader);
      if (reader.atEnd) break;
      const { position } = reader;
      const tag = reader.tag();
      if (tag === 0x0a) {
        // A tag that takes more bytes than it needs.
        labels.read(reader);
        continue;
      }
      if (position < dataStart) dataStart = position;
      reader.skip(tag, 0b10);
    }
    return dataStart;
  }

  #readData(reader: WireReader): void {
    const visitor = this.#visitor;
    const sample = this.#sample;
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === 0x12) {
        sample.read(reader);
        visitor.sample(sample.timestampMs, sample.value, sample.isStale, 0);
      } else if (tag === 0x1a) {
        this.#readExemplar(reader);
      } else if (tag === 0x22) {
        const { timestampMs, histogram, isStale } = readHistogram(reader);
        visitor.histogram(timestampMs, histogram, isStale, 0);
      } else {
        // Labels were read before.
        reader.skip(tag, 0b11100);
      }
    }
  }

  #readExemplar(reader: WireReader): void {
    const labels = this.#exemplarLabels;
    const outerEnd = reader.enter();
    let value = 0;
    let timestampMs = 0;
    labels.clear();
    while (!reader.atEnd) {
      const tag = reader.tag();
      if (tag === 0x0a) labels.read(reader);
      else if (tag === 0x11) value = reader.double();
      else if (tag === 0x18) timestampMs = reader.int64();
      else reader.skip(tag, 0b1110);
    }
    this.#visitor.exemplar(reader.bytes, labels.ranges, labels.count, value, timestampMs);
    reader.leave(outerEnd);
  }
}

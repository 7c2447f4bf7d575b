import type { WireReader } from '@plinth/protobuf-wire';
import {
  type AttributeValue,
  type ExemplarPoint,
  type ExponentialBuckets,
  type ExponentialPoint,
  type HistogramPoint,
  type NumberPoint,
  noRecordedValueFlag,
  type SummaryPoint,
} from './metrics-data.ts';
import { readAttribute, readTimeMs } from './read-attributes.ts';

/** What all data points have while they are read. Where their fields stand differs. */
class PointFields {
  readonly attributes = new Map<string, AttributeValue>();
  readonly exemplars: ExemplarPoint[] = [];
  startTimeMs = 0;
  timeMs = 0;
  isRecorded = true;

  /** @param attributesTag - tags of the fields whose numbers differ; 0 where there are none. */
  read(
    reader: WireReader,
    tag: number,
    attributesTag: number,
    exemplarsTag: number,
    flagsTag: number,
  ): boolean {
    if (tag === 0x11) this.startTimeMs = readTimeMs(reader);
    else if (tag === 0x19) this.timeMs = readTimeMs(reader);
    else if (tag === attributesTag) readAttribute(reader, this.attributes);
    else if (tag === exemplarsTag) this.exemplars.push(readExemplar(reader));
    else if (tag === flagsTag) this.isRecorded = (reader.uint32() & noRecordedValueFlag) === 0;
    else return false;
    return true;
  }

  get point() {
    const { attributes, startTimeMs, timeMs, isRecorded } = this;
    return { attributes, startTimeMs, timeMs, isRecorded };
  }
}

/** Reads a `NumberDataPoint` that follows its tag. */
export function readNumberPoint(reader: WireReader): NumberPoint {
  const fields = new PointFields();
  let value = 0;
  reader.message((tag) => {
    if (tag === 0x21) value = reader.double();
    else if (tag === 0x31) value = reader.sfixed64();
    else return fields.read(reader, tag, 0x3a, 0x2a, 0x40);
    return true;
  });
  return { ...fields.point, value, exemplars: fields.exemplars };
}

/** Reads a `HistogramDataPoint` that follows its tag. */
export function readHistogramPoint(reader: WireReader): HistogramPoint {
  const fields = new PointFields();
  let count = 0;
  let sum: number | undefined;
  const bucketCounts: number[] = [];
  const explicitBounds: number[] = [];
  reader.message((tag) => {
    if (tag === 0x21) count = reader.fixed64();
    else if (tag === 0x29) sum = reader.double();
    else if (tag >>> 3 === 6) reader.numbers(tag, 'fixed64', bucketCounts);
    else if (tag >>> 3 === 7) reader.numbers(tag, 'double', explicitBounds);
    else return fields.read(reader, tag, 0x4a, 0x42, 0x50);
    return true;
  });
  return { ...fields.point, count, sum, bucketCounts, explicitBounds, exemplars: fields.exemplars };
}

/** Reads an `ExponentialHistogramDataPoint` that follows its tag. */
export function readExponentialPoint(reader: WireReader): ExponentialPoint {
  const fields = new PointFields();
  let count = 0;
  let sum: number | undefined;
  let scale = 0;
  let zeroCount = 0;
  let zeroThreshold = 0;
  let positive: ExponentialBuckets = { offset: 0, bucketCounts: [] };
  let negative = positive;
  reader.message((tag) => {
    if (tag === 0x21) count = reader.fixed64();
    else if (tag === 0x29) sum = reader.double();
    else if (tag === 0x30) scale = reader.sint32();
    else if (tag === 0x39) zeroCount = reader.fixed64();
    else if (tag === 0x42) positive = readBuckets(reader);
    else if (tag === 0x4a) negative = readBuckets(reader);
    else if (tag === 0x71) zeroThreshold = reader.double();
    else return fields.read(reader, tag, 0x0a, 0x5a, 0x50);
    return true;
  });
  const { exemplars } = fields;
  return { ...fields.point, count, sum, scale, zeroCount, zeroThreshold, positive, negative, exemplars };
}

function readBuckets(reader: WireReader): ExponentialBuckets {
  let offset = 0;
  const bucketCounts: number[] = [];
  reader.message((tag) => {
    if (tag === 0x08) offset = reader.sint32();
    else if (tag >>> 3 === 2) reader.numbers(tag, 'uint64', bucketCounts);
    else return false;
    return true;
  });
  return { offset, bucketCounts };
}

/** Reads a `SummaryDataPoint` that follows its tag. */
export function readSummaryPoint(reader: WireReader): SummaryPoint {
  const fields = new PointFields();
  let count = 0;
  let sum = 0;
  const quantiles: { quantile: number; value: number }[] = [];
  reader.message((tag) => {
    if (tag === 0x21) count = reader.fixed64();
    else if (tag === 0x29) sum = reader.double();
    else if (tag === 0x32) quantiles.push(readQuantile(reader));
    else return fields.read(reader, tag, 0x3a, 0, 0x40);
    return true;
  });
  return { ...fields.point, count, sum, quantiles };
}

function readQuantile(reader: WireReader): { quantile: number; value: number } {
  const found = { quantile: 0, value: 0 };
  reader.message((tag) => {
    if (tag === 0x09) found.quantile = reader.double();
    else if (tag === 0x11) found.value = reader.double();
    else return false;
    return true;
  });
  return found;
}

function readExemplar(reader: WireReader): ExemplarPoint {
  const attributes = new Map<string, AttributeValue>();
  let timeMs = 0;
  let value: number | undefined;
  let traceId = '';
  let spanId = '';
  reader.message((tag) => {
    if (tag === 0x11) timeMs = readTimeMs(reader);
    else if (tag === 0x19) value = reader.double();
    else if (tag === 0x22) spanId = Buffer.from(reader.delimited()).toString('hex');
    else if (tag === 0x2a) traceId = Buffer.from(reader.delimited()).toString('hex');
    else if (tag === 0x31) value = reader.sfixed64();
    else if (tag === 0x3a) readAttribute(reader, attributes);
    else return false;
    return true;
  });
  return { attributes, timeMs, value, traceId, spanId };
}

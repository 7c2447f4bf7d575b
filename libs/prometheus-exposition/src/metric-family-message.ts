import type { Span } from '@plinth/prometheus-model';
import type { WireReader } from '@plinth/protobuf-wire';

/** `io.prometheus.client.Exemplar`. */
export interface ExemplarMessage {
  labels: [name: string, value: string][];
  value: number;
  timestampMs: number | undefined;
}

/** `io.prometheus.client.Bucket`. */
export interface BucketMessage {
  cumulativeCount: number;
  upperBound: number;
  exemplar: ExemplarMessage | undefined;
}

/** `io.prometheus.client.Histogram`, classic and native. */
export interface HistogramMessage {
  count: number;
  sum: number;
  buckets: BucketMessage[];
  startTimestampMs: number;
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  zeroCountFloat: number;
  countFloat: number;
  negativeSpans: Span[];
  negativeDeltas: number[];
  negativeCounts: number[];
  positiveSpans: Span[];
  positiveDeltas: number[];
  positiveCounts: number[];
  exemplars: ExemplarMessage[];
}

/** `io.prometheus.client.Summary`. */
export interface SummaryMessage {
  count: number;
  sum: number;
  quantiles: { quantile: number; value: number }[];
  startTimestampMs: number;
}

/** `io.prometheus.client.Metric`; a gauge, a counter and an untyped metric have one value. */
export interface MetricMessage {
  labels: [name: string, value: string][];
  value: number;
  exemplar: ExemplarMessage | undefined;
  startTimestampMs: number;
  timestampMs: number | undefined;
  histogram: HistogramMessage | undefined;
  summary: SummaryMessage | undefined;
}

/** Reads an `io.prometheus.client.Metric` that follows its tag. */
export function readMetric(reader: WireReader): MetricMessage {
  const metric: MetricMessage = {
    labels: [],
    value: 0,
    exemplar: undefined,
    startTimestampMs: 0,
    timestampMs: undefined,
    histogram: undefined,
    summary: undefined,
  };
  reader.message((tag) => {
    if (tag === 0x0a) metric.labels.push(readLabel(reader));
    else if (tag === 0x12 || tag === 0x1a || tag === 0x2a) readValue(reader, metric);
    else if (tag === 0x22) metric.summary = readSummary(reader);
    // A zero means that there is none, since old encoders write it so.
    else if (tag === 0x30) metric.timestampMs = reader.int64() || undefined;
    else if (tag === 0x3a) metric.histogram = readHistogram(reader);
    else return false;
    return true;
  }, 0b11111110);
  return metric;
}

function readLabel(reader: WireReader): [name: string, value: string] {
  let name = '';
  let value = '';
  reader.message((tag) => {
    if (tag === 0x0a) name = reader.text();
    else if (tag === 0x12) value = reader.text();
    else return false;
    return true;
  }, 0b110);
  return [name, value];
}

function readValue(reader: WireReader, metric: MetricMessage): void {
  reader.message((tag) => {
    if (tag === 0x09) metric.value = reader.double();
    else if (tag === 0x12) metric.exemplar = readExemplar(reader);
    else if (tag === 0x1a) metric.startTimestampMs = readTimestampMs(reader);
    else return false;
    return true;
  }, 0b10);
}

function readTimestampMs(reader: WireReader): number {
  let seconds = 0;
  let nanos = 0;
  reader.message((tag) => {
    if (tag === 0x08) seconds = reader.int64();
    else if (tag === 0x10) nanos = reader.int32();
    else return false;
    return true;
  }, 0b110);
  return seconds * 1000 + Math.trunc(nanos / 1e6);
}

function readExemplar(reader: WireReader): ExemplarMessage {
  const exemplar: ExemplarMessage = { labels: [], value: 0, timestampMs: undefined };
  reader.message((tag) => {
    if (tag === 0x0a) exemplar.labels.push(readLabel(reader));
    else if (tag === 0x11) exemplar.value = reader.double();
    else if (tag === 0x1a) exemplar.timestampMs = readTimestampMs(reader);
    else return false;
    return true;
  }, 0b1110);
  return exemplar;
}

function readSummary(reader: WireReader): SummaryMessage {
  const summary: SummaryMessage = { count: 0, sum: 0, quantiles: [], startTimestampMs: 0 };
  reader.message((tag) => {
    if (tag === 0x08) summary.count = reader.uint64();
    else if (tag === 0x11) summary.sum = reader.double();
    else if (tag === 0x1a) summary.quantiles.push(readQuantile(reader));
    else if (tag === 0x22) summary.startTimestampMs = readTimestampMs(reader);
    else return false;
    return true;
  }, 0b11110);
  return summary;
}

function readQuantile(reader: WireReader): { quantile: number; value: number } {
  const found = { quantile: 0, value: 0 };
  reader.message((tag) => {
    if (tag === 0x09) found.quantile = reader.double();
    else if (tag === 0x11) found.value = reader.double();
    else return false;
    return true;
  }, 0b110);
  return found;
}

function readHistogram(reader: WireReader): HistogramMessage {
  const histogram: HistogramMessage = {
    count: 0,
    sum: 0,
    buckets: [],
    startTimestampMs: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    zeroCountFloat: 0,
    countFloat: 0,
    negativeSpans: [],
    negativeDeltas: [],
    negativeCounts: [],
    positiveSpans: [],
    positiveDeltas: [],
    positiveCounts: [],
    exemplars: [],
  };
  reader.message((tag) => {
    if (tag === 0x08) histogram.count = reader.uint64();
    else if (tag === 0x11) histogram.sum = reader.double();
    else if (tag === 0x1a) histogram.buckets.push(readBucket(reader));
    else if (tag === 0x21) histogram.countFloat = reader.double();
    else if (tag === 0x28) histogram.schema = reader.sint32();
    else if (tag === 0x31) histogram.zeroThreshold = reader.double();
    else if (tag === 0x38) histogram.zeroCount = reader.uint64();
    else if (tag === 0x41) histogram.zeroCountFloat = reader.double();
    else if (tag === 0x7a) histogram.startTimestampMs = readTimestampMs(reader);
    else if (tag === 0x82) histogram.exemplars.push(readExemplar(reader));
    else return readNativeBuckets(reader, tag, histogram);
    return true;
  }, 0x1fffe);
  return histogram;
}

function readNativeBuckets(reader: WireReader, tag: number, histogram: HistogramMessage): boolean {
  if (tag === 0x4a) histogram.negativeSpans.push(readSpan(reader));
  else if (tag === 0x62) histogram.positiveSpans.push(readSpan(reader));
  else if (tag >>> 3 === 10) reader.numbers(tag, 'sint64', histogram.negativeDeltas);
  else if (tag >>> 3 === 11) reader.numbers(tag, 'double', histogram.negativeCounts);
  else if (tag >>> 3 === 13) reader.numbers(tag, 'sint64', histogram.positiveDeltas);
  else if (tag >>> 3 === 14) reader.numbers(tag, 'double', histogram.positiveCounts);
  else return false;
  return true;
}

function readSpan(reader: WireReader): Span {
  let offset = 0;
  let length = 0;
  reader.message((tag) => {
    if (tag === 0x08) offset = reader.sint32();
    else if (tag === 0x10) length = reader.uint32();
    else return false;
    return true;
  }, 0b110);
  return { offset, length };
}

function readBucket(reader: WireReader): BucketMessage {
  const bucket: BucketMessage = { cumulativeCount: 0, upperBound: 0, exemplar: undefined };
  let countFloat = 0;
  reader.message((tag) => {
    if (tag === 0x08) bucket.cumulativeCount = reader.uint64();
    else if (tag === 0x11) bucket.upperBound = reader.double();
    else if (tag === 0x1a) bucket.exemplar = readExemplar(reader);
    else if (tag === 0x21) countFloat = reader.double();
    else return false;
    return true;
  }, 0b11110);
  if (countFloat > 0) bucket.cumulativeCount = countFloat;
  return bucket;
}

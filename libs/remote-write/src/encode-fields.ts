import { type Label, type Span, staleNaNBits } from '@plinth/prometheus-model';
import type { WireWriter } from '@plinth/protobuf-wire';
import { counterResetHints } from './histogram-fields.ts';
import type { WriteHistogram, WriteSample } from './write-series.ts';

/** Labels in order of their names. */
export type LabelPairs = Iterable<Label>;

/** Writes a sample. @param hasStart - whether the message knows start timestamps. */
export function writeSample(writer: WireWriter, field: number, sample: WriteSample, hasStart: boolean): void {
  const start = writer.begin(field);
  if (sample.isStale === true) writer.fixed64(1, staleNaNBits);
  // A zero is left out, but not a negative one.
  else if (!Object.is(sample.value, 0)) writer.double(1, sample.value);
  if (sample.timestampMs !== 0) writer.int64(2, sample.timestampMs);
  if (hasStart && sample.startTimestampMs) writer.int64(3, sample.startTimestampMs);
  writer.end(start);
}

/** Writes a histogram with float counts; 1.0 and 2.0 have the same fields but for the start timestamp. */
export function writeHistogram(
  writer: WireWriter,
  field: number,
  timed: WriteHistogram,
  hasStart: boolean,
): void {
  const { fields } = timed.histogram;
  const start = writer.begin(field);
  writer.double(2, fields.count);
  if (timed.isStale === true) writer.fixed64(3, staleNaNBits);
  else writer.double(3, fields.sum);
  if (fields.schema !== 0) writer.sint64(4, fields.schema);
  if (fields.zeroThreshold !== 0) writer.double(5, fields.zeroThreshold);
  writer.double(7, fields.zeroCount);
  for (const span of fields.negativeSpans) writeSpan(writer, 8, span);
  if (fields.negativeBuckets.length > 0) writer.packedDoubles(10, fields.negativeBuckets);
  for (const span of fields.positiveSpans) writeSpan(writer, 11, span);
  if (fields.positiveBuckets.length > 0) writer.packedDoubles(13, fields.positiveBuckets);
  const hint = counterResetHints.indexOf(fields.counterResetHint);
  if (hint > 0) writer.uint32(14, hint);
  if (timed.timestampMs !== 0) writer.int64(15, timed.timestampMs);
  if (fields.customValues.length > 0) writer.packedDoubles(16, fields.customValues);
  if (hasStart && timed.startTimestampMs) writer.int64(17, timed.startTimestampMs);
  writer.end(start);
}

function writeSpan(writer: WireWriter, field: number, span: Span): void {
  const start = writer.begin(field);
  if (span.offset !== 0) writer.sint64(1, span.offset);
  if (span.length !== 0) writer.uint32(2, span.length);
  writer.end(start);
}

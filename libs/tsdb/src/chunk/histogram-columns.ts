import {
  type CounterResetHint,
  FloatHistogram,
  type FloatHistogramFields,
  type Span,
} from '@plinth/prometheus-model';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readDoubles, writeDoubles } from './double-column.ts';
import { columnCountMax } from './integer-column.ts';

/** The parts of a histogram that all of a chunk share. */
type HistogramLayout = Pick<
  FloatHistogramFields,
  'schema' | 'zeroThreshold' | 'positiveSpans' | 'negativeSpans' | 'customValues'
>;

const hints: readonly CounterResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge'];

/** Whether two histograms can be in one chunk: same schema, zero bucket, spans and custom bounds. */
export function haveSameLayout(one: FloatHistogram, other: FloatHistogram): boolean {
  const { fields: a } = one;
  const { fields: b } = other;
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    areSameSpans(a.positiveSpans, b.positiveSpans) &&
    areSameSpans(a.negativeSpans, b.negativeSpans) &&
    a.customValues.length === b.customValues.length &&
    a.customValues.every((bound, i) => bound === b.customValues[i])
  );
}

function areSameSpans(one: readonly Span[], other: readonly Span[]): boolean {
  if (one === other) return true;
  return (
    one.length === other.length &&
    one.every((span, i) => span.offset === other[i]?.offset && span.length === other[i]?.length)
  );
}

const column = new Float64Array(columnCountMax);

/** Writes the layout once, then one column for each number of the histograms. @throws RangeError when layouts differ. */
export function writeHistograms(
  writer: ByteWriter,
  histograms: readonly FloatHistogram[],
  count: number,
): void {
  const first = histograms[0];
  if (!first) return;
  const { fields: layout } = first;
  const positives = bucketCountOf(layout.positiveSpans);
  const negatives = bucketCountOf(layout.negativeSpans);
  for (let i = 0; i < count; i++) {
    const histogram = histograms[i];
    if (!histogram || !haveSameLayout(first, histogram)) {
      throw new RangeError(`histogram chunk: histogram ${i} has another layout than the first`);
    }
    const { positiveBuckets, negativeBuckets } = histogram.fields;
    if (positiveBuckets.length !== positives || negativeBuckets.length !== negatives) {
      throw new RangeError(
        `histogram chunk: histogram ${i} has ${positiveBuckets.length} positive and ${negativeBuckets.length} ` +
          `negative buckets, but spans for ${positives} and ${negatives}`,
      );
    }
  }
  writeLayout(writer, layout);
  const write = (numberOf: (fields: FloatHistogramFields) => number): void => {
    for (let i = 0; i < count; i++) column[i] = numberOf((histograms[i] ?? first).fields);
    writeDoubles(writer, column, count);
  };
  write((fields) => hints.indexOf(fields.counterResetHint));
  write((fields) => fields.count);
  write((fields) => fields.zeroCount);
  write((fields) => fields.sum);
  for (let bucket = 0; bucket < positives; bucket++) write((fields) => fields.positiveBuckets[bucket] ?? 0);
  for (let bucket = 0; bucket < negatives; bucket++) write((fields) => fields.negativeBuckets[bucket] ?? 0);
}

function bucketCountOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.length, 0);
}

function writeLayout(writer: ByteWriter, layout: HistogramLayout): void {
  writer.signedVarint(layout.schema);
  writer.float64(layout.zeroThreshold);
  for (const spans of [layout.positiveSpans, layout.negativeSpans]) {
    writer.varint(spans.length);
    for (const span of spans) {
      writer.signedVarint(span.offset);
      writer.varint(span.length);
    }
  }
  writer.varint(layout.customValues.length);
  for (const bound of layout.customValues) writer.float64(bound);
}

function readLayout(reader: ByteReader): HistogramLayout {
  const schema = reader.signedVarint();
  const zeroThreshold = reader.float64();
  const positiveSpans = readSpans(reader);
  const negativeSpans = readSpans(reader);
  const customValues = Array.from({ length: reader.varint() }, () => reader.float64());
  return { schema, zeroThreshold, positiveSpans, negativeSpans, customValues };
}

function readSpans(reader: ByteReader): Span[] {
  return Array.from({ length: reader.varint() }, () => ({
    offset: reader.signedVarint(),
    length: reader.varint(),
  }));
}

/**
 * Reads some of what `writeHistograms` wrote.
 * @param count - how many were written.
 * @param from - the first one wanted. @param to - one beyond the last.
 */
export function readHistograms(
  reader: ByteReader,
  count: number,
  from: number,
  to: number,
): FloatHistogram[] {
  const layout = readLayout(reader);
  const read = (): Float64Array => {
    const numbers = new Float64Array(count);
    readDoubles(reader, count, numbers, 0, count);
    return numbers;
  };
  const [hintIndexes, counts, zeroCounts, sums] = [read(), read(), read(), read()];
  const positives = Array.from({ length: bucketCountOf(layout.positiveSpans) }, read);
  const negatives = Array.from({ length: bucketCountOf(layout.negativeSpans) }, read);
  const histograms: FloatHistogram[] = [];
  for (let i = from; i < to; i++) {
    histograms.push(
      new FloatHistogram({
        ...layout,
        counterResetHint: hints[hintIndexes[i] ?? 0] ?? 'unknown',
        count: counts[i] ?? 0,
        zeroCount: zeroCounts[i] ?? 0,
        sum: sums[i] ?? 0,
        positiveBuckets: positives.map((buckets) => buckets[i] ?? 0),
        negativeBuckets: negatives.map((buckets) => buckets[i] ?? 0),
      }),
    );
  }
  return histograms;
}

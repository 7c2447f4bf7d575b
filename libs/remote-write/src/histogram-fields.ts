import { type CounterResetHint, FloatHistogram, type Span } from '@plinth/prometheus-model';
import { WireError, type WireReader, wireType } from '@plinth/protobuf-wire';
import { isStaleAt } from './sample-fields.ts';

/** In the order of their numbers on the wire. */
export const counterResetHints: readonly CounterResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge'];

/** A histogram with what stands beside it in the message. */
export interface TimedHistogram {
  readonly timestampMs: number;
  readonly startTimestampMs: number;
  readonly isStale: boolean;
  readonly histogram: FloatHistogram;
}

/**
 * Reads a `prometheus.Histogram` or an `io.prometheus.write.v2.Histogram`, which have the same numbers. Integer histograms become
 * float ones: deltas are summed up to absolute counts.
 */
export function readHistogram(reader: WireReader): TimedHistogram {
  const outerEnd = reader.enter();
  const fields = new HistogramFields();
  while (!reader.atEnd) fields.read(reader, reader.tag());
  reader.leave(outerEnd);
  return fields.finish();
}

class HistogramFields {
  #timestampMs = 0;
  #startTimestampMs = 0;
  #isStale = false;
  #isFloat = false;
  #hint = 0;
  #schema = 0;
  #zeroThreshold = 0;
  #zeroCountInteger = 0;
  #zeroCountFloat = 0;
  #count = 0;
  #sum = 0;
  readonly #positiveSpans: Span[] = [];
  readonly #negativeSpans: Span[] = [];
  readonly #positiveDeltas: number[] = [];
  readonly #negativeDeltas: number[] = [];
  readonly #positiveCounts: number[] = [];
  readonly #negativeCounts: number[] = [];
  readonly #customValues: number[] = [];

  read(reader: WireReader, tag: number): void {
    switch (tag) {
      case 0x08:
        this.#count = reader.uint64();
        this.#isFloat = false;
        return;
      case 0x11:
        this.#count = reader.double();
        this.#isFloat = true;
        return;
      case 0x19:
        this.#sum = reader.double();
        this.#isStale = isStaleAt(reader.bytes, reader.position - 8);
        return;
      case 0x20:
        this.#schema = reader.sint32();
        return;
      case 0x29:
        this.#zeroThreshold = reader.double();
        return;
      case 0x30:
        this.#zeroCountInteger = reader.uint64();
        return;
      case 0x39:
        this.#zeroCountFloat = reader.double();
        return;
      case 0x70:
        this.#hint = reader.uint32();
        return;
      case 0x78:
        this.#timestampMs = reader.int64();
        return;
      case 0x88:
        this.#startTimestampMs = reader.int64();
        return;
      default:
        this.#readBuckets(reader, tag);
    }
  }

  #readBuckets(reader: WireReader, tag: number): void {
    switch (tag >>> 3) {
      case 8:
        this.#negativeSpans.push(readSpan(reader, tag));
        return;
      case 9:
        reader.numbers(tag, 'sint64', this.#negativeDeltas);
        return;
      case 10:
        reader.numbers(tag, 'double', this.#negativeCounts);
        return;
      case 11:
        this.#positiveSpans.push(readSpan(reader, tag));
        return;
      case 12:
        reader.numbers(tag, 'sint64', this.#positiveDeltas);
        return;
      case 13:
        reader.numbers(tag, 'double', this.#positiveCounts);
        return;
      case 16:
        reader.numbers(tag, 'double', this.#customValues);
        return;
      default:
        reader.skip(tag, 0x3fffe);
    }
  }

  finish(): TimedHistogram {
    const histogram = new FloatHistogram({
      counterResetHint: counterResetHints[this.#hint] ?? 'unknown',
      schema: this.#schema,
      zeroThreshold: this.#zeroThreshold,
      zeroCount: this.#isFloat ? this.#zeroCountFloat : this.#zeroCountInteger,
      count: this.#count,
      sum: this.#sum,
      positiveSpans: this.#positiveSpans,
      negativeSpans: this.#negativeSpans,
      positiveBuckets: this.#isFloat ? this.#positiveCounts : summed(this.#positiveDeltas),
      negativeBuckets: this.#isFloat ? this.#negativeCounts : summed(this.#negativeDeltas),
      customValues: this.#customValues,
    });
    return {
      timestampMs: this.#timestampMs,
      startTimestampMs: this.#startTimestampMs,
      isStale: this.#isStale,
      histogram,
    };
  }
}

function summed(deltas: readonly number[]): number[] {
  let count = 0;
  return deltas.map((delta) => (count += delta));
}

function readSpan(reader: WireReader, tag: number): Span {
  if ((tag & 7) !== wireType.delimited) throw wrongType(reader, tag);
  const outerEnd = reader.enter();
  let offset = 0;
  let length = 0;
  while (!reader.atEnd) {
    const inner = reader.tag();
    if (inner === 0x08) offset = reader.sint32();
    else if (inner === 0x10) length = reader.uint32();
    else reader.skip(inner, 0b110);
  }
  reader.leave(outerEnd);
  return { offset, length };
}

function wrongType(reader: WireReader, tag: number): WireError {
  return new WireError(`wire type ${tag & 7} for field ${tag >>> 3}`, reader.position);
}

import type { FloatHistogram, MetricType } from '@plinth/prometheus-model';

/**
 * Takes what a write request holds, in its order: a series, then all that it has. Nothing handed over lives longer than the call,
 * except the bytes of the request. Texts are ranges of these bytes: name start, name end, value start, value end, and so on for each
 * label; they are neither in order nor unique nor valid UTF-8 unless they are checked. Timestamps are milliseconds since the epoch.
 *
 * A request may turn out to be malformed after some of it was visited: nothing may become visible before decoding has returned.
 */
export interface WriteRequestVisitor {
  /** A series begins. @returns whether what it holds is wanted. */
  series(bytes: Uint8Array, labelRanges: Int32Array, labelCount: number): boolean;
  /** @param startTimestampMs - when the counting began; 0 where it is not known. */
  sample(timestampMs: number, value: number, isStale: boolean, startTimestampMs: number): void;
  /** @param histogram - not validated. @param isStale - the histogram is a mark of staleness. */
  histogram(timestampMs: number, histogram: FloatHistogram, isStale: boolean, startTimestampMs: number): void;
  /** @param timestampMs - 0 when the exemplar has none. */
  exemplar(
    bytes: Uint8Array,
    labelRanges: Int32Array,
    labelCount: number,
    value: number,
    timestampMs: number,
  ): void;
  /**
   * What is known about a metric; in 1.0 it stands beside the series, in 2.0 within each of them, and is handed
   * over with the first.
   * @param textRanges - start and end of the name of the metric family, of the help and of the unit.
   */
  metadata(bytes: Uint8Array, type: MetricType, textRanges: Int32Array): void;
  /** A part of a 2.0 request refers to symbols that do not exist or holds nothing: the rest of the request is still good. */
  refused(reason: string): void;
}

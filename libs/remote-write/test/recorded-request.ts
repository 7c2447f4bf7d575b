import type { FloatHistogramFields } from '@plinth/prometheus-model';
import { labelsOfRanges, rangeText, type WriteRequestVisitor } from '../src/index.ts';

/** One series of a request in plain values. */
export interface RecordedSeries {
  labels: string;
  samples: { timestampMs: number; value: number | 'stale'; startTimestampMs: number }[];
  histograms: {
    timestampMs: number;
    fields: FloatHistogramFields;
    isStale: boolean;
    startTimestampMs: number;
  }[];
  exemplars: { labels: string; value: number; timestampMs: number }[];
}

/** Keeps everything that a decoder hands over. */
export class RecordedRequest implements WriteRequestVisitor {
  readonly all: RecordedSeries[] = [];
  readonly families: { type: string; name: string; help: string; unit: string }[] = [];
  readonly refusals: string[] = [];

  series(bytes: Uint8Array, labelRanges: Int32Array, labelCount: number): boolean {
    const labels = labelsOfRanges(bytes, labelRanges, labelCount).toString();
    this.all.push({ labels, samples: [], histograms: [], exemplars: [] });
    return true;
  }

  get #last(): RecordedSeries {
    const last = this.all.at(-1);
    if (!last) throw new Error('no series before its samples');
    return last;
  }

  sample(timestampMs: number, value: number, isStale: boolean, startTimestampMs: number): void {
    this.#last.samples.push({ timestampMs, value: isStale ? 'stale' : value, startTimestampMs });
  }

  histogram(
    timestampMs: number,
    { fields }: { fields: FloatHistogramFields },
    isStale: boolean,
    startTimestampMs: number,
  ): void {
    this.#last.histograms.push({ timestampMs, fields, isStale, startTimestampMs });
  }

  exemplar(bytes: Uint8Array, ranges: Int32Array, count: number, value: number, timestampMs: number): void {
    this.#last.exemplars.push({
      labels: labelsOfRanges(bytes, ranges, count).toString(),
      value,
      timestampMs,
    });
  }

  metadata(bytes: Uint8Array, type: string, ranges: Int32Array): void {
    const [name = '', help = '', unit = ''] = [0, 2, 4].map((at) =>
      rangeText(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0),
    );
    this.families.push({ type, name, help, unit });
  }

  refused(reason: string): void {
    this.refusals.push(reason);
  }
}

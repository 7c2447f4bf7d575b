import { type FloatHistogram, SampleBuffer } from '@plinth/prometheus-model';
import { decodeChunk } from '../chunk/chunk.ts';
import { staleHighWord, staleLowWord } from '../head/write-batch.ts';
import { type LogRecord, recordType } from './record.ts';

/** Takes what stands in the log. Refs are numbers of series; what they stand for was told before. */
export interface LogVisitor {
  /** All refs that were told before are void: other series may have them from now on. */
  forgetSeries(): void;
  /** @param key - the labels, see `labelsOfKey`; valid during the call alone. */
  series(ref: number, key: Uint8Array): void;
  /** @param value - NaN of no meaning where it is a mark that the series ended. */
  sample(ref: number, timestampMs: number, value: number, isStale: boolean): void;
  histogram(ref: number, timestampMs: number, histogram: FloatHistogram): void;
}

/** Tells of the series of a record. */
export function visitSeries({ bytes, words, count, start }: LogRecord, visitor: LogVisitor): void {
  let at = start;
  for (let i = 0; i < count; i++) {
    const ref = words[at >>> 2] ?? 0;
    const length = words[(at >>> 2) + 1] ?? 0;
    visitor.series(ref, bytes.subarray(at + 8, at + 8 + length));
    at += (8 + length + 7) & ~7;
  }
}

/** Tells of the samples of a record: floats and marks. */
export function visitSamples({ words, floats, count, start }: LogRecord, visitor: LogVisitor): void {
  const time = floats[start >>> 3] ?? 0;
  const refsAt = (start + 8) >>> 2;
  let at = start + 8 + ((count * 4 + 7) & ~7);
  const isUniform = !Number.isNaN(time);
  const timesAt = at >>> 3;
  if (!isUniform) at += count * 8;
  const valuesAt = at >>> 3;
  for (let i = 0; i < count; i++) {
    const low = words[(valuesAt + i) * 2];
    const isStale = low === staleLowWord && words[(valuesAt + i) * 2 + 1] === staleHighWord;
    const timestampMs = isUniform ? time : (floats[timesAt + i] ?? 0);
    visitor.sample(words[refsAt + i] ?? 0, timestampMs, floats[valuesAt + i] ?? 0, isStale);
  }
}

const buffer = new SampleBuffer();

/** Tells of the histograms of a record. */
export function visitHistograms({ bytes, words, count, start }: LogRecord, visitor: LogVisitor): void {
  let at = start;
  for (let i = 0; i < count; i++) {
    const ref = words[at >>> 2] ?? 0;
    const length = words[(at >>> 2) + 2] ?? 0;
    buffer.clear();
    decodeChunk(bytes, at + 32, buffer, -Infinity, Infinity);
    for (const [j, histogram] of buffer.histograms.entries()) {
      visitor.histogram(ref, buffer.histogramTimestamps[j] ?? 0, histogram);
    }
    at = (at + 32 + length + 7) & ~7;
  }
}

/** Whether a record has what a visitor is told of. */
export function isVisited(type: number): boolean {
  return type === recordType.series || type === recordType.samples || type === recordType.chunks;
}

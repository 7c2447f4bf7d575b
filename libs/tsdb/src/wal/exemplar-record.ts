import type { Exemplar } from '../exemplars/exemplar.ts';
import type { ExemplarOfSeries } from '../exemplars/exemplar-ring.ts';
import { LabelEncoder } from '../head/label-encoder.ts';
import { labelsOfKey, SeriesKeys } from '../head/series-key.ts';
import { type LogRecord, type RecordBuffer, recordType } from './record.ts';

const headerBytes = 24;
const encoder = new LabelEncoder();
const keys = new SeriesKeys();

/** Adds a record of exemplars. */
export function writeExemplars(records: RecordBuffer, exemplars: readonly ExemplarOfSeries[]): void {
  if (exemplars.length === 0) return;
  records.begin(recordType.exemplars, exemplars.length);
  for (const { ref, exemplar } of exemplars) {
    const count = encoder.encode(exemplar.labels);
    const { bytes, start, end } = keys.encode(encoder.bytes, encoder.ranges, count);
    const at = records.reserve(headerBytes + end - start);
    records.words[at >>> 2] = ref;
    records.words[(at >>> 2) + 1] = end - start;
    records.floats[(at >>> 3) + 1] = exemplar.timestampMs;
    records.floats[(at >>> 3) + 2] = exemplar.value;
    records.bytes.set(bytes.subarray(start, end), at + headerBytes);
  }
  records.end();
}

/** Calls back with each exemplar of a record. */
export function readExemplars(
  { bytes, words, floats, count, start }: LogRecord,
  visit: (ref: number, exemplar: Exemplar) => void,
): void {
  let at = start;
  for (let i = 0; i < count; i++) {
    const length = words[(at >>> 2) + 1] ?? 0;
    visit(words[at >>> 2] ?? 0, {
      labels: labelsOfKey(bytes.subarray(at + headerBytes, at + headerBytes + length)),
      timestampMs: floats[(at >>> 3) + 1] ?? 0,
      value: floats[(at >>> 3) + 2] ?? 0,
    });
    at = (at + headerBytes + length + 7) & ~7;
  }
}

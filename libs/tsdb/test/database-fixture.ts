import * as fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matcher, SampleBuffer } from '@plinth/prometheus-model';
import { Database, type DatabaseOptions, type DatabaseReader, type HeadLimits } from '../src/index.ts';

/** A directory that is removed at the end of a scope. */
export class TemporaryDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tsdb-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function openDatabase(
  path: string,
  limits: Partial<HeadLimits> = {},
  options: Partial<DatabaseOptions> = {},
): Promise<Database> {
  return Database.open(path, { files: fs, limits, hashSeed: 7, onCorrupt: fail, ...options });
}

function fail(error: Error): never {
  throw error;
}

/** The labels of a series as a sender encodes them, with the ranges of a decoder. */
export interface EncodedLabels {
  readonly bytes: Uint8Array;
  readonly ranges: Int32Array;
  readonly count: number;
}

/** Lays names and values behind each other with a gap, as decoders of any format might find them. */
export function scattered(
  labels: readonly (readonly [string | Uint8Array, string | Uint8Array])[],
): EncodedLabels {
  const ranges = new Int32Array(labels.length * 4);
  const parts: number[] = [0];
  let at = 0;
  for (const text of labels.flat()) {
    const encoded = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    ranges[at++] = parts.length;
    parts.push(...encoded);
    ranges[at++] = parts.length;
    parts.push(0xff);
  }
  return { bytes: Uint8Array.from(parts), ranges, count: labels.length };
}

/** The ref of the series with these labels, given in any order. */
export function refOf(database: Database, labels: Readonly<Record<string, string>>): number {
  const entries = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  const { bytes, ranges, count } = scattered(entries);
  return database.refOf(bytes, ranges, count);
}

/** Samples of a series as text: `time:value`, `time:stale`, in order. */
export function samplesOf(
  reader: DatabaseReader,
  matchers: readonly Matcher[],
  startMs = -Infinity,
  endMs = Infinity,
): Record<string, string> {
  const found: Record<string, string> = {};
  using view = reader.view();
  for (const series of view.select({ matchers, startMs, endMs })) {
    const buffer = new SampleBuffer();
    series.read(buffer);
    found[series.labels.toString()] = samplesAsText(buffer);
  }
  return found;
}

export function samplesAsText(buffer: SampleBuffer): string {
  const samples: [number, string][] = [];
  for (let i = 0; i < buffer.count; i++)
    samples.push([buffer.timestamps[i] ?? 0, valueAsText(buffer.values[i] ?? 0)]);
  for (const staleMs of buffer.staleAt) samples.push([staleMs, 'stale']);
  for (const [i, histogram] of buffer.histograms.entries()) {
    samples.push([buffer.histogramTimestamps[i] ?? 0, `h${histogram.fields.count}`]);
  }
  return samples
    .sort(([one], [other]) => one - other)
    .map(([time, value]) => `${time}:${value}`)
    .join(' ');
}

export const everything: readonly Matcher[] = [new Matcher('__name__', '!=', '')];

/** As JavaScript writes it, but with the sign of zero. */
export function valueAsText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

import { Matcher, type MatchOperator, type SampleBuffer } from '@plinth/prometheus-model';
import { checkedJson, readCheckedJson, recordOf } from './checked-json.ts';
import { CorruptBlockError } from './corrupt-block-error.ts';
import { type FileSystem, isMissing } from './file-system.ts';
import { withoutResetHint } from './reset-hint.ts';

/** Name of the file of deletions in a block; there is none where nothing was deleted. */
export const tombstoneFile = 'tombstones.json';

/** Samples that are no more: of the series that match, from one instant to another, both included. */
export interface Deletion {
  readonly matchers: readonly Matcher[];
  readonly startMs: number;
  readonly endMs: number;
}

/** The bytes of a file of deletions. */
export function encodeDeletions(deletions: readonly Deletion[]): Uint8Array {
  return checkedJson({
    deletions: deletions.map(({ matchers, startMs, endMs }) => ({
      matchers: matchers.map(({ name, operator, value }) => ({ name, operator, value })),
      startMs: finite(startMs),
      endMs: finite(endMs),
    })),
  });
}

/** JSON has no infinities, and no sample is beyond these instants. */
function finite(instantMs: number): number {
  return Math.min(Math.max(instantMs, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

const operators: readonly MatchOperator[] = ['=', '!=', '=~', '!~'];

/** The deletions of a block. @throws CorruptBlockError when the file is broken. */
export function readDeletions(files: FileSystem, block: string): Deletion[] {
  let record: Record<string, unknown>;
  try {
    record = readCheckedJson(files, block, tombstoneFile);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const { deletions } = record;
  return listOf(deletions).map((deletion) => {
    const { matchers, startMs, endMs } = recordOf(deletion);
    if (typeof startMs !== 'number' || typeof endMs !== 'number') throw malformed();
    return { matchers: listOf(matchers).map(matcherOf), startMs, endMs };
  });

  function matcherOf(fields: unknown): Matcher {
    const { name, operator, value } = recordOf(fields);
    const known = operators.find((candidate) => candidate === operator);
    if (typeof name !== 'string' || typeof value !== 'string' || !known) throw malformed();
    return new Matcher(name, known, value);
  }

  function listOf(value: unknown): unknown[] {
    if (Array.isArray(value)) return value;
    throw malformed();
  }

  function malformed(): CorruptBlockError {
    return new CorruptBlockError(block, tombstoneFile, 0, 'is no list of deletions');
  }
}

/** A range of time, both ends included, in milliseconds. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** Whether one of the ranges covers all from one instant to another. */
export function isCovered(ranges: readonly TimeRange[], minMs: number, maxMs: number): boolean {
  return ranges.some(({ startMs, endMs }) => startMs <= minMs && maxMs <= endMs);
}

/**
 * Takes the samples of a range out of a buffer.
 * @param from - how many floats, marks and histograms there were before; these are left alone.
 */
export function removeRange(buffer: SampleBuffer, { startMs, endMs }: TimeRange, from: BufferMark): void {
  const isKept = (instantMs: number): boolean => instantMs < startMs || instantMs > endMs;
  let kept = from.floats;
  const { values, startTimestamps } = buffer;
  const timestamps = buffer.times.write(from.floats);
  for (let i = from.floats; i < buffer.count; i++) {
    const timestamp = timestamps[i] ?? 0;
    if (!isKept(timestamp)) continue;
    timestamps[kept] = timestamp;
    values[kept] = values[i] ?? 0;
    if (startTimestamps) startTimestamps[kept] = startTimestamps[i] ?? 0;
    kept++;
  }
  buffer.count = kept;
  const marks = buffer.staleAt.slice(from.staleMarks).filter(isKept);
  buffer.staleAt.length = from.staleMarks;
  for (const staleMs of marks) buffer.pushStale(staleMs);
  removeHistograms(buffer, from.histograms, isKept);
}

function removeHistograms(buffer: SampleBuffer, from: number, isKept: (instantMs: number) => boolean): void {
  const { histograms, histogramTimestamps, histogramStartTimestamps } = buffer;
  let kept = from;
  for (let i = from; i < histograms.length; i++) {
    const instantMs = histogramTimestamps[i] ?? 0;
    const histogram = histograms[i];
    if (!histogram || !isKept(instantMs)) continue;
    const isAfterGap = kept < i && !isKept(histogramTimestamps[i - 1] ?? 0);
    histograms[kept] = isAfterGap ? withoutResetHint(histogram) : histogram;
    histogramTimestamps[kept] = instantMs;
    if (histogramStartTimestamps) histogramStartTimestamps[kept] = histogramStartTimestamps[i] ?? 0;
    kept++;
  }
  histograms.length = kept;
  histogramTimestamps.length = kept;
  if (histogramStartTimestamps) histogramStartTimestamps.length = kept;
}

/** How much is in a buffer. */
export interface BufferMark {
  readonly floats: number;
  readonly staleMarks: number;
  readonly histograms: number;
}

/** How much is in a buffer now. */
export function markOf(buffer: SampleBuffer): BufferMark {
  return { floats: buffer.count, staleMarks: buffer.staleAt.length, histograms: buffer.histograms.length };
}

import type { Directory } from '../directory.ts';
import type { ExemplarOfSeries } from '../exemplars/exemplar-ring.ts';
import { chunkUse } from '../head/chunk-use.ts';
import type { DeletedInterval } from '../head/deletions.ts';
import type { Head } from '../head/head.ts';
import { writeExemplars } from './exemplar-record.ts';
import { fileMagic, RecordBuffer, recordType } from './record.ts';
import { segmentName, writeChunk, writeDeleted } from './write-ahead-log.ts';

/** Series that are written before other work has its turn again. */
const seriesPerTurn = 2000;
const exemplarsPerTurn = 10_000;

const prefix = 'head-';

/** Name of the snapshot that holds all that lies in lower segments. */
export function snapshotName(segment: number): string {
  return `${prefix}${segmentName(segment)}`;
}

/** The segment that a snapshot is followed by; undefined for other files. */
export function segmentOfSnapshot(name: string): number | undefined {
  return name.startsWith(prefix) ? Number(name.slice(prefix.length)) : undefined;
}

/** What belongs to the series of the head, and is kept beside it. */
export interface BesideHead {
  readonly deleted: readonly DeletedInterval[];
  readonly exemplars: Iterable<ExemplarOfSeries>;
}

/**
 * Writes the whole head to a file, while samples are still taken: what is added meanwhile may or may not be in it, and is in
 * the log from `segment` on; reading both gives each sample once.
 */
export async function writeHeadSnapshot(
  directory: Directory,
  head: Head,
  { deleted, exemplars }: BesideHead,
  segment: number,
): Promise<number> {
  const temporary = `tmp-${snapshotName(segment)}`;
  directory.remove(temporary);
  const file = directory.create(temporary);
  try {
    file.write(fileMagic);
    const records = new RecordBuffer(1 << 20);
    records.begin(recordType.bounds, 1);
    const at = records.reserve(16) >>> 3;
    records.floats[at] = head.minValidTime;
    records.floats[at + 1] = head.maxTime;
    records.end();
    for (let from = 0; from < head.table.count; from += seriesPerTurn) {
      const refs: number[] = [];
      for (let ref = from; ref < Math.min(head.table.count, from + seriesPerTurn); ref++) {
        if (!head.table.isDead(ref)) refs.push(ref);
      }
      writeSeries(records, head, refs);
      file.write(records.written);
      records.clear();
      // Gives other work its turn, and the disk little at a time.
      await file.sync();
    }
    const kept = [...exemplars].filter(({ ref }) => !head.table.isDead(ref));
    for (let from = 0; from < kept.length; from += exemplarsPerTurn) {
      writeExemplars(records, kept.slice(from, from + exemplarsPerTurn));
      file.write(records.written);
      records.clear();
      await file.sync();
    }
    writeDeleted(records, deleted);
    records.begin(recordType.end, 0);
    records.end();
    file.write(records.written);
    await file.sync();
  } finally {
    file.close();
  }
  directory.rename(temporary, snapshotName(segment));
  return file.size;
}

function writeSeries(records: RecordBuffer, head: Head, refs: readonly number[]): void {
  if (refs.length === 0) return;
  records.begin(recordType.series, refs.length);
  for (const ref of refs) {
    const key = head.table.keyOf(ref);
    const at = records.reserve(8 + key.length);
    records.words[at >>> 2] = ref;
    records.words[(at >>> 2) + 1] = key.length;
    records.bytes.set(key, at + 8);
  }
  records.end();
  writeChunks(records, head, refs);
  records.begin(recordType.states, refs.length);
  for (const ref of refs) {
    const at = records.reserve(24);
    records.words[at >>> 2] = ref;
    records.words[(at >>> 2) + 1] = head.endsWithHistogram(ref) ? 1 : 0;
    records.floats[(at >>> 3) + 1] = head.open.lastTimes[ref] ?? 0;
    records.words[(at >>> 2) + 4] = head.open.lastValueWords[ref * 2] ?? 0;
    records.words[(at >>> 2) + 5] = head.open.lastValueWords[ref * 2 + 1] ?? 0;
  }
  records.end();
}

function writeChunks(records: RecordBuffer, head: Head, refs: readonly number[]): void {
  let count = 0;
  records.begin(recordType.chunks, 0);
  for (const ref of refs) {
    for (const use of [chunkUse.sealed, chunkUse.histograms, chunkUse.late]) {
      for (const chunk of head.chunksOf(ref, use)) {
        // What lies in a block is not needed again.
        if (chunk.maxMs < head.minValidTime) continue;
        const encoded = chunk.bytes.subarray(chunk.start, chunk.end);
        writeChunk(records, ref, use, chunk.count, chunk.minMs, chunk.maxMs, encoded);
        count++;
      }
    }
    const open = head.open.encodeOpen(ref);
    if (!open) continue;
    writeChunk(records, ref, chunkUse.open, open.count, open.minMs, open.maxMs, open.encoded);
    count++;
  }
  records.count = count;
  records.end();
}

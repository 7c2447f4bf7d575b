import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const histogramFlag = 1;
const staleFlag = 2;
const startFlag = 4;

/** What a chunk begins with; enough to skip it. */
export interface ChunkHeader {
  readonly holdsHistograms: boolean;
  /** Whether start timestamps are kept beside the samples. */
  readonly hasStarts: boolean;
  /** How many floats or histograms; 0 where there are but stale marks. */
  readonly count: number;
  /** First and last instant of samples and stale marks. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly staleAt: readonly number[];
}

/** Writes the header with the stale marks, as distances to the one before. */
export function writeHeader(writer: ByteWriter, header: ChunkHeader): void {
  const { staleAt, minMs } = header;
  writer.byte(
    (header.holdsHistograms ? histogramFlag : 0) |
      (staleAt.length > 0 ? staleFlag : 0) |
      (header.hasStarts ? startFlag : 0),
  );
  writer.varint(header.count);
  writer.signedVarint(minMs);
  writer.varint(header.maxMs - minMs);
  if (staleAt.length === 0) return;
  writer.varint(staleAt.length);
  let before = minMs;
  for (const staleMs of staleAt) {
    writer.varint(staleMs - before);
    before = staleMs;
  }
}

/** Reads what `writeHeader` wrote, and leaves the reader behind it. */
export function readHeader(reader: ByteReader): ChunkHeader {
  const flags = reader.byte();
  const count = reader.varint();
  const minMs = reader.signedVarint();
  const maxMs = minMs + reader.varint();
  return {
    holdsHistograms: (flags & histogramFlag) !== 0,
    hasStarts: (flags & startFlag) !== 0,
    count,
    minMs,
    maxMs,
    staleAt: (flags & staleFlag) === 0 ? noStaleMarks : readStaleMarks(reader, minMs),
  };
}

const noStaleMarks: readonly number[] = [];

function readStaleMarks(reader: ByteReader, minMs: number): number[] {
  let staleMs = minMs;
  return Array.from({ length: reader.varint() }, () => {
    staleMs += reader.varint();
    return staleMs;
  });
}

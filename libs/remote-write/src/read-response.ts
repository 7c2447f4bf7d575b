import { WireReader } from '@plinth/protobuf-wire';
import { SeriesDecoder, type SeriesVisitor } from './decode-series.ts';
import { LabelRanges } from './label-ranges.ts';

/**
 * Decodes a `prometheus.ReadResponse`.
 * @param bytes - the response, decompressed.
 * @param visitorOf - who takes the series of a query, by its number in the request.
 * @throws WireError
 * Spec: Prometheus remote read, prompb/remote.proto.
 */
export function decodeReadResponse(
  bytes: Uint8Array,
  visitorOf: (queryIndex: number) => SeriesVisitor,
): void {
  const reader = new WireReader(bytes);
  let queryIndex = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag !== 0x0a) {
      reader.skip(tag, 0b10);
      continue;
    }
    const outerEnd = reader.enter();
    const decoder = new SeriesDecoder(visitorOf(queryIndex++));
    while (!reader.atEnd) {
      const inner = reader.tag();
      if (inner === 0x0a) decoder.read(reader);
      else reader.skip(inner, 0b10);
    }
    reader.leave(outerEnd);
  }
}

/** How the samples of a chunk are written, in the order of the numbers on the wire. */
export const chunkEncodings = [
  'unknown',
  'xor',
  'histogram',
  'float_histogram',
  'xor2',
  'histogram_st',
  'float_histogram_st',
] as const;

/** How the samples of a chunk are written. */
export type ChunkEncoding = (typeof chunkEncodings)[number];

/** Takes the series of a streamed answer; nothing handed over lives longer than the call, but for the bytes of the message. */
export interface ChunkVisitor {
  /** A series begins, or goes on after a message that was full. @returns whether its chunks are wanted. */
  series(queryIndex: number, bytes: Uint8Array, labelRanges: Int32Array, labelCount: number): boolean;
  /** Times are milliseconds since the epoch, both included. */
  chunk(encoding: ChunkEncoding, data: Uint8Array, startMs: number, endMs: number): void;
}

/**
 * Decodes one `prometheus.ChunkedReadResponse`.
 * @param bytes - one message of the stream, see `ChunkedFrames`.
 * @throws WireError
 */
export function decodeChunkedReadResponse(bytes: Uint8Array, visitor: ChunkVisitor): void {
  const reader = new WireReader(bytes);
  const labels = new LabelRanges();
  const seriesStarts: number[] = [];
  let queryIndex = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x10) {
      queryIndex = reader.int64();
    } else {
      if (tag === 0x0a) seriesStarts.push(reader.position);
      reader.skip(tag, tag === 0x0a ? 0 : 0b110);
    }
  }
  for (const start of seriesStarts) {
    reader.position = start;
    const outerEnd = reader.enter();
    readChunkedSeries(reader, labels, queryIndex, visitor);
    reader.leave(outerEnd);
  }
}

function readChunkedSeries(
  reader: WireReader,
  labels: LabelRanges,
  queryIndex: number,
  visitor: ChunkVisitor,
): void {
  labels.clear();
  const chunkStarts: number[] = [];
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x0a) {
      labels.read(reader);
      continue;
    }
    if (tag === 0x12) chunkStarts.push(reader.position);
    reader.skip(tag, tag === 0x12 ? 0 : 0b110);
  }
  if (!visitor.series(queryIndex, reader.bytes, labels.ranges, labels.count)) return;
  const { end } = reader;
  for (const start of chunkStarts) {
    reader.position = start;
    const outerEnd = reader.enter();
    readChunk(reader, visitor);
    reader.leave(outerEnd);
  }
  reader.position = end;
}

function readChunk(reader: WireReader, visitor: ChunkVisitor): void {
  let startMs = 0;
  let endMs = 0;
  let encoding = 0;
  let data = new Uint8Array();
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x08) startMs = reader.int64();
    else if (tag === 0x10) endMs = reader.int64();
    else if (tag === 0x18) encoding = reader.uint32();
    else if (tag === 0x22) data = new Uint8Array(reader.delimited());
    else reader.skip(tag, 0b11110);
  }
  visitor.chunk(chunkEncodings[encoding] ?? 'unknown', data, startMs, endMs);
}

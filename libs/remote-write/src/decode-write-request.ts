import { metricTypes } from '@plinth/prometheus-model';
import { WireReader } from '@plinth/protobuf-wire';
import { SeriesDecoder } from './decode-series.ts';
import type { WriteRequestVisitor } from './write-request-visitor.ts';

/**
 * Decodes a `prometheus.WriteRequest` of remote write 1.0.
 * @param bytes - the request, decompressed.
 * @throws WireError when the bytes are malformed; what came before has been visited.
 * Spec: Prometheus remote write 1.0.
 */
export function decodeWriteRequest(bytes: Uint8Array, visitor: WriteRequestVisitor): void {
  const reader = new WireReader(bytes);
  const decoder = new SeriesDecoder(visitor);
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x0a) decoder.read(reader);
    else if (tag === 0x1a) readMetadata(reader, visitor);
    else reader.skip(tag, 0b1010);
  }
}

function readMetadata(reader: WireReader, visitor: WriteRequestVisitor): void {
  const outerEnd = reader.enter();
  const textRanges = new Int32Array(6);
  let type = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x12) readRange(reader, textRanges, 0);
    else if (tag === 0x22) readRange(reader, textRanges, 2);
    else if (tag === 0x2a) readRange(reader, textRanges, 4);
    else reader.skip(tag, 0b110110);
  }
  visitor.metadata(reader.bytes, metricTypes[type] ?? 'unknown', textRanges);
  reader.leave(outerEnd);
}

function readRange(reader: WireReader, ranges: Int32Array, at: number): void {
  const length = reader.length();
  ranges[at] = reader.position;
  ranges[at + 1] = reader.position += length;
}

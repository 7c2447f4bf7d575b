export { WireError } from '@plinth/protobuf-wire';
export { ChunkedFrames, FrameError } from './chunked-frames.ts';
export type { SeriesVisitor } from './decode-series.ts';
export { decodeWriteRequest } from './decode-write-request.ts';
export { decodeWriteRequestV2 } from './decode-write-request-v2.ts';
export { encodeWriteRequest } from './encode-write-request.ts';
export { encodeWriteRequestV2 } from './encode-write-request-v2.ts';
export {
  type Negotiation,
  negotiateWrite,
  type RemoteWriteVersion,
  type WriteRequestHeaders,
  writeRequestHeaders,
} from './negotiation.ts';
export {
  encodeReadRequest,
  type ReadMatcher,
  type ReadQuery,
  type ReadResponseType,
  readRequestHeaders,
} from './read-request.ts';
export {
  type ChunkEncoding,
  type ChunkVisitor,
  decodeChunkedReadResponse,
  decodeReadResponse,
} from './read-response.ts';
export { labelsOfRanges, rangeText, sortLabelRanges } from './series-labels.ts';
export { compressSnappy, decompressSnappy, SnappyBlocks, SnappyError } from './snappy-block.ts';
export type { WriteRequestVisitor } from './write-request-visitor.ts';
export {
  parseWrittenCounts,
  type SenderStep,
  senderStep,
  type WriteResponse,
  type WrittenCounts,
  writeResponse,
  writtenHeaders,
} from './write-response.ts';
export type {
  WriteExemplar,
  WriteHistogram,
  WriteMetadata,
  WriteSample,
  WriteSeries,
} from './write-series.ts';

export {
  type DecodedEnvelope,
  decodeEnvelope,
  type EnvelopeOptions,
  encodeEnvelope,
  PROTOBUF_MEDIA_TYPE,
} from './envelope.ts';
export { protobufKinds, supportsProtobuf } from './kinds.ts';
export type { ProtobufError, ProtobufErrorCode, ProtobufResult } from './protobuf-error.ts';

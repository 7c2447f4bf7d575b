import { decodeMessage, type JsonObject } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { messageOfKind } from './kinds.ts';
import { field, message } from './message.ts';
import { capture, ProtobufRefusal, type ProtobufResult } from './protobuf-error.ts';

/** The media type of bodies in this form. */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte. */
const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

const TYPE_META = message(field(1, 'apiVersion', 'string'), field(2, 'kind', 'string'));

/** runtime.Unknown; its typeMeta is decoded apart, so that errors can name it. */
const UNKNOWN = message(
  field(1, 'typeMeta', 'Raw'),
  field(2, 'raw', 'Raw'),
  field(3, 'contentEncoding', 'string'),
  field(4, 'contentType', 'string'),
);

/** What an envelope holds. */
export type DecodedEnvelope = {
  readonly apiVersion: string;
  readonly kind: string;
  /** The JSON form of the object, with `apiVersion` and `kind`. */
  readonly object: Record<string, unknown>;
};

/** The kind to assume where an envelope names none. */
export type EnvelopeOptions = {
  readonly defaultKind?: { readonly apiVersion: string; readonly kind: string };
};

/**
 * Decodes a request or response body in the Kubernetes protobuf form. The object comes out as Kubernetes
 * writes it in JSON: instants in RFC 3339, bytes in base64, zero values left out where Go's JSON does so.
 * Two things differ from Go: a zero instant is left out and not null, a required list is `[]` and not null.
 * @param bytes the whole body; bounding its size is the caller's
 * @param options the kind to assume where the envelope names none
 * @returns apiVersion, kind and object, or why the bytes were refused
 *
 * Spec: Kubernetes apimachinery pkg/runtime/serializer/protobuf, pkg/runtime/generated.proto Unknown
 */
export function decodeEnvelope(
  bytes: Uint8Array,
  options: EnvelopeOptions = {},
): ProtobufResult<DecodedEnvelope> {
  return capture(() => {
    if (bytes.length < MAGIC.length || MAGIC.some((byte, index) => bytes[index] !== byte)) {
      const found = Buffer.from(bytes.subarray(0, 4)).toString('hex');
      const reason = `the body does not start with the Kubernetes protobuf prefix 6b387300, found ${found || 'nothing'}`;
      throw new ProtobufRefusal('not_envelope', '', reason);
    }
    const unknown = decodeMessage(bytes.subarray(MAGIC.length), UNKNOWN, '');
    checkContent(unknown);
    const typeMeta = decodeMessage(binary(unknown['typeMeta']), TYPE_META, 'typeMeta');
    const apiVersion = textOr(typeMeta['apiVersion'], options.defaultKind?.apiVersion);
    const kind = textOr(typeMeta['kind'], options.defaultKind?.kind);
    const body = decodeMessage(binary(unknown['raw']), required(apiVersion, kind), '');
    return { apiVersion, kind, object: { apiVersion, kind, ...body } };
  });
}

function checkContent(unknown: JsonObject): void {
  const encoding = unknown['contentEncoding'];
  if (encoding !== undefined) {
    const reason = `content encoding ${JSON.stringify(encoding)} in the protobuf envelope is not supported`;
    throw new ProtobufRefusal('unsupported', 'contentEncoding', reason);
  }
  const type = unknown['contentType'];
  if (type !== undefined && type !== PROTOBUF_MEDIA_TYPE) {
    const reason = `content type ${JSON.stringify(type)} in the protobuf envelope is not supported`;
    throw new ProtobufRefusal('unsupported', 'contentType', reason);
  }
}

function binary(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function textOr(value: unknown, fallback: string | undefined): string {
  return typeof value === 'string' ? value : (fallback ?? '');
}

function required(apiVersion: string, kind: string) {
  const found = messageOfKind(apiVersion, kind);
  if (found !== undefined) return found;
  const name = kind === '' ? 'an object without kind' : `kind ${kind} of ${apiVersion}`;
  throw new ProtobufRefusal(
    'unknown_kind',
    'typeMeta',
    `${name} cannot be sent as protobuf; send it as JSON`,
  );
}

/**
 * Encodes an object of a known kind in the Kubernetes protobuf form. Members that the kind does not have are
 * left out, as Kubernetes does.
 * @param object the JSON form, with `apiVersion` and `kind`
 * @returns the body, or why the object was refused
 *
 * Spec: Kubernetes apimachinery pkg/runtime/serializer/protobuf
 */
export function encodeEnvelope(object: Readonly<Record<string, unknown>>): ProtobufResult<Uint8Array> {
  return capture(() => {
    const apiVersion = textOr(object['apiVersion'], undefined);
    const kind = textOr(object['kind'], undefined);
    const raw = encodeMessage(object, required(apiVersion, kind), '');
    const typeMeta = encodeMessage({ apiVersion, kind }, TYPE_META, 'typeMeta');
    const unknown = encodeMessage({ typeMeta, raw, contentEncoding: '', contentType: '' }, UNKNOWN, '');
    return Buffer.concat([MAGIC, unknown]);
  });
}

/** The lowest three bits of a tag: how the value of the field is written. Spec: protobuf, "Encoding". */
export const wireType = {
  varint: 0,
  fixed64: 1,
  delimited: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

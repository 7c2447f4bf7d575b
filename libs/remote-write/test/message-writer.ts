import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field of a message: its number and its value; the kind of number is in the name of the member. */
export type Field = readonly [
  number: number,
  value:
    | { varint: number | string }
    | { sint: number }
    | { double: number }
    | { bits: bigint }
    | { text: string }
    | { message: readonly Field[] }
    | { packed: readonly number[] }
    | { packedSint: readonly number[] }
    | { packedDouble: readonly number[] },
];

/** Writes a message with another implementation of protobuf than the one under test, its fields in the order given. */
export function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if ('varint' in value) writer.tag(number, WireType.Varint).int64(value.varint);
    else if ('sint' in value) writer.tag(number, WireType.Varint).sint64(value.sint);
    else if ('double' in value) writer.tag(number, WireType.Bit64).double(value.double);
    else if ('bits' in value) writer.tag(number, WireType.Bit64).fixed64(value.bits);
    else if ('text' in value) writer.tag(number, WireType.LengthDelimited).string(value.text);
    else writer.tag(number, WireType.LengthDelimited).bytes(delimited(value));
  }
  return writer.finish();
}

function delimited(value: Field[1]): Uint8Array {
  if ('message' in value) return message(...value.message);
  const writer = new BinaryWriter();
  if ('packed' in value) for (const one of value.packed) writer.uint32(one);
  if ('packedSint' in value) for (const one of value.packedSint) writer.sint64(one);
  if ('packedDouble' in value) for (const one of value.packedDouble) writer.double(one);
  return writer.finish();
}

/** The fields of a label of 1.0. */
export function label(name: string, value: string): Field {
  return [
    1,
    {
      message: [
        [1, { text: name }],
        [2, { text: value }],
      ],
    },
  ];
}

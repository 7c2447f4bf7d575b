/** Name of a message; the intersection keeps the scalars in what an editor offers. */
type MessageName = string & {};

/** How a value stands on the wire and in JSON. */
type ScalarType =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  /** Bytes; base64 in JSON. */
  | 'bytes'
  /** Bytes that stay bytes: messages within the envelope. */
  | 'Raw'
  /** meta/v1 Time; RFC 3339 with whole seconds in JSON. */
  | 'Time'
  /** meta/v1 MicroTime; RFC 3339 with six decimals in JSON. */
  | 'MicroTime'
  /** meta/v1 FieldsV1; its raw bytes are JSON text, in JSON they are the object. */
  | 'FieldsV1'
  /** A message that only wraps `repeated string items = 1`; a plain list in JSON. */
  | 'StringList'
  /** util/intstr IntOrString; a number or a text in JSON. */
  | 'IntOrString';

/**
 * What JSON shows where the wire has nothing or a zero value, as Go's encoding/json decides it.
 *
 * - `omitempty`: zero values are left out
 * - `pointer`: a zero value that is on the wire is shown, an absent one is left out
 * - `always`: shown even when absent: a zero, an empty list or a message with its own such fields
 */
export type Presence = 'omitempty' | 'pointer' | 'always';

/** One field of a message. */
export type Field = {
  readonly number: number;
  readonly name: string;
  /** A scalar, or the name of a message. */
  readonly type: ScalarType | MessageName;
  readonly shape: 'single' | 'list' | 'map';
  readonly presence: Presence;
};

/** A message's fields, by number and by JSON name. */
export type Message = {
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
};

/**
 * Describes a field.
 * @param number field number on the wire
 * @param name member name in JSON
 * @param type a scalar type or a message name
 * @param flags `list`, `map` (string keys), `pointer` or `always`; a single value that is omitted when zero
 *   by default
 * @returns the field
 */
export function field(
  number: number,
  name: string,
  type: string,
  ...flags: ('list' | 'map' | 'pointer' | 'always')[]
): Field {
  const shape = flags.includes('list') ? 'list' : flags.includes('map') ? 'map' : 'single';
  const presence = flags.includes('pointer') ? 'pointer' : flags.includes('always') ? 'always' : 'omitempty';
  return { number, name, type, shape, presence };
}

/**
 * Describes a message.
 * @param fields its fields
 * @returns the message
 */
export function message(...fields: Field[]): Message {
  return { fields, byNumber: new Map(fields.map((entry) => [entry.number, entry])) };
}

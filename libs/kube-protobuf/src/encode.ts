import { WireWriter } from '@plinth/protobuf-wire';
import { messageNamed } from './kinds.ts';
import type { Field, Message } from './message.ts';
import { ProtobufRefusal } from './protobuf-error.ts';
import { parseInstant } from './time.ts';

/**
 * Encodes the JSON of a message. Members that the message does not have, null and undefined are left out.
 * @param value the JSON object
 * @param message its fields
 * @param path field path, for errors
 * @returns the message on the wire
 * @throws ProtobufRefusal naming the field whose value has the wrong type
 */
export function encodeMessage(value: unknown, message: Message, path: string): Uint8Array {
  const members = object(value, path);
  const writer = new WireWriter();
  for (const field of message.fields) {
    const member: unknown = Object.hasOwn(members, field.name) ? Reflect.get(members, field.name) : undefined;
    if (member === undefined || member === null) continue;
    writeField(writer, field, member, path === '' ? field.name : `${path}.${field.name}`);
  }
  return writer.finish();
}

function writeField(writer: WireWriter, field: Field, member: unknown, path: string): void {
  switch (field.shape) {
    case 'list':
      for (const [index, item] of list(member, path).entries()) {
        writeValue(writer, field.number, field.type, item, `${path}[${index}]`);
      }
      return;
    case 'map':
      for (const [key, item] of Object.entries(object(member, path))) {
        const entry = new WireWriter();
        writeValue(entry, 1, 'string', key, path);
        writeValue(entry, 2, field.type, item, `${path}[${key}]`);
        writer.delimited(field.number, entry.finish());
      }
      return;
    case 'single':
      writeValue(writer, field.number, field.type, member, path);
  }
}

function writeValue(writer: WireWriter, number: number, type: string, value: unknown, path: string): void {
  switch (type) {
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(path, 'a boolean', value);
      writer.bool(number, value);
      return;
    case 'int32':
      writer.int64(number, integer(value, path, 2_147_483_647));
      return;
    case 'int64':
      writer.int64(number, integer(value, path, Number.MAX_SAFE_INTEGER));
      return;
    default:
      writer.delimited(number, delimited(type, value, path));
  }
}

function delimited(type: string, value: unknown, path: string): Uint8Array {
  switch (type) {
    case 'string':
      return Buffer.from(text(value, path), 'utf8');
    case 'bytes':
      return base64(text(value, path), path);
    case 'Raw':
      if (!(value instanceof Uint8Array)) throw wrongType(path, 'bytes', value);
      return value;
    case 'Time':
    case 'MicroTime':
      return instant(text(value, path), type, path);
    case 'FieldsV1': {
      const raw = Buffer.from(JSON.stringify(object(value, path)), 'utf8');
      return new WireWriter().delimited(1, raw).finish();
    }
    case 'StringList': {
      const writer = new WireWriter();
      for (const [index, item] of list(value, path).entries()) {
        writeValue(writer, 1, 'string', item, `${path}[${index}]`);
      }
      return writer.finish();
    }
    case 'IntOrString':
      return intOrString(value, path);
    default:
      return encodeMessage(value, messageNamed(type), path);
  }
}

/** All members are written, as Go does. */
function intOrString(value: unknown, path: string): Uint8Array {
  const isText = typeof value === 'string';
  return new WireWriter()
    .int64(1, isText ? 1 : 0)
    .int64(2, isText ? 0 : integer(value, path, 2_147_483_647))
    .delimited(3, Buffer.from(isText ? value : '', 'utf8'))
    .finish();
}

function instant(value: string, type: 'Time' | 'MicroTime', path: string): Uint8Array {
  const { seconds, nanos } = parseInstant(value, path);
  return new WireWriter()
    .int64(1, seconds)
    .int64(2, type === 'Time' ? 0 : nanos)
    .finish();
}

function base64(value: string, path: string): Uint8Array {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    return Buffer.from(value, 'base64');
  }
  throw new ProtobufRefusal('malformed', path, `${path}: the text is not base64`);
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw wrongType(path, 'a string', value);
}

function integer(value: unknown, path: string, max: number): number {
  const valid = typeof value === 'number' && Number.isSafeInteger(value) && value <= max && value >= -max - 1;
  if (valid) return value;
  throw wrongType(path, 'an integer in range', value);
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongType(path, 'a list', value);
}

function object(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw wrongType(path, 'an object', value);
}

function wrongType(path: string, expected: string, found: unknown): ProtobufRefusal {
  const shown = Array.isArray(found) ? 'a list' : found === null ? 'null' : `a ${typeof found}`;
  const where = path === '' ? 'the object' : path;
  return new ProtobufRefusal('malformed', path, `${where}: expected ${expected}, found ${shown}`);
}

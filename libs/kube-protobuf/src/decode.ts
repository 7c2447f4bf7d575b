import { WireError, WireReader, wireType } from '@plinth/protobuf-wire';
import { messageNamed } from './kinds.ts';
import type { Field, Message } from './message.ts';
import { ProtobufRefusal } from './protobuf-error.ts';
import { formatInstant } from './time.ts';

/** A JSON object in the making. */
export type JsonObject = { [key: string]: unknown };

/** Deepest nesting of the JSON in `managedFields`; it follows the nesting of the objects themselves. */
const FIELDS_DEPTH_MAX = 1_000;

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a message into the JSON that Kubernetes would show for it.
 * @param bytes the message on the wire
 * @param message its fields
 * @param path field path, for errors
 * @returns the JSON object
 * @throws ProtobufRefusal naming the field that is malformed
 */
export function decodeMessage(bytes: Uint8Array, message: Message, path: string): JsonObject {
  const target: JsonObject = {};
  readInto(bytes, message, target, path);
  complete(message, target);
  return target;
}

/** Runs one read of the wire library, whose errors know nothing of fields. */
function wire<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const where = path === '' ? 'the message' : path;
    throw new ProtobufRefusal('malformed', path, `${where}: ${error.message}`, { cause: error });
  }
}

function readInto(bytes: Uint8Array, message: Message, target: JsonObject, path: string): void {
  const reader = new WireReader(bytes);
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    const field = message.byNumber.get(tag >>> 3);
    if (field === undefined) {
      wire(path, () => reader.skip(tag));
      continue;
    }
    const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
    const expected = wireTypeOf(field);
    if ((tag & 7) !== expected) {
      const found = `${fieldPath}: wire type ${tag & 7} found, ${expected} expected`;
      throw new ProtobufRefusal('malformed', fieldPath, found);
    }
    readField(reader, field, target, fieldPath);
  }
}

function wireTypeOf(field: Field): number {
  const isVarint = field.type === 'bool' || field.type === 'int32' || field.type === 'int64';
  return field.shape === 'single' && isVarint ? wireType.varint : wireType.delimited;
}

function readField(reader: WireReader, field: Field, target: JsonObject, path: string): void {
  switch (field.shape) {
    case 'list': {
      const existing = target[field.name];
      const list: unknown[] = Array.isArray(existing) ? existing : [];
      target[field.name] = list;
      list.push(readValue(reader, field.type, `${path}[${list.length}]`, undefined));
      return;
    }
    case 'map': {
      const existing = target[field.name];
      const map: JsonObject = isObject(existing) ? existing : {};
      target[field.name] = map;
      readEntry(delimited(reader, path), field, map, path);
      return;
    }
    case 'single': {
      const value = readValue(reader, field.type, path, target[field.name]);
      // The last value on the wire counts, a zero as well.
      if (value === undefined || (field.presence === 'omitempty' && isZero(value))) delete target[field.name];
      else target[field.name] = value;
    }
  }
}

function readEntry(bytes: Uint8Array, field: Field, map: JsonObject, path: string): void {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown;
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    if (tag >>> 3 > 2) {
      wire(path, () => reader.skip(tag));
    } else if ((tag & 7) !== wireType.delimited) {
      throw new ProtobufRefusal('malformed', path, `${path}: a map entry with wire type ${tag & 7}`);
    } else if (tag >>> 3 === 1) {
      key = text(delimited(reader, path), path);
    } else {
      value = readValue(reader, field.type, `${path}[${key}]`, undefined);
    }
  }
  const entry = value ?? (field.type === 'StringList' ? [] : '');
  // Assigning `__proto__` would set the prototype.
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value: entry, enumerable: true, writable: true, configurable: true });
  } else {
    map[key] = entry;
  }
}

/** Reads one value; undefined is Go's zero Time or an empty FieldsV1. */
function readValue(reader: WireReader, type: string, path: string, existing: unknown): unknown {
  switch (type) {
    case 'string':
      return text(delimited(reader, path), path);
    case 'bytes':
      return Buffer.from(delimited(reader, path)).toString('base64');
    case 'Raw':
      return delimited(reader, path);
    case 'bool':
      return wire(path, () => reader.bool());
    case 'int32':
      return wire(path, () => reader.int32());
    case 'int64':
      return integer(reader, path);
    case 'Time':
      return readInstant(delimited(reader, path), 0, path);
    case 'MicroTime':
      return readInstant(delimited(reader, path), 6, path);
    case 'FieldsV1':
      return readFields(delimited(reader, path), path);
    case 'StringList':
      return readStringList(delimited(reader, path), path);
    case 'IntOrString':
      return readIntOrString(delimited(reader, path), path);
    default: {
      const message = messageNamed(type);
      const target: JsonObject = isObject(existing) ? existing : {};
      readInto(delimited(reader, path), message, target, path);
      complete(message, target);
      return target;
    }
  }
}

function delimited(reader: WireReader, path: string): Uint8Array {
  return wire(path, () => reader.delimited());
}

function text(bytes: Uint8Array, path: string): string {
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    throw new ProtobufRefusal('malformed', path, `${path}: the text is not valid UTF-8`, { cause });
  }
}

function integer(reader: WireReader, path: string): number {
  const value = wire(path, () => reader.int64());
  if (Number.isSafeInteger(value)) return value;
  throw new ProtobufRefusal('malformed', path, `${path}: ${value} is too large a number for JSON`);
}

function readInstant(bytes: Uint8Array, decimals: 0 | 6, path: string): string | undefined {
  if (bytes.length === 0) return undefined;
  const reader = new WireReader(bytes);
  let seconds = 0;
  let nanos = 0;
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    if (tag === 0x08) seconds = integer(reader, path);
    else if (tag === 0x10) nanos = wire(path, () => reader.int32());
    else wire(path, () => reader.skip(tag));
  }
  return formatInstant({ seconds, nanos }, decimals, path);
}

function readStringList(bytes: Uint8Array, path: string): string[] {
  const reader = new WireReader(bytes);
  const items: string[] = [];
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    if (tag === 0x0a) items.push(text(delimited(reader, path), path));
    else wire(path, () => reader.skip(tag));
  }
  return items;
}

/** The type says which of the two members counts: 0 the number, 1 the text. */
function readIntOrString(bytes: Uint8Array, path: string): number | string {
  const reader = new WireReader(bytes);
  let isText = false;
  let number = 0;
  let string = '';
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    if (tag === 0x08) isText = integer(reader, path) === 1;
    else if (tag === 0x10) number = wire(path, () => reader.int32());
    else if (tag === 0x1a) string = text(delimited(reader, path), path);
    else wire(path, () => reader.skip(tag));
  }
  return isText ? string : number;
}

function readFields(bytes: Uint8Array, path: string): unknown {
  const reader = new WireReader(bytes);
  let raw: Uint8Array = new Uint8Array();
  while (!reader.atEnd) {
    const tag = wire(path, () => reader.tag());
    if (tag === 0x0a) raw = delimited(reader, path);
    else wire(path, () => reader.skip(tag));
  }
  if (raw.length === 0) return undefined;
  const source = text(raw, path);
  checkDepth(source, path);
  try {
    return JSON.parse(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProtobufRefusal('malformed', path, `${path}: the field set is not JSON: ${reason}`, { cause });
  }
}

/** Counts brackets before parsing; those inside strings make the bound stricter, never laxer. */
function checkDepth(source: string, path: string): void {
  let depth = 0;
  for (let index = 0; index < source.length; index += 1) {
    const char = source.charCodeAt(index);
    if (char === 0x7b || char === 0x5b) depth += 1;
    else if (char === 0x7d || char === 0x5d) depth -= 1;
    if (depth > FIELDS_DEPTH_MAX) {
      const message = `${path}: the field set is nested more than ${FIELDS_DEPTH_MAX} levels deep`;
      throw new ProtobufRefusal('limit', path, message);
    }
  }
}

const zeroTypes: ReadonlySet<string> = new Set(['int32', 'int64', 'IntOrString']);

/** Adds what Go's encoding/json shows even when it is zero. */
function complete(message: Message, target: JsonObject): void {
  for (const field of message.fields) {
    if (field.presence !== 'always' || target[field.name] !== undefined) continue;
    if (field.shape === 'list') target[field.name] = [];
    else if (field.type === 'string') target[field.name] = '';
    else if (field.type === 'bool') target[field.name] = false;
    else if (zeroTypes.has(field.type)) target[field.name] = 0;
    else target[field.name] = decodeMessage(new Uint8Array(), messageNamed(field.type), '');
  }
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

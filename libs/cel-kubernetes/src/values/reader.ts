import { type CelType, optionalContent } from '../checking/cel-type.ts';
import { CelEvaluationError } from '../problem.ts';
import { decodeBase64 } from './base64.ts';
import { readDuration, readTimestamp } from './formatted-text.ts';
import { KeyedList } from './keyed-list.ts';
import { ListValue } from './list-value.ts';
import { isJsonObject, JsonMap } from './map-value.ts';
import { OptionalValue } from './optional-value.ts';
import { type Read, readDynamic } from './read.ts';
import { Uint } from './uint.ts';
import { known } from './unknown-value.ts';

const readers = new WeakMap<CelType, Read>();

/**
 * How JSON of a declared type becomes a value. JSON that is not of that type is passed on as it is, and fails at the
 * first function that does not take it: the declaration was checked by somebody else, or not at all.
 */
export function readerOf(type: CelType): Read {
  let reader = readers.get(type);
  // One for each type, so that expressions that read the same thing can share how.
  if (reader === undefined) readers.set(type, (reader = makeReader(type)));
  return reader;
}

function makeReader(type: CelType): Read {
  switch (type.kind) {
    case 'double':
      return (json) => (typeof json === 'bigint' ? Number(json) : known(json));
    case 'uint':
      return readUint;
    case 'bytes':
      return (json) => (typeof json === 'string' ? readBytes(json) : known(json));
    case 'timestamp':
      return (json) => (typeof json === 'string' ? readTimestamp(json) : known(json));
    case 'duration':
      return (json) => (typeof json === 'string' ? readDuration(json) : known(json));
    case 'nullable':
      return readerOf(type.of);
    case 'list':
      return type.keys === undefined
        ? listReader(readerOf(type.element))
        : keyedListReader(readerOf(type.element), type.keys);
    case 'map':
      return mapReader(readerOf(type.value));
    case 'opaque': {
      const content = optionalContent(type);
      return content === undefined ? readDynamic : optionalReader(readerOf(content));
    }
    default:
      return readDynamic;
  }
}

function readUint(json: unknown): unknown {
  const value = readDynamic(json);
  return typeof value === 'bigint' && value >= 0n ? new Uint(value) : value;
}

function listReader(read: Read): Read {
  // An array whose items are read as of no known type needs no wrapping.
  return read === readDynamic
    ? readDynamic
    : (json) => (Array.isArray(json) ? new ListValue(json, read) : known(json));
}

function keyedListReader(read: Read, keys: readonly string[]): Read {
  return (json) => (Array.isArray(json) ? new KeyedList(json, read, keys) : known(json));
}

function mapReader(read: Read): Read {
  return read === readDynamic
    ? readDynamic
    : (json) => (isJsonObject(json) ? new JsonMap(json, read) : known(json));
}

function readBytes(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new CelEvaluationError('a value of format byte is not base64');
  return bytes;
}

function optionalReader(read: Read): Read {
  return (value) =>
    value instanceof OptionalValue && value.present ? OptionalValue.of(read(value.value)) : known(value);
}

import { WireError, type WireReader } from '@plinth/protobuf-wire';
import { type AttributeValue, attributeDepthMax } from './metrics-data.ts';

/** Reads nanoseconds since the epoch, which no double holds exactly. @returns milliseconds, rounded down. */
export function readTimeMs(reader: WireReader): number {
  const low = reader.fixed32();
  const high = reader.fixed32();
  return high * 4294 + Math.floor((high * 967_296 + low) / 1_000_000);
}

/** Reads an `opentelemetry.proto.common.v1.KeyValue` that follows its tag. */
export function readAttribute(reader: WireReader, into: Map<string, AttributeValue>, depth = 0): void {
  let key = '';
  let value: AttributeValue;
  reader.message((tag) => {
    if (tag === 0x0a) key = reader.text();
    else if (tag === 0x12) value = readValue(reader, depth);
    else return false;
    return true;
  });
  into.set(key, value);
}

function readValue(reader: WireReader, depth: number): AttributeValue {
  if (depth > attributeDepthMax) throw new WireError('attributes are nested too deeply', reader.position);
  let value: AttributeValue;
  reader.message((tag) => {
    if (tag === 0x0a) value = reader.text();
    else if (tag === 0x10) value = reader.bool();
    else if (tag === 0x18) value = reader.bigint64();
    else if (tag === 0x21) value = reader.double();
    else if (tag === 0x2a) value = readArray(reader, depth + 1);
    else if (tag === 0x32) value = readMap(reader, depth + 1);
    else if (tag === 0x3a) value = new Uint8Array(reader.delimited());
    else return false;
    return true;
  });
  return value;
}

function readArray(reader: WireReader, depth: number): AttributeValue[] {
  const values: AttributeValue[] = [];
  reader.message((tag) => {
    if (tag !== 0x0a) return false;
    values.push(readValue(reader, depth));
    return true;
  });
  return values;
}

function readMap(reader: WireReader, depth: number): Map<string, AttributeValue> {
  const values = new Map<string, AttributeValue>();
  reader.message((tag) => {
    if (tag !== 0x0a) return false;
    readAttribute(reader, values, depth);
    return true;
  });
  return values;
}

import { DecodeError, Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import { type AttributePath, ValueError } from './attribute-path.ts';
import { Decimal, exactNumber, parseNumber, printNumber } from './cty-number.ts';
import { type CtyType, parseCtyType, type ScalarType } from './cty-type.ts';
import {
  type CtyObject,
  type CtyValue,
  isCtyArray,
  isCtyObject,
  TypedValue,
  Unknown,
  unknownValue,
} from './cty-value.ts';

/** Ext type of a value of which nothing is known. The one with refinements, 12, only says more about what it will be. */
const unknownExt = 0;
const refinedUnknownExt = 12;
const depthMax = 200;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: unknownExt,
  encode: (value) => (value instanceof Unknown ? Uint8Array.of(0) : null),
  decode: () => unknownValue,
});
extensionCodec.register({ type: refinedUnknownExt, encode: () => null, decode: () => unknownValue });

const typeText = new TextDecoder();
const typeBytes = new TextEncoder();

/**
 * Encodes a value of a type as MessagePack. Attributes that are left out of an object are null.
 * @throws ValueError when the value does not fit the type; its path names the part that does not.
 * Spec: go-cty, cty/msgpack; Terraform, "Object Wire Format".
 */
export function encodeMsgpack(value: CtyValue, type: CtyType): Uint8Array {
  const encoder = new Encoder({ extensionCodec, useBigInt64: true, maxDepth: depthMax });
  return encoder.encode(toWire(value, type, []));
}

/**
 * Decodes a value of a type from MessagePack. Refinements of unknown values are dropped.
 * @throws ValueError when the bytes are no MessagePack, or hold no value of the type.
 * Spec: go-cty, cty/msgpack; Terraform, "Object Wire Format".
 */
export function decodeMsgpack(bytes: Uint8Array, type: CtyType): CtyValue {
  let wire: unknown;
  try {
    wire = new Decoder({ extensionCodec, useBigInt64: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof RangeError)) throw error;
    throw new ValueError(`not a MessagePack value: ${error.message}`, []);
  }
  return fromWire(wire, type, []);
}

function misfit(type: CtyType, found: unknown, path: AttributePath): ValueError {
  const wanted = typeof type === 'string' ? type : type[0];
  return new ValueError(`expected ${wanted}, found ${describe(found)}`, path);
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value instanceof TypedValue ? 'a TypedValue' : typeof value;
}

function toWire(value: CtyValue | undefined, type: CtyType, path: AttributePath): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Unknown) return value;
  if (typeof type === 'string') return scalarToWire(value, type, path);
  switch (type[0]) {
    case 'list':
    case 'set':
      if (!isCtyArray(value)) throw misfit(type, value, path);
      return value.map((element, index) => toWire(element, type[1], [...path, index]));
    case 'tuple':
      if (!isCtyArray(value) || value.length !== type[1].length) throw misfit(type, value, path);
      return type[1].map((element, index) => toWire(value[index], element, [...path, index]));
    case 'map':
      if (!isCtyObject(value)) throw misfit(type, value, path);
      return mapMembers(value, (name, member) => toWire(member, type[1], [...path, { key: name }]));
    case 'object':
      if (!isCtyObject(value)) throw misfit(type, value, path);
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(type[1], name))
          throw new ValueError('the schema has no such attribute', [...path, name]);
      }
      return Object.fromEntries(
        Object.entries(type[1])
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, attribute]) => [name, toWire(value[name], attribute, [...path, name])]),
      );
  }
}

function scalarToWire(value: CtyValue, type: ScalarType, path: AttributePath): unknown {
  switch (type) {
    case 'dynamic':
      if (!(value instanceof TypedValue))
        throw new ValueError(`expected a TypedValue, found ${describe(value)}`, path);
      return [typeBytes.encode(JSON.stringify(value.type)), toWire(value.value, value.type, path)];
    case 'number':
      if (value instanceof Decimal) return value.text;
      if (typeof value !== 'number' || Number.isNaN(value)) throw misfit(type, value, path);
      // A fraction is sent as text: the double nearest to 0.1 is not one tenth, which Terraform would notice.
      return Number.isSafeInteger(value) || !Number.isFinite(value) ? value : printNumber(value);
    case 'string':
      if (typeof value !== 'string') throw misfit(type, value, path);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw misfit(type, value, path);
      return value;
  }
}

function mapMembers<T>(
  value: Readonly<Record<string, T>>,
  convert: (name: string, member: T) => unknown,
): unknown {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convert(name, member)]));
}

function isWireMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function fromWire(wire: unknown, type: CtyType, path: AttributePath): CtyValue {
  if (wire === null) return null;
  if (wire instanceof Unknown) return wire;
  if (typeof type === 'string') return scalarFromWire(wire, type, path);
  switch (type[0]) {
    case 'list':
    case 'set':
      if (!Array.isArray(wire)) throw misfit(type, wire, path);
      return wire.map((element: unknown, index) => fromWire(element, type[1], [...path, index]));
    case 'tuple':
      if (!Array.isArray(wire) || wire.length !== type[1].length) throw misfit(type, wire, path);
      return type[1].map((element, index) => fromWire(wire[index], element, [...path, index]));
    case 'map': {
      if (!isWireMap(wire)) throw misfit(type, wire, path);
      const elements = Object.entries(wire);
      return Object.fromEntries(
        elements.map(([key, element]) => [key, fromWire(element, type[1], [...path, { key }])]),
      );
    }
    case 'object':
      if (!isWireMap(wire)) throw misfit(type, wire, path);
      return objectFromWire(wire, type[1], path);
  }
}

function objectFromWire(
  wire: Readonly<Record<string, unknown>>,
  attributes: Readonly<Record<string, CtyType>>,
  path: AttributePath,
): CtyObject {
  const members: [string, CtyValue][] = [];
  for (const [name, member] of Object.entries(wire)) {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (attribute === undefined) throw new ValueError('the schema has no such attribute', [...path, name]);
    members.push([name, fromWire(member, attribute, [...path, name])]);
  }
  const [missing] = Object.keys(attributes).filter((name) => !Object.hasOwn(wire, name));
  if (missing !== undefined) throw new ValueError('the attribute is missing', [...path, missing]);
  return Object.fromEntries(members);
}

function scalarFromWire(wire: unknown, type: ScalarType, path: AttributePath): CtyValue {
  switch (type) {
    case 'dynamic': {
      if (!Array.isArray(wire) || wire.length !== 2) throw misfit(type, wire, path);
      const pair: readonly unknown[] = wire;
      const [typeJson, inner] = pair;
      const valueType = parseCtyType(parseTypeJson(typeJson, path), path);
      return new TypedValue(valueType, fromWire(inner, valueType, path));
    }
    case 'number': {
      if (typeof wire === 'number' && !Number.isNaN(wire)) return exactNumber(wire);
      const text = typeof wire === 'bigint' ? wire.toString() : wire;
      const parsed = typeof text === 'string' ? parseNumber(text) : undefined;
      if (parsed === undefined) throw misfit(type, wire, path);
      return parsed;
    }
    case 'string':
      if (typeof wire !== 'string') throw misfit(type, wire, path);
      return wire;
    case 'bool':
      if (typeof wire !== 'boolean') throw misfit(type, wire, path);
      return wire;
  }
}

function parseTypeJson(wire: unknown, path: AttributePath): unknown {
  const text = wire instanceof Uint8Array ? typeText.decode(wire) : wire;
  if (typeof text !== 'string') throw misfit('dynamic', wire, path);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ValueError(`the type of a value is no JSON: ${error.message}`, path);
  }
}

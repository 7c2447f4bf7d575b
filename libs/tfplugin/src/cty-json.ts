import { type AttributePath, ValueError } from './attribute-path.ts';
import { Decimal, parseNumber } from './cty-number.ts';
import { type CtyType, parseCtyType, type ScalarType } from './cty-type.ts';
import { type CtyValue, TypedValue } from './cty-value.ts';

/**
 * Reads a value of a type from the JSON in which Terraform keeps state. Attributes that the type has not are passed over and
 * missing ones are null, so that state of an older schema can be read.
 * @throws ValueError when it is no JSON, or a part of it does not fit the type.
 * Spec: go-cty, docs/json.md.
 */
export function parseCtyJson(text: string, type: CtyType): CtyValue {
  return fromJson(parseExactJson(text), type, []);
}

/** Parses JSON and keeps numbers that are no JavaScript numbers as `Decimal`. @throws ValueError when it is no JSON. */
export function parseExactJson(text: string): unknown {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined ? parseNumber(context.source) : value;
  try {
    return JSON.parse(text, keepDigits);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ValueError(`the state is no JSON: ${error.message}`, []);
  }
}

function fromJson(json: unknown, type: CtyType, path: AttributePath): CtyValue {
  if (json === null || json === undefined) return null;
  if (typeof type === 'string') return scalarFromJson(json, type, path);
  switch (type[0]) {
    case 'list':
    case 'set':
      if (!Array.isArray(json)) break;
      return json.map((element: unknown, index) => fromJson(element, type[1], [...path, index]));
    case 'tuple':
      if (!Array.isArray(json) || json.length !== type[1].length) break;
      return type[1].map((element, index) => fromJson(json[index], element, [...path, index]));
    case 'map':
      if (!isJsonObject(json)) break;
      return Object.fromEntries(
        Object.entries(json).map(([key, element]) => [key, fromJson(element, type[1], [...path, { key }])]),
      );
    case 'object':
      if (!isJsonObject(json)) break;
      return Object.fromEntries(
        Object.entries(type[1]).map(([name, attribute]) => {
          const member = Object.hasOwn(json, name) ? json[name] : undefined;
          return [name, fromJson(member, attribute, [...path, name])];
        }),
      );
  }
  throw new ValueError(`the state holds no ${type[0]}`, path);
}

function scalarFromJson(json: unknown, type: ScalarType, path: AttributePath): CtyValue {
  if (type === 'dynamic') {
    if (!isJsonObject(json)) throw new ValueError('the state holds no value with its type', path);
    const valueType = parseCtyType(json['type'], path);
    return new TypedValue(valueType, fromJson(json['value'], valueType, path));
  }
  if (type === 'string' && typeof json === 'string') return json;
  if (type === 'bool' && typeof json === 'boolean') return json;
  // Numbers and booleans may stand in quotes, in state of providers that wrote it by the rules of older versions.
  if (type === 'bool' && (json === 'true' || json === 'false')) return json === 'true';
  if (type === 'number') {
    if (typeof json === 'number' || json instanceof Decimal) return json;
    const parsed = typeof json === 'string' ? parseNumber(json) : undefined;
    if (parsed !== undefined) return parsed;
  }
  if (type === 'string' && (typeof json === 'number' || typeof json === 'boolean')) return String(json);
  throw new ValueError(`the state holds no ${type}`, path);
}

function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof Decimal);
}

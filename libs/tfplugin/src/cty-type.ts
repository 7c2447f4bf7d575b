import { type AttributePath, ValueError } from './attribute-path.ts';

/**
 * A type of the Terraform language, in the JSON that Terraform prints and reads: `"string"`, `["list", "string"]`,
 * `["object", {"name": "string"}]`. `"dynamic"` stands for any type, which then travels with the value.
 * Spec: go-cty, docs/json.md, "Type serialization".
 */
export type CtyType =
  | ScalarType
  | readonly ['list' | 'set' | 'map', CtyType]
  | readonly ['tuple', readonly CtyType[]]
  | readonly ['object', ObjectAttributes]
  | readonly ['object', ObjectAttributes, optional: readonly string[]];

/** The types that a word stands for. */
export type ScalarType = 'string' | 'number' | 'bool' | 'dynamic';

/** Attribute types of an object type, by name. */
export interface ObjectAttributes {
  readonly [name: string]: CtyType;
}

const typeDepthMax = 64;

/**
 * Reads a type from its parsed JSON.
 * @param path - where it stands, for the message.
 * @throws ValueError when it is none.
 */
export function parseCtyType(json: unknown, path: AttributePath = [], depth = 0): CtyType {
  if (json === 'string' || json === 'number' || json === 'bool' || json === 'dynamic') return json;
  if (depth > typeDepthMax)
    throw new ValueError(`a type is nested more than ${typeDepthMax} levels deep`, path);
  if (!Array.isArray(json)) throw new ValueError(`${JSON.stringify(json) ?? 'nothing'} is not a type`, path);
  const parts: readonly unknown[] = json;
  const [kind, inner, optional] = parts;
  if (kind === 'list' || kind === 'set' || kind === 'map')
    return [kind, parseCtyType(inner, path, depth + 1)];
  if (kind === 'tuple' && Array.isArray(inner)) {
    return ['tuple', inner.map((element) => parseCtyType(element, path, depth + 1))];
  }
  if (kind !== 'object' || typeof inner !== 'object' || inner === null) {
    throw new ValueError(`${JSON.stringify(json)} is not a type`, path);
  }
  const attributes = Object.fromEntries(
    Object.entries(inner).map(([name, type]) => [name, parseCtyType(type, path, depth + 1)]),
  );
  if (!Array.isArray(optional)) return ['object', attributes];
  return ['object', attributes, optional.filter((name) => typeof name === 'string')];
}

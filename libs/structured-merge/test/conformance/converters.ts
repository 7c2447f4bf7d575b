import type { Converter, JsonValue, ResolvedType, TypedValue } from '../../src/index.ts';
import type { MergeCase } from './corpus.ts';

/** A converter of the corpus; `acceptedVersions` may change between steps. */
export interface CorpusConverter extends Converter {
  acceptedVersions: readonly string[];
}

class MissingVersion extends Error {}

type Convert = (value: JsonValue, from: string, to: string) => JsonValue;

/**
 * Makes the converter that a vector names.
 *
 * @param spec the vector's converter
 * @param typeOf gives the type of the objects of a version
 */
export function corpusConverter(
  spec: MergeCase['converter'],
  typeOf: (version: string) => ResolvedType,
): CorpusConverter {
  const versionOf = (type: ResolvedType): string =>
    ['v1', 'v2', 'v3'].find((version) => typeOf(version) === type) ?? 'unknown';
  const converter: CorpusConverter = {
    acceptedVersions: spec.acceptedVersions ?? [],
    isMissingVersion: (error) => error instanceof MissingVersion,
    convert(object, version): TypedValue {
      switch (spec.name) {
        case 'identity':
          return object;
        case 'acceptedVersions':
          if (!converter.acceptedVersions.includes(version)) throw new MissingVersion(version);
          return object;
        case 'repeatKeys':
          return { type: object.type, value: repeatKeys(object.value, version) };
        case 'renameSuffix':
          return rename(renameSuffix, object, versionOf(object.type), version);
        case 'reliantFields':
          return rename(reliantFields, object, versionOf(object.type), version);
        default:
          throw new Error(`unknown converter ${spec.name}`);
      }
    },
  };
  const rename = (convert: Convert, object: TypedValue, from: string, to: string): TypedValue => ({
    value: convert(object.value, from, to),
    type: typeOf(to),
  });
  return converter;
}

function renameSuffix(value: JsonValue, from: string, to: string): JsonValue {
  return mapKeys(value, (key) => (key.endsWith(from) ? key.slice(0, key.length - from.length) + to : key));
}

function reliantFields(value: JsonValue, from: string, to: string): JsonValue {
  if (from === to) return value;
  if (to !== 'v1' && to !== 'v2') throw new MissingVersion(to);
  if (to === 'v2') {
    return mapKeys(value, (key) => (key === 'field_foo_rely_on_bar' ? 'required_field_bar' : key));
  }
  if (!isObject(value) || !('required_field_bar' in value)) throw new Error('missing required field bar');
  return mapKeys(value, (key) => (key === 'required_field_bar' ? 'field_foo_rely_on_bar' : key));
}

function repeatKeys(value: JsonValue, version: string): JsonValue {
  if (!/^v\d+$/.test(version)) throw new MissingVersion(version);
  if (!isObject(value)) return value;
  const times = Number(version.slice(1));
  const deeper = (member: JsonValue): JsonValue =>
    isObject(member) && Object.keys(member).length > 0
      ? mapMembers(member, (key, below) => [key.charAt(0).repeat(times), deeper(below)])
      : null;
  return mapMembers(value, (key, member) => [
    key,
    isObject(member) && Object.keys(member).length === 0 ? member : deeper(member),
  ]);
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapKeys(value: JsonValue, rename: (key: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => mapKeys(item, rename));
  return isObject(value) ? mapMembers(value, (key, member) => [rename(key), mapKeys(member, rename)]) : value;
}

function mapMembers(
  value: { readonly [key: string]: JsonValue },
  each: (key: string, member: JsonValue) => [string, JsonValue],
): JsonValue {
  // Upstream converts YAML text, whose keys are sorted; where two keys become one, the last stays.
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, member]) => each(key, member)));
}

import { type CelType, celTypes, listOf, mapOf, type ObjectField, objectType, sized } from './cel-type.ts';
import { escapeProperty } from './property-name.ts';

/** The parts of an OpenAPI v3 structural schema that say something about types. */
interface SchemaShape {
  readonly type?: unknown;
  readonly format?: unknown;
  readonly properties?: unknown;
  readonly items?: unknown;
  readonly additionalProperties?: unknown;
  readonly enum?: unknown;
  readonly maxLength?: unknown;
  readonly maxItems?: unknown;
  readonly maxProperties?: unknown;
  readonly 'x-kubernetes-int-or-string'?: unknown;
  readonly 'x-kubernetes-list-type'?: unknown;
  readonly 'x-kubernetes-list-map-keys'?: unknown;
  readonly 'x-kubernetes-embedded-resource'?: unknown;
  readonly 'x-kubernetes-preserve-unknown-fields'?: unknown;
}

/** Most bytes of a request in Kubernetes; what the schema does not bound is bounded by it. */
const requestBytesMax = 3 * 1024 * 1024;

/** Longest texts of the formats in JSON, without quotes. Spec: apiserver pkg/cel/limits.go. */
const formatLengths: Readonly<Record<string, number>> = {
  'date-time': '0000-00-00T00:00:00+00:00'.length,
  date: '0000-00-00'.length,
};

/**
 * The type of values of an OpenAPI v3 structural schema, as in rules of CustomResourceDefinitions.
 *
 * Properties whose names are no identifiers are escaped as Kubernetes does (`x-y` is `x__dash__y`); int-or-string and
 * what preserves unknown fields without declaring any is dyn. Sizes come from maxLength, maxItems and maxProperties,
 * else from what fits into a request of 3 MiB, for estimates of costs.
 *
 * Spec: Kubernetes, "CRD validation rules", table of declarative types; apiserver pkg/cel/common/schemas.go.
 *
 * @param schema - a structural schema; what is none of it is dyn.
 */
export function typeOfSchema(schema: object): CelType {
  return typeAt(schema, false, 'object').type;
}

/** A type, and the fewest bytes of JSON that a value of it takes. */
interface Sized {
  readonly type: CelType;
  readonly bytesMin: number;
}

function typeAt(schema: SchemaShape, isResource: boolean, path: string): Sized {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: celTypes.dyn, bytesMin: 1 };
  switch (schema.type) {
    case 'object':
      return objectAt(schema, isResource || schema['x-kubernetes-embedded-resource'] === true, path);
    case 'array': {
      const items = shape(schema.items);
      if (items === undefined) return { type: celTypes.dyn, bytesMin: 2 };
      const { type, bytesMin } = typeAt(items, false, `${path}.@items`);
      const list = listOf(type, count(schema.maxItems) ?? itemsMax(bytesMin));
      const keys = keysOf(schema);
      return { type: keys === undefined ? list : { ...list, keys }, bytesMin: 2 };
    }
    case 'string':
      return stringAt(schema);
    case 'boolean':
      return { type: celTypes.bool, bytesMin: 'true'.length };
    case 'number':
      return { type: celTypes.double, bytesMin: 1 };
    case 'integer':
      return { type: celTypes.int, bytesMin: 1 };
    default:
      return { type: celTypes.dyn, bytesMin: 1 };
  }
}

function objectAt(schema: SchemaShape, isResource: boolean, path: string): Sized {
  const additional = schema.additionalProperties;
  const values = shape(additional);
  if (values !== undefined || additional === true) {
    const { type, bytesMin } =
      values === undefined ? { type: celTypes.dyn, bytesMin: 1 } : typeAt(values, false, `${path}.@values`);
    // An entry is at least `"":` and its value.
    const sizeMax = count(schema.maxProperties) ?? itemsMax(bytesMin + 3);
    // Upstream knows no length of keys, and takes them as of none.
    return { type: mapOf(sized(celTypes.string, 0), type, sizeMax), bytesMin: 2 };
  }
  const properties = shape(schema.properties);
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (properties === undefined && !isResource) {
    return { type: preserves ? celTypes.dyn : objectType(path, {}), bytesMin: 2 };
  }
  const fields: Record<string, ObjectField> = {};
  for (const [property, declared] of Object.entries(properties ?? {})) {
    const name = escapeProperty(property);
    const inner = shape(declared);
    if (name === undefined || inner === undefined) continue;
    fields[name] = { type: typeAt(inner, false, `${path}.${property}`).type, property };
  }
  if (isResource) addResourceFields(fields, path);
  return { type: objectType(path, fields), bytesMin: 2 };
}

/** What every resource has, whatever its schema says. */
function addResourceFields(fields: Record<string, ObjectField>, path: string): void {
  const text = { type: sized(celTypes.string, requestBytesMax) };
  fields['apiVersion'] = { ...text, property: 'apiVersion' };
  fields['kind'] = { ...text, property: 'kind' };
  const metadata = fields['metadata']?.type;
  const declared = metadata?.kind === 'object' ? Object.fromEntries(metadata.fields) : {};
  fields['metadata'] = {
    type: objectType(`${path}.metadata`, {
      ...declared,
      name: { ...text, property: 'name' },
      generateName: { ...text, property: 'generateName' },
    }),
    property: 'metadata',
  };
}

function stringAt(schema: SchemaShape): Sized {
  switch (schema.format) {
    case 'byte': {
      // Each byte takes at least one character of base64 in a request.
      const sizeMax = count(schema.maxLength) ?? requestBytesMax - 2;
      return { type: sized(celTypes.bytes, sizeMax), bytesMin: 2 };
    }
    case 'duration':
      return { type: celTypes.duration, bytesMin: '"0s"'.length };
    case 'date':
    case 'date-time':
      return { type: celTypes.timestamp, bytesMin: (formatLengths[schema.format] ?? 0) + 2 };
    default: {
      const longest = longestOf(schema.enum) ?? count(schema.maxLength) ?? requestBytesMax - 2;
      return { type: sized(celTypes.string, longest), bytesMin: 2 };
    }
  }
}

function longestOf(values: unknown): number | undefined {
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return Math.max(...values.map((value) => (typeof value === 'string' ? value.length : 0)));
}

/** What tells the items of a list apart, where their order means nothing. */
function keysOf(schema: SchemaShape): readonly string[] | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return [];
    case 'map':
      return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : undefined;
    default:
      return undefined;
  }
}

/** How many items of so many bytes, each with a comma, fit into a request. */
function itemsMax(bytesMin: number): number {
  return Math.floor((requestBytesMax - 2) / (bytesMin + 1));
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function shape(value: unknown): SchemaShape | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

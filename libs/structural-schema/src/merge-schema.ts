import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';

/**
 * A schema for server-side apply, as plain JSON.
 *
 * Spec: kubernetes-sigs/structured-merge-diff v6, schema/elements.go.
 */
export interface MergeSchema {
  readonly types: readonly MergeTypeDef[];
  /** Name of the type of a whole object. */
  readonly root: string;
}

/** A named type. */
export interface MergeTypeDef extends MergeAtom {
  readonly name: string;
}

/** What a value may be: any of the given forms. */
export interface MergeAtom {
  readonly scalar?: 'string' | 'numeric' | 'boolean' | 'untyped';
  readonly list?: MergeList;
  readonly map?: MergeMap;
}

/** A list: owned as a whole, or item by item (a set, or keyed by fields of the items). */
export interface MergeList {
  readonly elementType: MergeTypeRef;
  readonly elementRelationship: 'atomic' | 'associative';
  readonly keys?: readonly string[];
}

/** A struct (`fields`), a map (`elementType`), or both. */
export interface MergeMap {
  readonly fields?: readonly MergeField[];
  readonly elementType?: MergeTypeRef;
  readonly elementRelationship?: 'atomic' | 'separable';
}

/** One field of a struct. `default` stands in for a missing list key. */
export interface MergeField {
  readonly name: string;
  readonly type: MergeTypeRef;
  readonly default?: unknown;
}

/** A type by name, or spelled out. */
export interface MergeTypeRef extends MergeAtom {
  readonly namedType?: string;
}

const rootName = 'root';
const untypedName = '__untyped_atomic_';
const deducedName = '__untyped_deduced_';
const objectMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const text: MergeTypeRef = { scalar: 'string' };
const untypedScalar: MergeTypeRef = { scalar: 'untyped' };
const deduced: MergeTypeRef = { namedType: deducedName };
const atomicUntypedList: MergeList = {
  elementType: { namedType: untypedName },
  elementRelationship: 'atomic',
};
const textMap: MergeTypeRef = { map: { elementType: text } };

const ownerReference: MergeTypeRef = {
  map: {
    fields: [
      { name: 'apiVersion', type: text, default: '' },
      { name: 'blockOwnerDeletion', type: { scalar: 'boolean' } },
      { name: 'controller', type: { scalar: 'boolean' } },
      { name: 'kind', type: text, default: '' },
      { name: 'name', type: text, default: '' },
      { name: 'uid', type: text, default: '' },
    ],
    elementRelationship: 'atomic',
  },
};

const commonTypes: readonly MergeTypeDef[] = [
  {
    name: untypedName,
    scalar: 'untyped',
    list: atomicUntypedList,
    map: { elementType: { namedType: untypedName }, elementRelationship: 'atomic' },
  },
  {
    name: deducedName,
    scalar: 'untyped',
    list: atomicUntypedList,
    map: { elementType: deduced, elementRelationship: 'separable' },
  },
  {
    name: objectMetaName,
    map: {
      fields: [
        { name: 'annotations', type: textMap },
        { name: 'creationTimestamp', type: untypedScalar },
        { name: 'deletionGracePeriodSeconds', type: { scalar: 'numeric' } },
        { name: 'deletionTimestamp', type: untypedScalar },
        { name: 'finalizers', type: { list: { elementType: text, elementRelationship: 'associative' } } },
        { name: 'generateName', type: text },
        { name: 'generation', type: { scalar: 'numeric' } },
        { name: 'labels', type: textMap },
        { name: 'managedFields', type: { list: { elementType: deduced, elementRelationship: 'atomic' } } },
        { name: 'name', type: text },
        { name: 'namespace', type: text },
        {
          name: 'ownerReferences',
          type: { list: { elementType: ownerReference, elementRelationship: 'associative', keys: ['uid'] } },
        },
        { name: 'resourceVersion', type: text },
        { name: 'selfLink', type: text },
        { name: 'uid', type: text },
      ],
    },
  },
];

/**
 * Converts a structural schema to the schema that server-side apply merges by.
 *
 * Lists are atomic unless their list type says otherwise; where unknown fields are preserved, their
 * type is deduced from the value; values that may be integer or string are untyped scalars.
 *
 * Spec: Kubernetes kube-openapi, schemaconv.
 *
 * @param isResourceRoot whether to give `apiVersion`, `kind` and `metadata` their standard types, at the
 *   root and in embedded resources
 */
export function toMergeSchema(schema: JSONSchemaProps, isResourceRoot: boolean): MergeSchema {
  const atom = atomOf(schema, false, isResourceRoot);
  return { types: [{ name: rootName, ...atom }, ...commonTypes], root: rootName };
}

function atomOf(schema: JSONSchemaProps, inheritsPreserve: boolean, isResource: boolean): MergeAtom {
  const preserves = inheritsPreserve || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-int-or-string'] === true) return untypedScalar;
  switch (schema.type) {
    case 'object':
      return { map: mapOf(schema, preserves, isResource) };
    case 'array':
      return { list: listOf(schema, preserves) };
    case 'integer':
    case 'number':
      return { scalar: 'numeric' };
    case 'boolean':
      return { scalar: 'boolean' };
    case 'string':
      return isPlainText(schema.format) ? text : untypedScalar;
    default:
      return {
        scalar: 'untyped',
        list: listOf(schema, preserves),
        map: mapOf(schema, preserves, isResource),
      };
  }
}

function isPlainText(format: string | undefined): boolean {
  return format === undefined || format === '' || format === 'byte';
}

function typeOf(schema: JSONSchemaProps, preserves: boolean): MergeTypeRef {
  return atomOf(schema, preserves, schema['x-kubernetes-embedded-resource'] === true);
}

function mapOf(schema: JSONSchemaProps, preserves: boolean, isResource: boolean): MergeMap {
  const properties = Object.entries(schema.properties ?? {});
  const fields = properties
    .filter(([name]) => !isResource || !isResourceField(name))
    .map(([name, property]) => fieldOf(name, property, preserves));
  if (isResource) fields.push(...resourceFields);
  const elementType = elementTypeOf(schema, preserves, properties.length > 0);
  const mapType = schema['x-kubernetes-map-type'];
  return {
    ...(fields.length > 0 ? { fields } : {}),
    ...(elementType === undefined ? {} : { elementType }),
    ...(mapType === undefined ? {} : { elementRelationship: mapType === 'atomic' ? 'atomic' : 'separable' }),
  };
}

const resourceFields: readonly MergeField[] = [
  { name: 'apiVersion', type: text },
  { name: 'kind', type: text },
  { name: 'metadata', type: { namedType: objectMetaName } },
];

function isResourceField(name: string): boolean {
  return resourceFields.some((field) => field.name === name);
}

function fieldOf(name: string, schema: JSONSchemaProps, preserves: boolean): MergeField {
  const type = typeOf(schema, preserves);
  return schema.default === undefined ? { name, type } : { name, type, default: schema.default };
}

function elementTypeOf(
  schema: JSONSchemaProps,
  preserves: boolean,
  hasProperties: boolean,
): MergeTypeRef | undefined {
  const additional = schema.additionalProperties;
  if (additional === undefined) return preserves || !hasProperties ? deduced : undefined;
  if (additional === false) return undefined;
  return additional === true ? deduced : typeOf(additional, preserves);
}

function listOf(schema: JSONSchemaProps, preserves: boolean): MergeList {
  const { items } = schema;
  const elementType = isSchema(items) ? typeOf(items, preserves) : { namedType: untypedName };
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { elementType, elementRelationship: 'associative' };
    case 'map':
      return {
        elementType,
        elementRelationship: 'associative',
        keys: schema['x-kubernetes-list-map-keys'] ?? [],
      };
    default:
      return { elementType, elementRelationship: 'atomic' };
  }
}

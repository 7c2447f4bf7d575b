/** The part of a JSON schema, as in the Kubernetes OpenAPI documents, that strategic merge patch reads. */
export type PatchSchema = {
  readonly $ref?: string;
  readonly allOf?: readonly PatchSchema[];
  readonly properties?: Readonly<Record<string, PatchSchema>>;
  readonly items?: PatchSchema;
  readonly additionalProperties?: PatchSchema | boolean;
  /** Comma-separated: `merge`, `replace`, `retainKeys`. */
  readonly 'x-kubernetes-patch-strategy'?: string;
  /** The member that identifies an element of a list of objects. */
  readonly 'x-kubernetes-patch-merge-key'?: string;
};

/** Finds the schema that a `$ref` names; undefined when there is none. */
export type ResolveRef = (ref: string) => PatchSchema | undefined;

/** What the schema says about one field. */
export type FieldMeta = {
  readonly strategy: 'merge' | 'replace' | undefined;
  readonly mergeKey: string | undefined;
  /** Schema of the field's own members (objects) or of its elements (lists). */
  readonly schema: PatchSchema;
};

const NO_SCHEMA: PatchSchema = {};

/** A `$ref` chain longer than this is a cycle. */
const MAX_REF_HOPS = 16;

/**
 * Looks a field up in an object's schema.
 * @param schema the object's schema
 * @param field the member's name
 * @param isList whether the caller merges a list: then the schema of the elements is returned
 * @param resolve finds referenced schemas
 * @returns strategy, merge key and sub-schema; an unknown field has none of them, so that it is merged when
 *   it is an object and replaced when it is a list
 */
export function fieldMeta(
  schema: PatchSchema,
  field: string,
  isList: boolean,
  resolve: ResolveRef,
): FieldMeta {
  const declared = findProperty(schema, field, resolve, 0) ?? NO_SCHEMA;
  const own = flatten(declared, resolve);
  const strategies = (extension(own, 'x-kubernetes-patch-strategy') ?? '')
    .split(',')
    .map((name) => name.trim());
  const items = isList ? own.find((part) => part.items !== undefined)?.items : undefined;
  return {
    strategy: strategies.includes('replace') ? 'replace' : strategies.includes('merge') ? 'merge' : undefined,
    mergeKey: extension(own, 'x-kubernetes-patch-merge-key'),
    schema: isList ? (items ?? NO_SCHEMA) : declared,
  };
}

function extension(
  parts: readonly PatchSchema[],
  name: 'x-kubernetes-patch-strategy' | 'x-kubernetes-patch-merge-key',
): string | undefined {
  return parts.find((part) => part[name] !== undefined)?.[name];
}

function findProperty(
  schema: PatchSchema,
  field: string,
  resolve: ResolveRef,
  hops: number,
): PatchSchema | undefined {
  for (const part of flatten(schema, resolve, hops)) {
    if (part.properties !== undefined && Object.hasOwn(part.properties, field)) return part.properties[field];
    if (typeof part.additionalProperties === 'object') return part.additionalProperties;
  }
  return undefined;
}

/** The schema and everything that it includes by `$ref` or `allOf`, outermost first. */
function flatten(schema: PatchSchema, resolve: ResolveRef, hops = 0): PatchSchema[] {
  if (hops > MAX_REF_HOPS) return [];
  const parts = [schema];
  if (schema.$ref !== undefined) {
    const target = resolve(schema.$ref);
    if (target !== undefined) parts.push(...flatten(target, resolve, hops + 1));
  }
  for (const part of schema.allOf ?? []) parts.push(...flatten(part, resolve, hops + 1));
  return parts;
}

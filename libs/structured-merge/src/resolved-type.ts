import { isList, type JsonValue } from './json-value.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import {
  type Atom,
  DEDUCED_TYPE_NAME,
  deducedSchema,
  type ElementRelationship,
  type ListType,
  type MapType,
  type Scalar,
  type Schema,
  type TypeRef,
} from './schema.ts';

/** A struct field, resolved. */
export interface ResolvedField {
  readonly element: PathElement;
  readonly type: ResolvedType;
  readonly default: JsonValue;
}

/** Map or struct form of a type. */
export interface MapAtom {
  readonly kind: 'map';
  readonly fields: ReadonlyMap<string, ResolvedField>;
  /** Type of members that are no fields; undefined when there may be none. */
  readonly element: ResolvedType | undefined;
  readonly atomic: boolean;
  /** Has no fields and elements of any type: there is no schema to reconcile with. */
  readonly schemaless: boolean;
}

/** List form of a type. */
export interface ListAtom {
  readonly kind: 'list';
  readonly element: ResolvedType;
  readonly atomic: boolean;
  readonly associative: boolean;
  readonly keys: readonly string[];
}

/** Scalar form of a type. */
export interface ScalarAtom {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
}

/** Stands for a type that cannot be used. */
export interface InvalidAtom {
  readonly kind: 'invalid';
  readonly message: string;
}

/** The form of a type that a value takes. */
export type ResolvedAtom = MapAtom | ListAtom | ScalarAtom | InvalidAtom;

/** A type with all its references followed and overrides applied. One instance for each reference and schema. */
export interface ResolvedType {
  readonly map: MapAtom | undefined;
  readonly list: ListAtom | undefined;
  readonly scalar: ScalarAtom | undefined;
  /** The form taken by null and by values that fit no form: map before scalar before list. */
  readonly preferred: ResolvedAtom;
  /** Whether there is no choice of forms. */
  readonly single: boolean;
}

interface Draft {
  map: MapAtom | undefined;
  list: ListAtom | undefined;
  scalar: ScalarAtom | undefined;
  preferred: ResolvedAtom;
  single: boolean;
}

interface SchemaCache {
  readonly named: Map<string, ResolvedType>;
  readonly inline: WeakMap<TypeRef, ResolvedType>;
}

const caches = new WeakMap<Schema, SchemaCache>();

function invalidType(message: string): ResolvedType {
  return {
    map: undefined,
    list: undefined,
    scalar: undefined,
    preferred: { kind: 'invalid', message },
    single: true,
  };
}

/** Type of a member that its struct does not declare. */
export const undeclaredType: ResolvedType = invalidType('field not declared in schema');

/**
 * Resolves a type of a schema. Cached: the same schema and reference give the same instance.
 *
 * @param schema the schema; must not change afterwards
 * @param ref a reference; a string is the name of a type
 * @returns the resolved type. A missing type gives a type on which every operation reports an error
 */
export function resolveType(schema: Schema, ref: TypeRef | string): ResolvedType {
  let cache = caches.get(schema);
  if (cache === undefined) {
    cache = { named: new Map(), inline: new WeakMap() };
    caches.set(schema, cache);
  }
  return typeof ref === 'string' ? named(schema, cache, ref, undefined) : resolveRef(schema, cache, ref);
}

/** Type of objects without a schema. */
export const deducedType: ResolvedType = resolveType(deducedSchema, DEDUCED_TYPE_NAME);

function resolveRef(schema: Schema, cache: SchemaCache, ref: TypeRef): ResolvedType {
  if (ref.namedType !== undefined) return named(schema, cache, ref.namedType, ref.elementRelationship);
  const known = cache.inline.get(ref);
  if (known !== undefined) return known;
  const draft = emptyDraft('schema error: invalid atom: inlined');
  cache.inline.set(ref, draft);
  fill(draft, schema, cache, ref, ref.elementRelationship);
  return draft;
}

function named(
  schema: Schema,
  cache: SchemaCache,
  name: string,
  override: ElementRelationship | undefined,
): ResolvedType {
  const cacheKey = override === undefined ? name : `${name}\u0000${override}`;
  const known = cache.named.get(cacheKey);
  if (known !== undefined) return known;
  const atom = Object.hasOwn(schema.types, name) ? schema.types[name] : undefined;
  if (atom === undefined || (override !== undefined && atom.map === undefined && atom.list === undefined)) {
    const missing = invalidType(`schema error: no type found matching: ${name}`);
    cache.named.set(cacheKey, missing);
    return missing;
  }
  // Entered before it is filled, because types may refer to themselves.
  const draft = emptyDraft(`schema error: invalid atom: named type: ${name}`);
  cache.named.set(cacheKey, draft);
  fill(draft, schema, cache, atom, override);
  return draft;
}

function emptyDraft(message: string): Draft {
  const preferred: InvalidAtom = { kind: 'invalid', message };
  return { map: undefined, list: undefined, scalar: undefined, preferred, single: true };
}

function fill(
  draft: Draft,
  schema: Schema,
  cache: SchemaCache,
  atom: Atom,
  override: ElementRelationship | undefined,
): void {
  if (atom.scalar !== undefined) draft.scalar = { kind: 'scalar', scalar: atom.scalar };
  if (atom.map !== undefined) draft.map = resolveMap(schema, cache, atom.map, override);
  // Of a type with both forms, the override concerns the map only.
  const listOverride = atom.map === undefined ? override : undefined;
  if (atom.list !== undefined) draft.list = resolveList(schema, cache, atom.list, listOverride);
  draft.preferred = draft.map ?? draft.scalar ?? draft.list ?? draft.preferred;
  draft.single = [draft.map, draft.scalar, draft.list].filter((form) => form !== undefined).length <= 1;
}

function resolveMap(
  schema: Schema,
  cache: SchemaCache,
  map: MapType,
  override: ElementRelationship | undefined,
): MapAtom {
  const fields = new Map<string, ResolvedField>();
  for (const field of map.fields ?? []) {
    fields.set(field.name, {
      element: fieldElement(field.name),
      type: resolveRef(schema, cache, field.type),
      default: field.default ?? null,
    });
  }
  const { elementType } = map;
  const anyElement = elementType?.namedType === DEDUCED_TYPE_NAME || elementType?.scalar === 'untyped';
  return {
    kind: 'map',
    fields,
    element: elementType === undefined ? undefined : resolveRef(schema, cache, elementType),
    atomic: (override ?? map.elementRelationship) === 'atomic',
    schemaless: anyElement && fields.size === 0,
  };
}

function resolveList(
  schema: Schema,
  cache: SchemaCache,
  list: ListType,
  override: ElementRelationship | undefined,
): ListAtom {
  const relationship = override ?? list.elementRelationship;
  return {
    kind: 'list',
    element: resolveRef(schema, cache, list.elementType),
    atomic: relationship === 'atomic',
    associative: relationship === 'associative',
    keys: list.keys ?? [],
  };
}

/**
 * The form of `type` that `value` takes. Null, and a value that fits no form, take the preferred form; what
 * is wrong with the latter shows when that form is walked.
 */
export function atomFor(type: ResolvedType, value: JsonValue): ResolvedAtom {
  if (type.single || value === null) return type.preferred;
  if (typeof value !== 'object') return type.scalar ?? type.preferred;
  if (isList(value)) return type.list ?? type.preferred;
  return type.map ?? type.preferred;
}

/** The type of the member `name` of a map or struct. */
export function memberType(map: MapAtom, field: ResolvedField | undefined): ResolvedType {
  return field?.type ?? map.element ?? undeclaredType;
}

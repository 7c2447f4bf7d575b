import type { JsonValue } from './json-value.ts';

/** Type of a single value; `untyped` takes any of the others. */
export type Scalar = 'string' | 'numeric' | 'boolean' | 'untyped';

/** How the parts of a list or map belong together: each on its own, or all as one leaf. */
export type ElementRelationship = 'associative' | 'atomic' | 'separable' | 'granular';

/** One field of a struct. */
export interface StructField {
  readonly name: string;
  readonly type: TypeRef;
  /** Stands for the missing field when it is a list key; null is the same as none. */
  readonly default?: JsonValue;
}

/** A struct (`fields`), a map (`elementType`), or both. Granular unless `elementRelationship` is `atomic`. */
export interface MapType {
  readonly fields?: readonly StructField[];
  /** Type of the members that `fields` does not name; without it they are errors. */
  readonly elementType?: TypeRef;
  readonly elementRelationship?: ElementRelationship;
}

/** A list: `atomic`, or `associative` with `keys` (items are maps) or without (a set of scalars). */
export interface ListType {
  readonly elementType: TypeRef;
  readonly elementRelationship: ElementRelationship;
  readonly keys?: readonly string[];
}

/** The forms a value may have; at least one. */
export interface Atom {
  readonly scalar?: Scalar;
  readonly list?: ListType;
  readonly map?: MapType;
}

/** A named type. */
export type TypeDef = Atom;

/** Reference to a named type or an inline type; `elementRelationship` overrides that of the type. */
export interface TypeRef extends Atom {
  readonly namedType?: string;
  readonly elementRelationship?: ElementRelationship;
}

/**
 * Types by name. Resolved types are cached by identity: do not change a schema after its first use.
 *
 * Spec: structured-merge-diff v6, schema.Schema
 */
export interface Schema {
  readonly types: Readonly<Record<string, TypeDef>>;
}

/**
 * Builds a schema from the list form of upstream's schema documents.
 *
 * @param types type definitions, each with its `name`
 * @returns the schema
 */
export function schemaFromTypes(types: readonly (TypeDef & { readonly name: string })[]): Schema {
  return { types: Object.fromEntries(types.map((type) => [type.name, type])) };
}

/** Name of the type of objects without a schema. */
export const DEDUCED_TYPE_NAME = '__untyped_deduced_';
const ATOMIC_TYPE_NAME = '__untyped_atomic_';

/** Schema of objects without a schema: maps are granular, lists are atomic. */
export const deducedSchema: Schema = {
  types: {
    [ATOMIC_TYPE_NAME]: {
      scalar: 'untyped',
      list: { elementType: { namedType: ATOMIC_TYPE_NAME }, elementRelationship: 'atomic' },
      map: { elementType: { namedType: ATOMIC_TYPE_NAME }, elementRelationship: 'atomic' },
    },
    [DEDUCED_TYPE_NAME]: {
      scalar: 'untyped',
      list: { elementType: { namedType: ATOMIC_TYPE_NAME }, elementRelationship: 'atomic' },
      map: { elementType: { namedType: DEDUCED_TYPE_NAME }, elementRelationship: 'separable' },
    },
  },
};

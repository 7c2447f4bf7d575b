import type { CompiledSchema } from '@plinth/structural-schema';
import { compileSchema, formatFieldError, parseSchema } from '@plinth/structural-schema';
import type { Static, TSchema, TUnsafe } from 'typebox';
import { schemaRuleErrors, schemaRules } from '../rules/schema-rules.ts';
import {
  allVerbs,
  type Column,
  type ResourceType,
  type ScalePaths,
  type Strategy,
  type Verb,
} from './resource-type.ts';
import { Type } from './type-builders.ts';

/** A kind of the kernel or a capability: the one declaration that validation, OpenAPI, columns and docs come from. */
export interface KindDefinition<Fields extends Record<string, TSchema> = Record<string, TSchema>> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** What the kind is for; the first thing that `kubectl explain` shows. */
  readonly description: string;
  /**
   * Schemas of the fields beside apiVersion, kind and metadata. A field is required unless made `Type.Optional`.
   * `x-kubernetes-validations` among the options of a schema are rules in CEL, enforced as those of definitions.
   * A field named `status` makes `/status` a subresource, unless `statusSubresource` is false.
   */
  readonly fields: Fields;
  readonly statusSubresource?: boolean;
  /** Columns of `kubectl get`; name and age are always there. */
  readonly columns?: readonly Column[];
  /** Whether `columns` replace name and age too. */
  readonly ownColumns?: true;
  readonly scale?: ScalePaths;
  readonly selectableFields?: readonly string[];
  readonly verbs?: readonly Verb[];
  readonly strategy?: Strategy;
  /** Bytes of a request body, where it is more than the limit of all resources. */
  readonly bodyBytesMax?: number;
}

/** Declares a kind. Its resource is served once it is handed to the registry. */
export function defineKind<const Fields extends Record<string, TSchema>>(
  definition: KindDefinition<Fields>,
): KindDefinition<Fields> {
  return definition;
}

/** A string that is one of `values`, in the structural form (`enum`) that `Type.Union` does not give. */
export function enumOf<const Values extends readonly string[]>(
  values: Values,
  options: { description?: string; default?: Values[number] } = {},
): TUnsafe<Values[number]> {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...options });
}

/** A map from any key to `value`, in the structural form (`additionalProperties`) that `Type.Record` does not give. */
export function mapOf<Value extends TSchema>(
  value: Value,
  options: { description?: string; maxItems?: number } = {},
): TUnsafe<Record<string, Static<Value>>> {
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: 'object',
    additionalProperties: value,
    ...options,
  });
}

/** An object of which the fields are not known: kept as it is. */
export function anyObject(options: { description?: string } = {}): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...options,
  });
}

/** A list of objects that is merged by `keys`. Spec: x-kubernetes-list-type map. */
export function listMapOf<Item extends TSchema>(
  item: Item,
  keys: readonly [string, ...string[]],
  options: { description?: string; maxItems?: number } = {},
): TUnsafe<Static<Item>[]> {
  return Type.Unsafe<Static<Item>[]>({
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': keys[0],
    ...options,
  });
}

/** The resource that serves a kind. */
export function resourceOf(definition: KindDefinition): ResourceType {
  const { fields } = definition;
  const { schema, rules } = compiledOf(definition);
  return {
    group: definition.group,
    resource: definition.plural,
    singular: definition.kind.toLowerCase(),
    kind: definition.kind,
    listKind: `${definition.kind}List`,
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    namespaced: definition.scope === 'Namespaced',
    versions: [
      {
        name: definition.version,
        schema,
        ...(rules ? { rules } : {}),
        columns: definition.columns ?? [],
        ...(definition.ownColumns ? { ownColumns: true } : {}),
        status: 'status' in fields && definition.statusSubresource !== false,
        ...(definition.scale ? { scale: definition.scale } : {}),
        selectableFields: definition.selectableFields ?? [],
      },
    ],
    storageVersion: definition.version,
    verbs: definition.verbs ?? allVerbs,
    origin: 'builtin',
    strategy: definition.strategy ?? {},
    ...(definition.bodyBytesMax === undefined ? {} : { bodyBytesMax: definition.bodyBytesMax }),
  };
}

/** What schemas are compiled to. */
interface Compiled {
  readonly schema: CompiledSchema;
  readonly rules: ReturnType<typeof schemaRules>;
}

/**
 * Compiled schemas by their text. Each tenant serves kinds of its own, whose hooks differ and whose schemas do not: 100
 * tenants took 34 MiB and half of the time of their start for them. There are as many as the program declares kinds.
 */
const compiled = new Map<string, Compiled>();

function compiledOf(definition: KindDefinition): Compiled {
  // TypeBox keeps its own marks beside the JSON Schema; the round trip leaves the schema alone.
  const text = JSON.stringify(objectSchema(definition));
  let known = compiled.get(text);
  if (!known) {
    const parsed = parseSchema(JSON.parse(text), definition.kind);
    if (!parsed.ok) {
      throw new Error(`the schema of ${definition.kind}: ${parsed.errors.map(formatFieldError).join(', ')}`);
    }
    const broken = schemaRuleErrors(parsed.schema, definition.kind);
    if (broken.length > 0) {
      throw new Error(`the rules of ${definition.kind}: ${broken.map(formatFieldError).join(', ')}`);
    }
    known = { schema: compileSchema(parsed.schema), rules: schemaRules(parsed.schema) };
    compiled.set(text, known);
  }
  return known;
}

function objectSchema(definition: KindDefinition): unknown {
  return Type.Object(
    {
      apiVersion: Type.Optional(Type.String({ description: 'Group and version of the kind.' })),
      kind: Type.Optional(Type.String({ description: 'The kind of the object.' })),
      metadata: Type.Optional(
        Type.Unsafe({ type: 'object', description: 'Name, labels and all that every object has.' }),
      ),
      ...definition.fields,
    },
    { description: definition.description },
  );
}

import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Entity } from './entity.ts';
import { entityKinds, type RelationField } from './kinds.ts';
import { parseEntityRef, refOf, stringifyEntityRef } from './ref.ts';

/** One edge between two entities, as one of them declares it. */
export interface DeclaredRelation {
  /** References in their one form. */
  readonly source: string;
  readonly type: string;
  readonly target: string;
  /** The same edge, seen from the target. */
  readonly reverse: string;
}

interface NamedRef {
  readonly relation: RelationField;
  /** Where it stands, such as `spec.dependsOn[0]`. */
  readonly at: string;
  readonly text: string;
}

/** The references in the fields of an entity, in the order of its kind's fields. */
function refsIn({ kind, spec = {} }: Entity): NamedRef[] {
  const { relations = [] } = (Object.hasOwn(entityKinds, kind) && entityKinds[kind]) || {};
  return relations.flatMap((relation) => {
    const value = spec[relation.field];
    const at = `spec.${relation.field}`;
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [{ relation, at, text: textOf(value) }];
    return value.map((one, i) => ({ relation, at: `${at}[${i}]`, text: textOf(one) }));
  });
}

/** Fields that schemas do not know may hold anything, which then is no reference. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function targetOf(entity: Entity, { relation: { defaultKind }, text }: NamedRef): string | undefined {
  const { namespace } = refOf(entity);
  const ref = parseEntityRef(text, {
    namespace,
    ...(defaultKind === undefined ? {} : { kind: defaultKind }),
  });
  return ref && stringifyEntityRef(ref);
}

/** References of an entity that name nothing. */
export function invalidRefs(entity: Entity): FieldError[] {
  return refsIn(entity).flatMap((named) => {
    if (targetOf(entity, named) !== undefined) return [];
    const kind = named.relation.defaultKind === undefined ? 'KIND:' : '[KIND:]';
    return [invalidValue(named.at, named.text, `expected ${kind}[NAMESPACE/]NAME`)];
  });
}

/**
 * The edges that a valid entity declares, each once; each also is an edge of its target, under its reverse type.
 * Spec: Backstage, well-known relations.
 */
export function relationsOf(entity: Entity): DeclaredRelation[] {
  const source = stringifyEntityRef(refOf(entity));
  return refsIn(entity).flatMap((named) => {
    const target = targetOf(entity, named);
    const { type, reverse } = named.relation;
    return target === undefined ? [] : [{ source, type, target, reverse }];
  });
}

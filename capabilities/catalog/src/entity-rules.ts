import { checkEntity, type EntityRef, refOf } from '@plinth/backstage-catalog';
import { type FieldError, invalidValue } from '@plinth/kernel';
import type { CatalogEntity } from './catalog-entity-kind.ts';

/** The name of the object that holds an entity; no two entities have the same. */
export function objectNameOf({ kind, namespace, name }: EntityRef): string {
  // Neither kinds nor namespaces hold a dot.
  return `${kind}.${namespace}.${name}`.toLowerCase();
}

/** What the schema of a CatalogEntity cannot say. */
export function entityErrors({ metadata, spec }: CatalogEntity): FieldError[] {
  const verdict = checkEntity(spec.entity);
  if (!verdict.ok) return verdict.errors.map((error) => invalidValue('spec.entity', 'entity', error));
  const name = objectNameOf(refOf(verdict.entity));
  if (metadata.name === name) return [];
  return [invalidValue('metadata.name', metadata.name, `must be ${name}, as spec.entity is called`)];
}

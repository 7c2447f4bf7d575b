import { equalJson, type JsonObject } from '@plinth/kernel';
import type { CatalogEntity } from '../catalog-entity-kind.ts';
import type { LocationProblem } from '../catalog-location-kind.ts';
import type { DeclaredEntity, Reading } from './read-files.ts';

/** One thing to do to an object that holds an entity. */
export type EntityStep =
  | { readonly action: 'create'; readonly name: string; readonly fields: EntityFields }
  | { readonly action: 'update'; readonly live: CatalogEntity; readonly fields: EntityFields }
  | { readonly action: 'delete'; readonly live: CatalogEntity };

/** What a location writes of an object. */
export interface EntityFields {
  readonly spec: JsonObject;
  /** Absent when nothing is wrong. */
  readonly status?: JsonObject;
}

/** What is to be done about the entities of a location. */
export interface LocationPlan {
  readonly steps: readonly EntityStep[];
  /** Entities that others hold. */
  readonly conflicts: readonly LocationProblem[];
  /** Entities that are there afterwards. */
  readonly entities: number;
}

/**
 * Compares what a source declares with what is there.
 * @param live the objects of the namespace by their names
 */
export function planLocation(
  location: string,
  { entities, brokenPaths, invalid }: Reading,
  live: ReadonlyMap<string, CatalogEntity>,
): LocationPlan {
  const steps: EntityStep[] = [];
  const conflicts: LocationProblem[] = [];
  const declared = new Set<string>();
  for (const entity of entities) {
    const found = live.get(entity.name);
    if (found && found.spec.source?.location !== location) {
      conflicts.push(conflictOf(entity, found));
      continue;
    }
    declared.add(entity.name);
    const fields = { spec: specOf(location, entity) };
    if (!found) steps.push({ action: 'create', name: entity.name, fields });
    else if (!isAs(found, fields)) steps.push({ action: 'update', live: found, fields });
  }
  const broken = new Set(brokenPaths);
  const errorsOf = new Map([...invalid].map(([ref, errors]) => [nameOfRef(ref), errors]));
  let kept = 0;
  for (const found of live.values()) {
    const { name } = found.metadata;
    if (found.spec.source?.location !== location || declared.has(name)) continue;
    const errors = errorsOf.get(name) ?? (broken.has(found.spec.source.path) ? [unreadable] : undefined);
    if (!errors) {
      steps.push({ action: 'delete', live: found });
      continue;
    }
    kept++;
    const fields = { spec: found.spec as JsonObject, status: { errors: [...errors] } };
    if (!isAs(found, fields)) steps.push({ action: 'update', live: found, fields });
  }
  return { steps, conflicts, entities: declared.size + kept };
}

const unreadable = 'a document of its file cannot be read; it is kept as it was, in case it is that one';

function specOf(location: string, { entity, path, parent }: DeclaredEntity): JsonObject {
  return {
    entity: entity as unknown as JsonObject,
    source: { location, path, ...(parent === undefined ? {} : { parent }) },
  };
}

function isAs({ spec, status }: CatalogEntity, fields: EntityFields): boolean {
  return equalJson(spec, fields.spec) && equalJson(status, fields.status);
}

function conflictOf({ path, ref }: DeclaredEntity, { spec }: CatalogEntity): LocationProblem {
  const holder = spec.source
    ? `CatalogLocation ${spec.source.location}`
    : 'a CatalogEntity that was written here';
  const message = `${holder} declares this entity already: take it out of one of them, or give it another name`;
  return { path, entity: ref, message };
}

/** The name of the object of an entity, from its reference in the one form. */
function nameOfRef(ref: string): string {
  const [, kind = '', namespace = '', name = ''] = /^([^:]*):([^/]*)\/(.*)$/.exec(ref) ?? [];
  return `${kind}.${namespace}.${name}`;
}

import type { Entity } from '@plinth/backstage-catalog';

/** Fields that are no terms, or are ones under other rules. */
const special = new Set([
  'attachments',
  'relations',
  'status',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.etag',
]);
/** Characters of a key, and of a value, that can be looked for. */
const termMax = 200;

/** What is no object and no list. */
type Simple = string | number | boolean | null | undefined;

/** Called with each key, in lower case, and a value: as written, undefined where there is none or it is too long. */
type Found = (key: string, value: string | undefined) => void;

/**
 * Tells everything that entities can be looked for by: each simple value below its path, each text of a list also as a key of
 * its own whose value is `true`, and relations as `relations.TYPE`.
 *
 * Spec: Backstage, catalog API, filtering.
 */
export function searchTerms(entity: Entity, found: Found): void {
  const tell = (key: string, value: Simple): void => {
    if (key.length > termMax) return;
    const text = value === null || value === undefined ? undefined : `${value}`;
    found(key.toLowerCase(), text === undefined || text.length > termMax ? undefined : text);
  };
  const visit = (path: string, value: unknown): void => {
    if (special.has(path)) return;
    if (typeof value !== 'object' || value === null) tell(path, value as Simple);
    else if (Array.isArray(value)) {
      for (const one of value) {
        visit(path, one);
        if (typeof one === 'string') tell(`${path}.${one}`, true);
      }
    } else for (const [key, one] of Object.entries(value)) visit(path === '' ? key : `${path}.${key}`, one);
  };
  visit('', entity);
  const { name, namespace, uid } = entity.metadata;
  tell('metadata.name', name);
  tell('metadata.namespace', namespace);
  tell('metadata.uid', typeof uid === 'string' ? uid : undefined);
  for (const { type, targetRef } of entity.relations ?? []) tell(`relations.${type}`, targetRef);
}

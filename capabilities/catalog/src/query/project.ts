import { type Entity, isRecord } from '@plinth/backstage-catalog';

/**
 * A copy of an entity with some fields alone, each a path such as `metadata.name`; keys may hold dots.
 * Spec: Backstage, catalog API, field selection.
 */
export function project(entity: Entity, fields: readonly string[]): object {
  const copy: Record<string, unknown> = {};
  for (const field of fields) {
    const path: string[] = [];
    let value: unknown = entity;
    let key = '';
    for (const part of field.split('.')) {
      key = key === '' ? part : `${key}.${part}`;
      if (!isRecord(value) || !Object.hasOwn(value, key)) continue;
      value = value[key];
      path.push(key);
      key = '';
    }
    if (key === '' && path.length > 0) put(copy, path, value);
  }
  return copy;
}

function put(
  target: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const below = target[first];
  const next: Record<string, unknown> = isRecord(below) ? { ...below } : {};
  target[first] = next;
  put(next, rest, value);
}

import { duplicateValue, invalidValue } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { canonicalText, isList, isObject, type JsonObject } from './json-value.ts';
import type { ValueCheck } from './value-checks.ts';

/**
 * Compiles the uniqueness that `x-kubernetes-list-type` promises: of items in a `set`, of keys in a `map`.
 * Each duplicated identity is reported once, at its second appearance.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/listtype.
 */
export function listTypeCheck(schema: JSONSchemaProps): readonly ValueCheck[] {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return [checkSet];
    case 'map':
      return [mapCheck(schema['x-kubernetes-list-map-keys'] ?? [])];
    default:
      return [];
  }
}

const checkSet: ValueCheck = (value, run) => {
  if (!isList(value) || value.length < 2) return;
  for (const index of secondAppearances(value)) {
    run.listErrors.push(duplicateValue(run.at(index), value[index]));
  }
};

function mapCheck(keys: readonly string[]): ValueCheck {
  return (value, run) => {
    if (!isList(value)) return;
    const wrong = value.findIndex((item) => item !== null && !isObject(item));
    if (wrong >= 0) {
      const detail = 'must be an object for an array of list-type map';
      run.listErrors.push(invalidValue(run.at(wrong), value[wrong], detail));
      return;
    }
    if (value.length < 2) return;
    const identities = value.map((item) => identityOf(item, keys));
    for (const index of secondAppearances(identities)) {
      run.listErrors.push(duplicateValue(run.at(index), identities[index]));
    }
  };
}

function identityOf(item: unknown, keys: readonly string[]): JsonObject {
  const identity: JsonObject = {};
  if (!isObject(item)) return identity;
  for (const key of keys) if (Object.hasOwn(item, key)) identity[key] = item[key];
  return identity;
}

function secondAppearances(items: readonly unknown[]): readonly number[] {
  const seen = new Map<string, number>();
  const indices: number[] = [];
  for (const [index, item] of items.entries()) {
    const text = canonicalText(item);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) indices.push(index);
  }
  return indices;
}

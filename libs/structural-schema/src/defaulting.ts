import { deepCopy, isList, isObject, setKey } from './json-value.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * Fills in defaults, in place. A key is defaulted when it is absent, or null where null is not allowed.
 * Nulls that are neither allowed nor defaulted are removed from objects (in lists they stay, for
 * validation to refuse). Defaults below a default apply too.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/defaulting (PruneNonNullableNullsWithoutDefaults, Default).
 */
export function applyDefaults(value: unknown, node: SchemaNode): void {
  if (isList(value)) return defaultItems(value, node.items);
  if (!isObject(value)) return;
  const { defaulted, properties } = node;
  for (let i = 0; i < defaulted.length; i++) {
    const entry = defaulted[i];
    if (entry === undefined) continue;
    const [key, child] = entry;
    if (!Object.hasOwn(value, key)) setKey(value, key, deepCopy(child.schema.default));
  }
  for (const key in value) {
    const child = properties.get(key) ?? node.additional;
    if (child === null) continue;
    const item = value[key];
    if (item === null) {
      defaultNull(value, key, child);
    } else if (typeof item === 'object') {
      applyDefaults(item, child);
    }
  }
}

function defaultNull(value: Record<string, unknown>, key: string, child: SchemaNode): void {
  if (child.nullable) return;
  if (!child.hasDefault) {
    delete value[key];
    return;
  }
  const copy = deepCopy(child.schema.default);
  setKey(value, key, copy);
  applyDefaults(copy, child);
}

function defaultItems(list: unknown[], node: SchemaNode | null): void {
  if (node === null) return;
  for (let i = 0; i < list.length; i++) {
    if (list[i] === null && !node.nullable && node.hasDefault) list[i] = deepCopy(node.schema.default);
    applyDefaults(list[i], node);
  }
}

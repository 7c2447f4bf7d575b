import { isObject } from '../model/json.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Says in a schema how strategic merge patches merge its lists: lists that are maps by their first key, as they do for
 * server-side apply. Schemas of built-in kinds have no other lists that are merged.
 *
 * Spec: Kubernetes API, Strategic merge patch; x-kubernetes-patch-strategy, x-kubernetes-patch-merge-key.
 */
export function withPatchMeta(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined;
  const mergeKey: unknown = Array.isArray(keys) ? keys[0] : undefined;
  return {
    ...schema,
    ...(isObject(properties) ? { properties: mapValues(properties) } : {}),
    ...(isObject(items) ? { items: withPatchMeta(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: withPatchMeta(additionalProperties) } : {}),
    ...(mergeKey === undefined
      ? {}
      : { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': mergeKey }),
  };
}

function mapValues(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, isObject(child) ? withPatchMeta(child) : child]),
  );
}

import type { ResourceType } from '../model/resource-type.ts';

/** The tenant that everything belongs to while there is only one. */
export const defaultTenant = 'default';

/** Prefix of all objects of a resource. */
export function bucketOf(tenant: string, type: { group: string; resource: string }): string {
  return `${tenant}/${type.group === '' ? 'core' : type.group}/${type.resource}/`;
}

/** Prefix of the objects of a resource in one namespace, or in all when `namespace` is empty. */
export function prefixOf(tenant: string, type: ResourceType, namespace: string): string {
  const bucket = bucketOf(tenant, type);
  return type.namespaced && namespace !== '' ? `${bucket}${namespace}/` : bucket;
}

/** The store key of one object; `namespace` is empty for cluster-scoped resources. */
export function keyOf(
  tenant: string,
  type: { group: string; resource: string },
  namespace: string,
  name: string,
): string {
  return `${bucketOf(tenant, type)}${namespace}/${name}`;
}

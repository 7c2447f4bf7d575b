import { groupVersion } from '../model/resource-type.ts';
import type { ServedResource } from './registry.ts';

/** The URL path of an object; `namespace` is empty for cluster-scoped resources. Spec: Kubernetes API concepts, Resource URIs. */
export function subjectOf({ type, version }: ServedResource, namespace: string, name: string): string {
  const root = type.group === '' ? '/api' : '/apis';
  const where = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${root}/${groupVersion(type.group, version.name)}${where}/${type.resource}/${name}`;
}

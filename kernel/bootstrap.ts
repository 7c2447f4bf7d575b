import { bootstrapRoles } from './auth/rbac/bootstrap.ts';
import { missingRules } from './auth/rbac/completed-role.ts';
import type { Client } from './model/client.ts';
import type { KubeObject } from './model/object.ts';
import { parseGroupVersion } from './model/resource-type.ts';
import { StatusError } from './model/status-error.ts';

/** Namespaces that are always there. */
const namespaces = ['default', 'kube-system', 'plinth-system'];

/** Makes what an empty control plane begins with. What is there already stays as it is; default roles get what they lack. */
export async function bootstrap(client: Client, capabilityGroup: string): Promise<void> {
  const objects = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...bootstrapRoles(),
    capabilityBinding(capabilityGroup),
  ];
  await Promise.all(objects.map((object) => createAbsent(client, object as unknown as KubeObject)));
}

/** What capabilities may do. A user who wants less binds their group to less. */
function capabilityBinding(group: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'plinth:capabilities' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  };
}

async function createAbsent(client: Client, object: KubeObject): Promise<void> {
  const type = client.resourceFor(object.apiVersion, object.kind);
  if (!type) throw new Error(`${parseGroupVersion(object.apiVersion).group} ${object.kind} is not served`);
  const { name, namespace } = object.metadata;
  const found = client.get(type, { name, ...(namespace === undefined ? {} : { namespace }) });
  if (found) {
    const lacking = object.kind === 'ClusterRole' ? missingRules(found, object) : undefined;
    if (lacking) await client.patch(type, { name }, lacking);
    return;
  }
  try {
    await client.create(type, object);
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
  }
}

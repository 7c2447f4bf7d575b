import type { PolicyRule } from '../auth/port.ts';
import type { Client } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import type { Json, KubeObject } from '../model/object.ts';
import { type Controller, defineController } from './controller.ts';

const clusterRoles = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' } as const;

/** The rules that an aggregated ClusterRole has, given all ClusterRoles. */
export type AggregatedRules = (role: KubeObject, all: readonly KubeObject[]) => readonly PolicyRule[];

/**
 * Writes the `rules` of every ClusterRole that has an `aggregationRule`.
 *
 * Spec: rbac.authorization.k8s.io/v1 ClusterRole, aggregationRule.
 */
export function aggregatedClusterRoles(aggregatedRules: AggregatedRules): Controller {
  return defineController({
    name: 'clusterrole-aggregation',
    resource: clusterRoles,
    // Any role may be selected by any aggregated one, now or before its labels changed.
    watches: [{ resource: clusterRoles, map: (_role, { client }) => aggregatedNames(client) }],
    async reconcile(name, { client }) {
      const role = client.get(clusterRoles, name);
      if (!role || role['aggregationRule'] === undefined || role.metadata.deletionTimestamp !== undefined)
        return;
      const rules = aggregatedRules(role, client.list(clusterRoles));
      if (equalJson(rules, role['rules'] ?? [])) return;
      const { uid, resourceVersion } = role.metadata;
      await client.patch(clusterRoles, name, {
        metadata: { uid, resourceVersion },
        rules: rules as unknown as Json,
      });
    },
  });
}

function aggregatedNames(client: Client): { name: string }[] {
  const aggregated = client.list(clusterRoles).filter((role) => role['aggregationRule'] !== undefined);
  return aggregated.map((role) => ({ name: role.metadata.name }));
}

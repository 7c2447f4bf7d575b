import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '../../auth/port.ts';
import type { KubeObject } from '../../model/object.ts';
import { aggregatedClusterRoles } from '../aggregated-clusterroles.ts';
import { draft } from '../draft.ts';
import { World } from './world.ts';

const clusterRoles = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };

/** Joins the rules of all roles with the label that the tests use. */
function rulesOf(_role: KubeObject, all: readonly KubeObject[]): PolicyRule[] {
  return all
    .filter(({ metadata }) => metadata.labels?.['aggregate'] === 'yes')
    .flatMap((role) => (role['rules'] ?? []) as PolicyRule[]);
}

test('an aggregated role follows the roles that it selects, as they come, change and go', async () => {
  const world = await World.make();
  const role = (name: string, fields: Record<string, unknown>, labels = {}) =>
    world.client.create(
      clusterRoles,
      draft('rbac.authorization.k8s.io/v1', 'ClusterRole', { name, labels }, fields),
    );
  world.run(aggregatedClusterRoles(rulesOf));
  await role('all', { aggregationRule: { clusterRoleSelectors: [] } });
  await role('part', { rules: [{ verbs: ['get'] }] }, { aggregate: 'yes' });
  await role('other', { rules: [{ verbs: ['delete'] }] });
  await world.settle();
  const rules = () => world.client.get(clusterRoles, { name: 'all' })?.['rules'];
  assert.deepEqual(rules(), [{ verbs: ['get'] }]);
  const commits = world.client.commits;
  await world.settle();
  assert.equal(world.client.commits, commits);
  await world.client.patch(clusterRoles, { name: 'part' }, { metadata: { labels: { aggregate: 'no' } } });
  await world.settle();
  assert.deepEqual(rules(), []);
  await world.client.patch(clusterRoles, { name: 'other' }, { metadata: { labels: { aggregate: 'yes' } } });
  await world.settle();
  assert.deepEqual(rules(), [{ verbs: ['delete'] }]);
  await world.client.delete(clusterRoles, { name: 'other' });
  await world.settle();
  assert.deepEqual(rules(), []);
});

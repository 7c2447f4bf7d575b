import { equal } from 'node:assert/strict';
import { type Answer, type HttpsClient, textAt } from './https-client.ts';
import type { TestServer } from './test-server.ts';
import { until } from './until.ts';

/** Where plans, approvals and policies are served. */
export const plans = '/apis/plinth.dev/v1alpha1/plans';
export const approvals = '/apis/plinth.dev/v1alpha1/approvals';
export const policies = '/apis/plinth.dev/v1alpha1/changepolicies';

const apiVersion = 'plinth.dev/v1alpha1';

/** Makes a plan and returns the answer. */
export async function postPlan(client: HttpsClient, name: string, spec: object): Promise<Answer> {
  return await client.post(plans, { apiVersion, kind: 'Plan', metadata: { name }, spec });
}

/** Makes a plan of manifests that has to come about. */
export async function makePlan(client: HttpsClient, name: string, spec: object): Promise<Answer> {
  const answer = await postPlan(client, name, spec);
  equal(answer.status, 201, answer.text);
  return answer;
}

export async function applyPlan(client: HttpsClient, name: string): Promise<Answer> {
  return await client.post(`${plans}/${name}/apply`, { apiVersion, kind: 'PlanApplication' });
}

/** Decides about a plan by the digest that it shows, unless another one is given. */
export async function decide(
  client: HttpsClient,
  admin: HttpsClient,
  plan: string,
  spec: Record<string, unknown> = {},
): Promise<Answer> {
  const { json } = await admin.get(`${plans}/${plan}`);
  return await client.post(approvals, {
    apiVersion,
    kind: 'Approval',
    metadata: { generateName: `${plan}-` },
    spec: {
      target: { kind: 'Plan', name: plan },
      digest: textAt(json, 'status', 'digest'),
      decision: 'Approve',
      ...spec,
    },
  });
}

/** Makes a ChangePolicy; `match` is one rule. */
export async function makePolicy(
  server: TestServer,
  name: string,
  match: object,
  spec: object = { approvals: [{ groups: ['leads'], count: 1 }] },
): Promise<void> {
  const answer = await server.admin.post(policies, {
    apiVersion,
    kind: 'ChangePolicy',
    metadata: { name },
    spec: { match: [match], ...spec },
  });
  equal(answer.status, 201, answer.text);
}

/** Waits until a plan is in a phase. */
export async function phaseIs(server: TestServer, plan: string, phase: string): Promise<void> {
  await until(`plan ${plan} to be ${phase}`, async () => {
    const { json } = await server.admin.get(`${plans}/${plan}`);
    return textAt(json, 'status', 'phase') === phase ? true : undefined;
  });
}

/** Gives a group a ClusterRole everywhere. */
export async function grant(server: TestServer, group: string, role: string): Promise<void> {
  const rbac = 'rbac.authorization.k8s.io';
  const answer = await server.admin.post(`/apis/${rbac}/v1/clusterrolebindings`, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `${group}-${role}` },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: group }],
  });
  equal(answer.status, 201, answer.text);
}

import { draft } from '../control/draft.ts';
import { isAlreadyThere, settleGone } from '../control/plan-apply.ts';
import type { Client } from '../model/client.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import { isPlan, type Plan, type PlanPhase, plans, reasonAnnotation } from '../plan/plan-kind.ts';
import type { Drift } from './drift-kind.ts';

/** The labels of a Plan that a drift proposed: the name of the Drift, and its namespace. */
export const driftLabel = 'plinth.dev/drift';
const driftNamespaceLabel = 'plinth.dev/drift-namespace';

/** What a Plan that puts drift right is made from. */
export interface Proposal {
  /** The target as it is declared, as it would be applied. */
  readonly manifest: JsonObject;
  /** The field manager that it is applied as; at most 128 characters. */
  readonly fieldManager: string;
}

/** The phase of a Plan; undefined when there is none of that name. */
export function planPhaseOf(client: Client, name: string | undefined): PlanPhase | undefined {
  const plan = name === undefined ? undefined : client.get(plans, { name });
  return plan && isPlan(plan) ? (plan.status?.phase ?? 'Pending') : undefined;
}

/** Makes the Plan of a drift under the name that was recorded for it. That it is there already is as good. */
export async function propose(
  client: Client,
  drift: Drift,
  name: string,
  { manifest, fieldManager }: Proposal,
): Promise<void> {
  const labels = {
    [driftLabel]: drift.metadata.name,
    [driftNamespaceLabel]: drift.metadata.namespace ?? 'default',
  };
  const { target, reporter } = drift.spec;
  const annotations = {
    [reasonAnnotation]: `${reporter} found ${target.kind}/${target.name} not as declared`,
  };
  const spec = { manifests: [manifest], force: true, fieldManager };
  try {
    await client.create(plans, draft('plinth.dev/v1alpha1', 'Plan', { name, labels, annotations }, { spec }));
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

/** Deletes the Plan of a drift. One that was applied or rejected stays: people have decided about it. */
export async function withdraw(client: Client, name: string): Promise<void> {
  const plan = client.get(plans, { name });
  if (!plan || !isPlan(plan) || !isOpen(plan) || plan.metadata.labels?.[driftLabel] === undefined) return;
  const { uid } = plan.metadata;
  await settleGone(() => client.delete(plans, { name }, { uid }));
}

/** Whether nobody has decided about a plan for good. */
function isOpen({ status }: Plan): boolean {
  return status?.phase !== 'Applied' && status?.phase !== 'Rejected';
}

/** The Drift that proposed a Plan. */
export function driftOfPlan(plan: KubeObject): { namespace: string; name: string } | undefined {
  const { [driftLabel]: name, [driftNamespaceLabel]: namespace } = plan.metadata.labels ?? {};
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}

/** Whether the API said that a request cannot be done as it stands, rather than that something is out of order. */
export function isRefusal(error: unknown): error is StatusError {
  return error instanceof StatusError && error.code >= 400 && error.code < 500 && error.code !== 429;
}

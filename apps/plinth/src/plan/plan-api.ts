import { type Plan, parsePlan } from '@plinth/kernel';
import type { ApiClient } from '../api/api-client.ts';
import { Failure } from '../cli/failure.ts';

/** The group and version of plans and approvals. */
export const plinthApi = 'plinth.dev/v1alpha1';

/** Where a plan is served; all plans without a name. */
export function planPath(name?: string): string {
  return `/apis/${plinthApi}/plans${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Reads a plan. @throws ApiFailure when there is none, Failure when the server answers with something else */
export async function readPlan(client: ApiClient, name: string): Promise<Plan> {
  const { body } = await client.json(planPath(name));
  return planIn(body);
}

/** A plan to be made. */
export interface PlanDraft {
  readonly metadata: { readonly name: string } | { readonly generateName: string };
  readonly spec: {
    readonly manifests: readonly unknown[];
    readonly delete?: readonly unknown[];
    readonly prune?: { readonly selector: string };
    readonly namespace: string;
    readonly force?: boolean;
  };
}

/** Has a change evaluated and stored as a plan. @throws ApiFailure when that is refused */
export async function makePlan(
  client: ApiClient,
  draft: PlanDraft,
): Promise<{ readonly plan: Plan; readonly answer: unknown }> {
  const query = new URLSearchParams({ fieldManager: 'plinth', fieldValidation: 'Strict' });
  const { body: answer } = await client.json(`${planPath()}?${query.toString()}`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion: plinthApi, kind: 'Plan', ...draft }),
  });
  return { plan: planIn(answer), answer };
}

/** A plan out of an answer. @throws Failure when it is none */
function planIn(body: unknown): Plan {
  const plan = parsePlan(body);
  if (plan) return plan;
  throw new Failure('the server answered with something that is not a plan as this program knows it', {
    hint: 'use the program in the version of the control plane',
  });
}

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

/** A plan out of an answer. @throws Failure when it is none */
export function planIn(body: unknown): Plan {
  const plan = parsePlan(body);
  if (plan) return plan;
  throw new Failure('the server answered with something that is not a plan as this program knows it', {
    hint: 'use the program in the version of the control plane',
  });
}

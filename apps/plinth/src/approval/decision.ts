import type { ApiClient } from '../api/api-client.ts';
import { isObject, listAt, textAt } from '../api/json.ts';
import { Failure } from '../cli/failure.ts';
import { plinthApi } from '../plan/plan-api.ts';

/** What is decided about. */
export interface Decided {
  readonly target: {
    readonly kind: 'Plan' | 'Run';
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly step?: string;
  };
  readonly digest: string;
}

/** How it is decided. */
export interface Decision {
  readonly isRejected: boolean;
  readonly reason: string | undefined;
  readonly expiresAt?: string | undefined;
}

/** Makes an Approval. @returns it. @throws ApiFailure when it may not be, or is about something else by now */
export async function decide(
  client: ApiClient,
  { target, digest }: Decided,
  { isRejected, reason, expiresAt }: Decision,
): Promise<unknown> {
  const { body } = await client.json(`/apis/${plinthApi}/approvals?fieldManager=plinth`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: plinthApi,
      kind: 'Approval',
      metadata: { generateName: `${target.name}-` },
      spec: {
        target,
        digest,
        decision: isRejected ? 'Reject' : 'Approve',
        ...(reason === undefined ? {} : { reason }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    }),
  });
  return body;
}

/** The step of a run that waits for approval. @param step where several wait. @throws Failure when there is not one */
export function waitingStep(run: unknown, step?: string): Decided {
  const name = textAt(run, 'metadata', 'name');
  const namespace = textAt(run, 'metadata', 'namespace');
  const waiting = listAt(run, 'status', 'waitingFor')
    .filter(isObject)
    .filter((one) => textAt(one, 'digest') !== '');
  const fitting = step === undefined ? waiting : waiting.filter((one) => textAt(one, 'step') === step);
  const [one, another] = fitting;
  if (!one) {
    throw new Failure(
      `the run ${name} waits for no approval${step === undefined ? '' : ` of step ${step}`}`,
      { hint: `see what it does: kubectl describe run ${name} -n ${namespace}` },
    );
  }
  if (another) {
    const steps = fitting.map((each) => textAt(each, 'step')).join(', ');
    throw new Failure(`the run ${name} waits for several approvals: ${steps}`, {
      hint: 'name one with --step',
    });
  }
  const uid = textAt(run, 'metadata', 'uid');
  return {
    target: { kind: 'Run', name, namespace, uid, step: textAt(one, 'step') },
    digest: textAt(one, 'digest'),
  };
}

/** The name of the user whose credentials a client has. */
export async function usernameOf(client: ApiClient): Promise<string> {
  const { body } = await client.json('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
  });
  return textAt(body, 'status', 'userInfo', 'username');
}

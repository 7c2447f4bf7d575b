import { type Controller, defineController } from '../control/controller.ts';
import { settleGone } from '../control/plan-apply.ts';
import type { Client } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import { type Condition, type Json, type JsonObject, setCondition } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import { formatTime } from '../ports/clock.ts';
import { type AdmissionBinding, isAdmissionBinding } from './binding-kind.ts';
import { paramDoubts, policyObstacles } from './doubts.ts';
import { paramsCheckedMs } from './limits.ts';
import { policyEngine } from './load-engine.ts';
import { admissionBindings, admissionPolicies } from './policy-ids.ts';
import { type AdmissionPolicy, isAdmissionPolicy } from './policy-kind.ts';

/**
 * Keeps the status of policies: what the schemas of the kinds say about their expressions, whether they can be worked
 * out, and whether a binding puts them into force. Kinds come and go, so all are looked at again when that happens.
 */
export function admissionPolicyController(): Controller {
  return defineController({
    name: 'validatingadmissionpolicy-status',
    resource: admissionPolicies,
    watches: [
      {
        resource: admissionBindings,
        map: (object) =>
          isAdmissionBinding(object) && object.spec.policyName ? [{ name: object.spec.policyName }] : [],
      },
    ],
    sources: [
      ({ client }, enqueue) =>
        client.onResourcesChanged(() => {
          for (const { metadata } of client.list(admissionPolicies)) enqueue({ name: metadata.name });
        }),
    ],
    async reconcile({ name }, { client, clock, recorder }) {
      const bindings = bindingsOf(client, name);
      const policy = client.get(admissionPolicies, { name });
      if (!policy || !isAdmissionPolicy(policy)) {
        for (const binding of bindings) {
          const message = `there is no ValidatingAdmissionPolicy ${JSON.stringify(name)}; the binding does nothing`;
          recorder.record({ object: binding, type: 'Warning', reason: 'PolicyNotFound', message });
        }
        return undefined;
      }
      const now = formatTime(clock.now());
      const types = client.resources();
      const warnings = policyEngine().expressionWarnings(policy, types);
      const missing = bindings.flatMap((binding) =>
        paramDoubts(binding, policy, { types, has: (...place) => hasObject(client, ...place) }).map(
          (doubt) => `binding ${binding.metadata.name}: ${doubt}`,
        ),
      );
      const obstacles = [...policyObstacles(policy, types), ...missing];
      const status: JsonObject = {
        observedGeneration: policy.metadata.generation ?? 1,
        typeChecking:
          warnings.length === 0 ? {} : { expressionWarnings: warnings.map((one) => ({ ...one })) },
        conditions: conditionsOf(policy, obstacles, bindings, now),
      };
      if (!equalJson(status, policy.status ?? {})) {
        await settleGone(() => client.patch(admissionPolicies, { name }, { status }, 'status'));
      }
      // Parameters may be of any kind, so nothing tells that they have come or gone.
      const takesParams = bindings.some(({ spec }) => spec.paramRef !== undefined);
      return takesParams ? { requeueAfterMs: paramsCheckedMs } : undefined;
    },
  });
}

function hasObject(client: Client, type: ResourceType, namespace: string, name: string): boolean {
  return client.get(type, { name, ...(namespace === '' ? {} : { namespace }) }) !== undefined;
}

function bindingsOf(client: Client, policy: string): AdmissionBinding[] {
  return client
    .list(admissionBindings)
    .filter(isAdmissionBinding)
    .filter(({ spec }) => spec.policyName === policy);
}

function conditionsOf(
  { metadata: { generation = 1 }, status }: AdmissionPolicy,
  obstacles: readonly string[],
  bindings: readonly AdmissionBinding[],
  now: string,
): Json[] {
  const known = (status?.conditions ?? []).map(conditionOf);
  const ready = setCondition(
    known,
    {
      type: 'Ready',
      status: obstacles.length === 0 ? 'True' : 'False',
      reason: obstacles.length === 0 ? 'Compiled' : 'NotServed',
      message:
        obstacles.length === 0 ? 'every kind and parameter that it names is there' : obstacles.join('; '),
      observedGeneration: generation,
    },
    now,
  );
  const names = bindings.map(({ metadata }) => metadata.name).sort();
  const both = setCondition(
    ready,
    {
      type: 'Bound',
      status: names.length === 0 ? 'False' : 'True',
      reason: names.length === 0 ? 'NoBinding' : 'Bound',
      message: names.length === 0 ? 'no binding puts it into force' : `in force by ${names.join(', ')}`,
      observedGeneration: generation,
    },
    now,
  );
  return both.map((condition) => ({ ...condition }));
}

function conditionOf(
  value: NonNullable<NonNullable<AdmissionPolicy['status']>['conditions']>[number],
): Condition {
  const { type, status, reason = '', message = '', lastTransitionTime = '', observedGeneration } = value;
  return {
    type,
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    reason,
    message,
    lastTransitionTime,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  };
}

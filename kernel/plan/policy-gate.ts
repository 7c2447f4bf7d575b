import type { WriteGate } from '../api/write-gate.ts';
import type { WriteRequest } from '../api/write-request.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { forbidden, StatusError } from '../model/status-error.ts';
import type { ChangePolicies, PolicyMatch } from './change-policies.ts';
import type { ChangePolicy } from './change-policy-kind.ts';

/**
 * Refuses direct writes of what a ChangePolicy lets only approved plans change, and says which command makes the plan.
 * A dry run is warned and goes on, so that `kubectl diff` shows what would change. Statuses are written by controllers
 * and are no change in this sense.
 */
export function policyGate(policies: ChangePolicies): WriteGate {
  return {
    check(request, operation, object, old) {
      const { subresource, served, user } = request;
      if (subresource === 'status') return;
      const [match] = policies.matching({ operation, type: served.type, object, old }, user);
      if (!match) return;
      const message = refusal(match, request, operation, object);
      if (request.dryRun) request.warn(`without the dry run this would be refused: ${message}`);
      else throw refused(match, request, object, message);
    },
  };
}

function refused(
  { policy, why }: PolicyMatch,
  { served }: WriteRequest,
  object: KubeObject,
  message: string,
): StatusError {
  const { group, resource } = served.type;
  const error = forbidden({ group, resource, name: object.metadata.name }, message);
  const cause = { reason: 'ChangePolicy', message: `ChangePolicy ${policy.metadata.name} matches: ${why}` };
  return new StatusError(error.code, error.reason, error.message, { ...error.details, causes: [cause] });
}

function refusal(
  { policy, why }: PolicyMatch,
  { served }: WriteRequest,
  operation: WriteContext['operation'],
  { metadata }: KubeObject,
): string {
  const { kind } = served.type;
  const place = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
  const plan =
    operation === 'delete' ? `plinth plan --delete ${kind}/${metadata.name}${place}` : 'plinth plan -f FILE';
  const approve = (policy.spec.approvals ?? []).length === 0 ? '' : ' && plinth approve NAME';
  return (
    `ChangePolicy ${JSON.stringify(policy.metadata.name)} lets only a plan do this (${why}; ${demandText(policy)}): ` +
    `${plan}${approve} && plinth apply NAME`
  );
}

/** Who has to approve, in words. */
function demandText({ spec }: ChangePolicy): string {
  const { approvals = [] } = spec;
  if (approvals.length === 0) return 'no approval is needed';
  const each = approvals.map(({ groups, count }) =>
    groups === undefined ? `of ${count} other than the author` : `of ${count} in ${groups.join(' or ')}`,
  );
  return `approval ${each.join(' and ')}`;
}

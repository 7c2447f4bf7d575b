import type { Registry } from '../api/registry.ts';
import {
  type Condition,
  type Json,
  type JsonObject,
  type KubeObject,
  setCondition,
} from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import { acceptNames, type NewCondition } from './accept-names.ts';
import { apiApprovalOf } from './api-approval.ts';
import { type Crd, type CrdNames, crdOf, isTrue } from './crd-object.ts';

/**
 * The status that a definition should have: its names, whether it is served, and what is to be known about it.
 *
 * Conditions: NamesAccepted; Established, which stays True once it is; Terminating while instances are being
 * deleted; KubernetesAPIApprovalPolicyConformant in protected groups.
 *
 * @param all all definitions
 * @param terminating what to say about the deletion of instances; absent unless the definition is being deleted
 */
export function plannedStatus(
  object: KubeObject,
  all: readonly Crd[],
  registry: Pick<Registry, 'all'>,
  nowMs: number,
  terminating?: NewCondition,
): JsonObject {
  const crd = crdOf(object);
  const verdict = acceptNames(crd, all, registry);
  const news: NewCondition[] = [
    verdict.namesAccepted,
    establishedOf(crd, verdict.namesAccepted.status === 'True'),
  ];
  const approval = apiApprovalCondition(object, crd);
  if (approval) news.push(approval);
  if (terminating) news.push(terminating);
  // The last one is of versions that did not enforce rules; a status that still has it is rid of it.
  const told = new Set(['KubernetesAPIApprovalPolicyConformant', 'ValidationRulesEnforced']);
  let conditions: readonly Condition[] = crd.conditions.filter(
    ({ type }) => !told.has(type) || news.some((condition) => condition.type === type),
  );
  for (const condition of news) conditions = setCondition(conditions, condition, formatTime(nowMs));
  return {
    acceptedNames: namesJson(verdict.acceptedNames),
    conditions: conditions.map(conditionJson),
    observedGeneration: crd.generation,
    storedVersions: storedVersionsOf(crd),
  };
}

function establishedOf(crd: Crd, accepted: boolean): NewCondition {
  if (accepted || isTrue(crd, 'Established')) {
    const message = 'the initial names have been accepted';
    return { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message };
  }
  return {
    type: 'Established',
    status: 'False',
    reason: 'NotAccepted',
    message: 'not all names are accepted',
  };
}

function apiApprovalCondition(object: KubeObject, crd: Crd): NewCondition | undefined {
  const approval = apiApprovalOf(crd.group, object.metadata.annotations);
  if (approval.state === 'unprotected') return undefined;
  const reasons = {
    approved: 'ApprovedAnnotation',
    bypassed: 'UnapprovedAnnotation',
    missing: 'MissingAnnotation',
    invalid: 'InvalidAnnotation',
  } as const;
  return {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: approval.state === 'approved' ? 'True' : 'False',
    reason: reasons[approval.state],
    message: approval.message,
  };
}

function storedVersionsOf(crd: Crd): string[] {
  const storage = crd.versions.find((version) => version.storage)?.name;
  if (storage === undefined || crd.storedVersions.includes(storage)) return [...crd.storedVersions];
  return [...crd.storedVersions, storage];
}

function namesJson(names: CrdNames): JsonObject {
  const json: JsonObject = {
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
  };
  if (names.shortNames.length > 0) json['shortNames'] = [...names.shortNames];
  if (names.categories.length > 0) json['categories'] = [...names.categories];
  return json;
}

function conditionJson({ type, status, lastTransitionTime, reason, message }: Condition): Json {
  return { type, status, lastTransitionTime, reason, message };
}

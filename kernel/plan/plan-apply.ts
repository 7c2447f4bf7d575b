import { bucketOf, keyOf } from '../api/keys.ts';
import type { Objects, ObjectWrite } from '../api/objects.ts';
import type { ServedResource } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import type { Approval } from '../approval/approval-kind.ts';
import { approvals, approvalsFor } from '../approval/approval-kind.ts';
import type { KubeObject } from '../model/object.ts';
import { parseObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { conflict, forbidden, StatusError } from '../model/status-error.ts';
import { admissionBindings, admissionPolicies } from '../policy/policy-ids.ts';
import { formatTime } from '../ports/clock.ts';
import type { KeyOperation, StoredObject } from '../store/port.ts';
import { changePolicies } from './change-policy-kind.ts';
import { type Evaluation, type EvaluatorOptions, evaluate } from './evaluation.ts';
import { applyAttemptsMax } from './limits.ts';
import { findMoves, movedError } from './moves.ts';
import type { PlannedWrite } from './overlay-store.ts';
import { isPlan, plans } from './plan-kind.ts';
import { planState } from './plan-phase.ts';
import type { AppliedRecord, PlanRecord, PlanRecords, StoredRecord } from './plan-record.ts';
import { nameOf } from './plan-status.ts';
import { stateStatus } from './state-status.ts';

/** What applying works with. */
export interface ApplyOptions extends EvaluatorOptions {
  readonly objects: Objects;
  readonly records: PlanRecords;
}

/** What an apply led to. */
export interface ApplyOutcome extends AppliedRecord {
  /** Whether the plan had been applied before; then nothing was done now. */
  readonly repeated: boolean;
}

/** Everything about a plan at one instant. */
interface PresentPlan {
  readonly name: string;
  readonly stored: StoredObject;
  readonly kept: StoredRecord;
  readonly decisions: readonly StoredObject[];
}

/**
 * Applies a plan: evaluates it anew, and when that comes to the digest that was approved, commits all its writes and the
 * plan's own outcome in one batch that holds only while every object it read or writes is as it was. So a plan is
 * applied wholly or not at all, once, and exactly as approved; a repeat is answered with what was done.
 *
 * @throws StatusError 403 when the caller may not make one of its writes, 409 `PlanNotApproved` with what is missing,
 * 409 `PlanMoved` with what has changed
 */
export async function applyPlan(
  options: ApplyOptions,
  plan: KubeObject,
  context: WriteContext,
): Promise<ApplyOutcome> {
  const { records, registry, clock } = options;
  const key = await records.commitmentKey();
  for (let attempt = 1; ; attempt++) {
    const asked = present(options, plan);
    const { record } = asked.kept;
    if (record.applied) return { ...record.applied, repeated: true };
    requireApproved(options, asked);
    const { work } = record;
    if (!work) throw refusal(asked.name, 'PlanNotApproved', 'it has nothing to apply');
    const nowMs = clock.now();
    const evaluation = await evaluate(options, work.inputs, context.user, {
      key,
      nowMs,
      looks: false,
      origin: context.origin,
    });
    requireRights(evaluation, asked.name);
    const isSame = evaluation.digest === record.digest;
    if (!isSame) throw movedError(asked.name, findMoves(work.basis, evaluation, registry, key));
    // Time has passed, and decisions may have come: what counts is what is there as the commit begins.
    const ready = present(options, plan);
    requireApproved(options, ready);
    const outcome = outcomeOf(evaluation, record, context, clock.now());
    if (context.dryRun) return { ...outcome, repeated: false };
    try {
      await commit(options, ready, evaluation, outcome, context);
      return { ...outcome, repeated: false };
    } catch (error) {
      // Somebody was faster with one of the objects, or with this plan: look again.
      const isRace = error instanceof StatusError && (error.code === 409 || error.code === 404);
      if (!isRace || attempt >= applyAttemptsMax) throw error;
    }
  }
}

function present({ objects, records, tenant }: ApplyOptions, plan: KubeObject): PresentPlan {
  const { name, uid } = plan.metadata;
  const stored = objects.store.get(keyOf(tenant, plans, '', name));
  const kept = stored && records.read(name, uid);
  if (!stored || !kept) throw refusal(name, 'PlanNotApproved', 'what it was made from is not there any more');
  const decisions = objects.store
    .list(bucketOf(tenant, approvals))
    .objects.filter((one) => one.value.includes(name));
  return { name, stored, kept, decisions };
}

/** The decisions about a plan that is read from the store. */
export function decisionsAbout(objects: readonly KubeObject[], name: string, uid: string): Approval[] {
  return approvalsFor(objects, { kind: 'Plan', name, uid });
}

function requireApproved({ clock }: ApplyOptions, { name, kept, decisions }: PresentPlan): void {
  const { record } = kept;
  const about = decisionsAbout(decisions.map(parseStored), name, record.uid);
  const state = planState(record, about, clock.now());
  if (state.phase === 'Approved' || state.phase === 'Applied') return;
  const lapsed = about.filter(
    ({ spec: { expiresAt } }) => expiresAt !== undefined && Date.parse(expiresAt) <= clock.now(),
  );
  const ended = lapsed.map(
    ({ spec }) => ` The approval of ${spec.approver?.username ?? ''} ended at ${spec.expiresAt}.`,
  );
  throw refusal(name, 'PlanNotApproved', `it is ${state.phase}. ${state.message}${ended.join('')}`);
}

function refusal(name: string, reason: string, why: string): StatusError {
  const error = conflict({ group: plans.group, resource: plans.resource, name }, why);
  return new StatusError(error.code, reason, error.message, error.details);
}

function requireRights({ changes }: Evaluation, plan: string): void {
  const refused = changes.filter(({ isForbidden }) => isForbidden);
  const [first] = refused;
  if (!first) return;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more objects)` : '';
  const why = `applying it takes the right to make each of its changes: ${nameOf(first.ref)}: ${first.problems[0]?.message ?? ''}${more}`;
  throw forbidden({ group: plans.group, resource: plans.resource, name: plan }, why);
}

function outcomeOf(
  { digest, rehearsal }: Evaluation,
  _record: PlanRecord,
  { user }: WriteContext,
  nowMs: number,
): AppliedRecord {
  return { at: formatTime(nowMs), by: user.username, digest, writes: rehearsal.world.store.planned.length };
}

async function commit(
  options: ApplyOptions,
  { name, stored, kept, decisions }: PresentPlan,
  { rehearsal, basis }: Evaluation,
  applied: AppliedRecord,
  context: WriteContext,
): Promise<void> {
  const { objects, records, tenant } = options;
  const { store } = rehearsal.world;
  const requests = new Map(rehearsal.changes.map((change) => [change.key, change]));
  const writes: ObjectWrite[] = [];
  for (const planned of store.planned) {
    const operation = operationOf(planned);
    const change = requests.get(planned.key);
    if (!operation) continue;
    if (!change?.request) throw new Error(`a plan writes ${planned.key}, which is none of its changes`);
    const annotations = change.judgement?.annotations;
    writes.push({ request: change.request, name: change.ref.name, operation, annotations });
  }
  const { work: _work, ...record } = kept.record;
  const done: PlanRecord = { ...record, applied };
  writes.push(planWrite(options, { name, stored }, done, context));
  const policies = [
    ...basis.policies.map((policy) => keyOf(tenant, changePolicies, '', policy.name)),
    ...(basis.admission ?? []).flatMap(({ policy, binding }) => [
      keyOf(tenant, admissionPolicies, '', policy),
      keyOf(tenant, admissionBindings, '', binding),
    ]),
  ];
  const checks: KeyOperation[] = [
    ...store.onlyRead.map(({ key, revision }) => ({ type: 'check', key, expect: revision }) as const),
    ...decisions.map(({ key, revision }) => ({ type: 'check', key, expect: revision }) as const),
    ...policies
      .map((key) => ({ type: 'check', key, expect: objects.store.get(key)?.revision ?? 0 }) as const)
      .filter(({ key }) => !store.planned.some((planned) => planned.key === key)),
  ];
  await objects.commitAll(writes, [...uniqueChecks(checks), records.write(name, done, kept.revision)]);
}

/** What a planned write is on the real store; undefined for what was made and deleted in the plan itself. */
function operationOf({ key, expect, isGone, value }: PlannedWrite): KeyOperation | undefined {
  if (isGone && expect === 0) return undefined;
  const object = parseObject(value);
  const stamped = (revision: number): string => {
    object.metadata.resourceVersion = String(revision);
    return JSON.stringify(object);
  };
  return { type: isGone ? 'delete' : 'put', key, expect, value: stamped };
}

/** The plan's own status, written with what it did. */
function planWrite(
  { registry, clock }: ApplyOptions,
  { name, stored }: { readonly name: string; readonly stored: StoredObject },
  record: PlanRecord,
  context: WriteContext,
): ObjectWrite {
  const served = servedPlan(registry);
  const plan = parseStored(stored);
  const nowMs = clock.now();
  const before = isPlan(plan) ? plan.status : undefined;
  const shown = stateStatus(planState(record, [], nowMs), before, nowMs);
  const demands = before?.demands;
  plan['status'] = { ...before, ...shown, ...(demands ? { demands } : {}), applied: record.applied };
  return {
    request: {
      served,
      namespace: '',
      name,
      subresource: 'status',
      user: context.user,
      origin: context.origin,
      manager: 'plinth',
      dryRun: false,
      fieldValidation: 'Ignore',
      duplicates: [],
      nowMs,
      warn: context.warn,
    },
    name,
    operation: {
      type: 'put',
      key: stored.key,
      expect: stored.revision,
      value: (revision) => {
        plan.metadata.resourceVersion = String(revision);
        return JSON.stringify(plan);
      },
    },
  };
}

function servedPlan(registry: EvaluatorOptions['registry']): ServedResource {
  const type = registry.get(plans.group, plans.resource);
  const version = type?.versions[0];
  if (!type || !version) throw new Error('plans are not served');
  return { type, version };
}

function uniqueChecks(checks: readonly KeyOperation[]): KeyOperation[] {
  return [...new Map(checks.map((check) => [check.key, check])).values()];
}

import { Gate } from '../api/gate.ts';
import { bucketOf, keyOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import { parseStored } from '../api/versions.ts';
import type { ApprovalTargetRef } from '../approval/approval-kind.ts';
import { approvals } from '../approval/approval-kind.ts';
import type { ApprovalTarget, ApprovalTargets } from '../approval/approval-targets.ts';
import type { UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import { struct } from '../builtin/schema-fields.ts';
import { defineKind, type KindDefinition, resourceOf } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion, type SubresourceAction, type WriteContext } from '../model/resource-type.ts';
import { conflict, forbidden, notFound, StatusError } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { formatTime } from '../ports/clock.ts';
import type { StoreOperation } from '../store/port.ts';
import { changePolicyKind } from './change-policy-kind.ts';
import { type Evaluation, type EvaluatorOptions, evaluate, type JudgedChange } from './evaluation.ts';
import { evaluationsAtOnce, evaluationsWaitingMax } from './limits.ts';
import { type ApplyOutcome, applyPlan, decisionsAbout } from './plan-apply.ts';
import { isPlan, type PlanSpec, type PlanStatus, planKind, plans } from './plan-kind.ts';
import { planState } from './plan-phase.ts';
import { type PlanInputs, type PlanRecord, PlanRecords } from './plan-record.ts';
import { failureText, shownEvaluation, withoutManifests } from './plan-status.ts';
import { evaluateSections, type PlanSection } from './sections.ts';
import { stateStatus } from './state-status.ts';

/** What planning stands on. */
export interface PlanningOptions extends EvaluatorOptions {
  readonly objects: Objects;
  readonly targets: ApprovalTargets;
}

/** Makes plans and applies them: what the kinds Plan and ChangePolicy do. */
export class Planning {
  readonly kinds: readonly KindDefinition[];
  readonly records: PlanRecords;
  readonly #options: PlanningOptions;
  readonly #sections: PlanSection[] = [];

  constructor(options: Omit<PlanningOptions, 'line'>) {
    const refusal = 'too many plans are being evaluated; try again later';
    this.#options = { ...options, line: new Gate(evaluationsAtOnce, evaluationsWaitingMax, refusal) };
    this.records = new PlanRecords(options.objects, options.random);
    const actions = { apply: applyAction((plan, body, context) => this.#apply(plan, body, context)) };
    const complete = (plan: KubeObject, context: WriteContext) => this.#complete(plan, context);
    this.kinds = [planKind({ complete, actions }), changePolicyKind];
    options.targets.register('Plan', (ref) => this.#target(ref));
  }

  /** Adds a section to every plan from now on. @throws Error when there is one of that name */
  addSection(section: PlanSection): void {
    if (this.#sections.some(({ name }) => name === section.name)) {
      throw new Error(`there is a plan section ${section.name} already`);
    }
    this.#sections.push(section);
  }

  /**
   * Applies a plan for a user who is not on the line.
   * @param digest the digest that the user has seen; absent: whatever it is
   * @throws StatusError 403, 404 or 409 as the API would answer
   */
  async applyFor(name: string, digest: string | undefined, user: UserInfo): Promise<ApplyOutcome> {
    const { store, tenant, clock, authorizer } = this.#options;
    const stored = store.get(keyOf(tenant, plans, '', name));
    const id = { group: plans.group, resource: plans.resource, name };
    if (!stored) throw notFound(id);
    const asked = { user, verb: 'create', ...id, subresource: 'apply', namespace: '' };
    const { allowed } = authorizer.authorize(asked);
    if (!allowed) throw forbidden(id, refusalMessage(asked));
    return await this.#applySeen(parseStored(stored), digest, {
      user,
      operation: 'create',
      subresource: 'apply',
      nowMs: clock.now(),
      dryRun: false,
      warn: () => {},
    });
  }

  /** Evaluates a new plan and fills in what it shows; what it was made from is sealed beside it. */
  async #complete(plan: KubeObject, context: WriteContext): Promise<readonly StoreOperation[]> {
    if (!isPlan(plan)) return [];
    const { user, nowMs, dryRun, origin } = context;
    const { name, uid } = plan.metadata;
    const inputs = inputsOf(plan.spec);
    const key = await this.records.commitmentKey();
    const evaluation = await evaluate(this.#options, inputs, user, { key, nowMs, looks: true, origin });
    const failed = failureText(evaluation.changes);
    const sections =
      failed === undefined
        ? await evaluateSections(this.#sections, evaluation.changes, this.#options.clock)
        : [];
    const record: PlanRecord = {
      uid,
      author: user.username,
      digest: evaluation.digest,
      expiresAtMs: nowMs + evaluation.ttlMs,
      demands: evaluation.demands,
      ...(failed === undefined ? { work: { inputs, basis: evaluation.basis } } : { failed }),
    };
    plan['spec'] = withoutManifests(plan['spec']);
    plan['status'] = {
      ...stateStatus(planState(record, [], nowMs), undefined, nowMs),
      digest: record.digest,
      expiresAt: formatTime(record.expiresAtMs),
      ...this.#shown(evaluation, key, uid, user),
      ...(sections.length === 0 ? {} : { sections }),
    } satisfies PlanStatus;
    return dryRun ? [] : [this.records.write(name, record)];
  }

  #shown(evaluation: Evaluation, key: Uint8Array, uid: string, user: WriteContext['user']) {
    const { authorizer } = this.#options;
    return shownEvaluation(evaluation, {
      key,
      uid,
      definitionOf: (change) => this.#definitionOf(change),
      mayKnow: ({ type: { group, resource }, ref: { namespace = '', name } }) =>
        authorizer.authorize({ user, verb: 'get', group, resource, subresource: '', namespace, name })
          .allowed,
    });
  }

  #definitionOf({ served }: JudgedChange): KubeObject | undefined {
    if (!served) return undefined;
    const { store, tenant } = this.#options;
    const crds = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
    const stored = store.get(keyOf(tenant, crds, '', `${served.type.resource}.${served.type.group}`));
    return stored && parseStored(stored);
  }

  async #apply(plan: KubeObject, body: KubeObject, context: WriteContext): Promise<KubeObject> {
    const seen = isObject(body['spec']) ? body['spec']['digest'] : undefined;
    const outcome = await this.#applySeen(plan, typeof seen === 'string' ? seen : undefined, context);
    const status = { phase: 'Applied', ...outcome };
    return { ...body, metadata: { ...body.metadata, name: plan.metadata.name }, status };
  }

  /** Applies a plan, if it is the one that the caller has seen. */
  async #applySeen(plan: KubeObject, seen: string | undefined, context: WriteContext): Promise<ApplyOutcome> {
    const { name, uid } = plan.metadata;
    const digest = this.records.read(name, uid)?.record.digest;
    if (seen !== undefined && digest !== undefined && seen !== digest) {
      const why = `its digest is ${digest}, and ${seen} was to be applied; look at it again`;
      throw conflict({ group: plans.group, resource: plans.resource, name }, why);
    }
    return await applyPlan({ ...this.#options, records: this.records }, plan, context);
  }

  /** The plan that an approval is about. */
  #target({ name }: ApprovalTargetRef): ApprovalTarget | undefined {
    const { store, tenant, clock } = this.#options;
    const stored = store.get(keyOf(tenant, plans, '', name));
    const plan = stored && parseStored(stored);
    const record = plan && this.records.read(name, plan.metadata.uid)?.record;
    if (!plan || !record) return undefined;
    const { uid } = plan.metadata;
    const all = store.list(bucketOf(tenant, approvals)).objects;
    const about = decisionsAbout(all.filter((one) => one.value.includes(name)).map(parseStored), name, uid);
    const { phase } = planState(record, about, clock.now());
    const isClosed = phase === 'Applied' || phase === 'Expired' || phase === 'Failed';
    return {
      uid,
      digest: record.digest,
      author: record.author,
      demands: record.demands.map(({ groups = [] }) => ({ groups })),
      ...(isClosed ? { closed: phase } : {}),
      owner: { apiVersion: groupVersion(plans.group, 'v1alpha1'), kind: 'Plan', name, uid },
    };
  }
}

function inputsOf(spec: PlanSpec): PlanInputs {
  const { manifests = [], delete: deletes = [], prune, namespace = 'default', force, fieldManager } = spec;
  return {
    // The server has parsed them from JSON; nothing else can be in them.
    manifests: manifests as PlanInputs['manifests'],
    deletes,
    ...(prune ? { prune } : {}),
    namespace,
    force: force === true,
    fieldManager: fieldManager ?? 'plinth-plan',
  };
}

const applicationKind = defineKind({
  group: plans.group,
  version: 'v1alpha1',
  kind: 'PlanApplication',
  plural: 'planapplications',
  scope: 'Cluster',
  statusSubresource: false,
  verbs: ['create'],
  description: 'A PlanApplication applies a plan.',
  fields: {
    spec: Type.Optional(
      struct('What is to be applied.', {
        digest: Type.Optional(
          Type.String({ description: 'The digest that the caller has seen; another one is refused.' }),
        ),
      }),
    ),
    status: Type.Optional(
      struct('What was applied, filled in by the server.', {
        phase: Type.String({ description: 'Applied.' }),
        digest: Type.String({ description: 'The digest of what was applied.' }),
        at: Type.String({ description: 'When it was applied.' }),
        by: Type.String({ description: 'Who applied it.' }),
        writes: Type.Integer({ description: 'Objects that were written, all at once.' }),
        repeated: Type.Boolean({
          description: 'Whether it had been applied before, and nothing was done now.',
        }),
      }),
    ),
  },
});

function applyAction(run: SubresourceAction['run']): SubresourceAction {
  const [version] = resourceOf(applicationKind).versions;
  if (!version) throw new StatusError(500, 'InternalError', 'PlanApplication has no version');
  const { group, version: name, kind } = applicationKind;
  return { group, version: name, kind, schema: version.schema, run };
}

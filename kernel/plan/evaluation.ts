import type { Gate } from '../api/gate.ts';
import type { UserInfo } from '../auth/port.ts';
import type { Store } from '../store/port.ts';
import type { ChangePolicies, PolicyMatch } from './change-policies.ts';
import { type ChangedObject, type Dependant, definedBy, findDependants } from './dependants.ts';
import { durationMs } from './duration.ts';
import { evaluationsMax, planTtlMsDefault, planTtlMsFree } from './limits.ts';
import { digestOf } from './object-state.ts';
import type { AdmissionBasis, DemandRecord, PlanBasis, PlanInputs } from './plan-record.ts';
import { Rehearsal, type RehearsalSettings, type RehearsedChange } from './rehearsal.ts';
import type { WorldOptions } from './rehearsal-world.ts';

/** What evaluations are made from. */
export interface EvaluatorOptions extends WorldOptions {
  readonly policies: ChangePolicies;
  /** Where evaluations wait for their turn. */
  readonly line: Gate;
}

/** By whom, when and how a plan is evaluated. */
export interface EvaluationSettings extends RehearsalSettings {
  /** Whether dependants are looked for that are not deleted; they are for people, and no part of the digest. */
  readonly looks: boolean;
}

/** A change with the policies that match it. */
export interface JudgedChange extends RehearsedChange {
  readonly matches: readonly PolicyMatch[];
}

/** What a plan comes to in the world of one instant. */
export interface Evaluation {
  /** Covers inputs, observed state, outcome and policies; the same plan in the same world has the same. */
  readonly digest: string;
  readonly changes: readonly JudgedChange[];
  readonly dependants: readonly Dependant[];
  readonly basis: PlanBasis;
  readonly demands: readonly DemandRecord[];
  /** How long the plan may be applied, in milliseconds. */
  readonly ttlMs: number;
  /** The overlay that holds what would be written. */
  readonly rehearsal: Rehearsal;
}

/**
 * Evaluates a plan against one state of the world. When the world moves meanwhile, which it can because other requests
 * get their turn, it is evaluated again; the last time in one go.
 *
 * Large plans take memory and time, so only a few are evaluated at once; the others wait, one line for each user.
 */
export async function evaluate(
  options: EvaluatorOptions,
  inputs: PlanInputs,
  user: UserInfo,
  at: EvaluationSettings,
): Promise<Evaluation> {
  return await options.line.pass(user.username, () => evaluateInTurn(options, inputs, user, at));
}

async function evaluateInTurn(
  options: EvaluatorOptions,
  inputs: PlanInputs,
  user: UserInfo,
  at: EvaluationSettings,
): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    const rehearsal = new Rehearsal(options, inputs, user, at);
    try {
      await rehearsal.run(attempt < evaluationsMax);
      // From here on nothing waits, so that all of it is of the same instant.
      if (!rehearsal.world.store.moved || attempt >= evaluationsMax) {
        return conclude(options, inputs, rehearsal, at.looks);
      }
    } finally {
      rehearsal.world.close();
    }
  }
}

function conclude(
  { policies, store, tenant, registry }: EvaluatorOptions,
  inputs: PlanInputs,
  rehearsal: Rehearsal,
  looks: boolean,
): Evaluation {
  const changes = rehearsal.changes.map((change) => ({
    ...change,
    matches: matchesOf(policies, change, rehearsal.world.store),
  }));
  const dependants = findDependants(store, tenant, registry, changedObjects(changes, looks));
  const matched = uniquePolicies(changes);
  const basis: PlanBasis = {
    targets: changes.map(({ state }) => state).filter((state) => state !== undefined),
    cascade: cascadeOf(dependants),
    policies: matched.map(({ policy: { metadata, spec } }) => ({
      name: metadata.name,
      uid: metadata.uid,
      digest: digestOf(spec),
    })),
    ...admissionBasis(changes),
  };
  const ttls = matched.map(({ policy }) => durationMs(policy.spec.planTTL ?? '') ?? planTtlMsDefault);
  return {
    digest: planDigest(inputs, basis, rehearsal.manifestDigests, verdictsOf(changes)),
    changes,
    dependants,
    basis,
    demands: demandsOf(matched),
    ttlMs: ttls.length === 0 ? planTtlMsFree : Math.min(...ttls),
    rehearsal,
  };
}

function matchesOf(
  policies: ChangePolicies,
  change: RehearsedChange,
  planned: Store,
): readonly PolicyMatch[] {
  const { operation, served, before, after } = change;
  if (!served || operation === 'None' || operation === 'Error') return [];
  const object = operation === 'Delete' ? before : after;
  if (!object) return [];
  const verb = ({ Create: 'create', Update: 'update', Delete: 'delete' } as const)[operation];
  return policies.matching({ operation: verb, type: served.type, object, old: before }, undefined, planned);
}

function changedObjects(changes: readonly RehearsedChange[], looks: boolean): ChangedObject[] {
  return changes.flatMap(({ operation, ref, key, before }) => {
    const isDeleted = operation === 'Delete';
    if (!key || !before || !(isDeleted || (looks && operation === 'Update'))) return [];
    const defines = definedBy(before);
    return [{ ref, key, uid: before.metadata.uid, isDeleted, ...(defines ? { defines } : {}) }];
  });
}

function cascadeOf(dependants: readonly Dependant[]): PlanBasis['cascade'] {
  return dependants
    .filter(({ isDeleted }) => isDeleted)
    .map(({ ref, uid }) => ({ ref, uid }))
    .sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

/** What the policies say of each change. */
function verdictsOf(changes: readonly RehearsedChange[]): unknown {
  return changes.flatMap(({ key = '', judgement }) =>
    (judgement?.verdicts ?? []).map(({ policy, binding, action, message }) => [
      key,
      policy,
      binding,
      action,
      message,
    ]),
  );
}

function planDigest(
  inputs: PlanInputs,
  basis: PlanBasis,
  manifestDigests: readonly string[],
  verdicts: unknown,
): string {
  const { manifests: _, ...rest } = inputs;
  return digestOf({
    inputs: { ...rest, manifests: manifestDigests },
    targets: basis.targets
      .map(({ key, operation, beforeDigest, outcome }) => [
        key,
        operation,
        beforeDigest ?? null,
        outcome ?? null,
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    cascade: basis.cascade.map(({ uid }) => uid),
    policies: basis.policies,
    // Left out where there is none, so that the digests of plans from before there were such policies stay as they are.
    ...(basis.admission ? { admission: basis.admission, verdicts } : {}),
  });
}

/** The admission policies that judge any of the changes, each with its binding once. */
function admissionBasis(changes: readonly RehearsedChange[]): Pick<PlanBasis, 'admission'> {
  const found = new Map<string, AdmissionBasis>();
  const known = new Map<string, readonly unknown[]>();
  for (const one of changes.flatMap(({ judgement }) => judgement?.consulted ?? [])) {
    const { policy, binding, parts } = one;
    const pair = `${policy} ${binding}`;
    // Thousands of objects are judged by the same few policies, whose digests take long to make.
    const before = known.get(pair);
    if (before?.length === parts.length && parts.every((part, i) => part === before[i])) continue;
    known.set(pair, parts);
    const digest = digestOf(one.basis());
    found.set(`${pair} ${digest}`, { policy, binding, digest });
  }
  if (found.size === 0) return {};
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { admission: sorted.map(([, one]) => one) };
}

/** Each policy once, with the first change that it matches as the reason. */
function uniquePolicies(changes: readonly JudgedChange[]): PolicyMatch[] {
  const byUid = new Map<string, PolicyMatch>();
  for (const match of changes.flatMap(({ matches }) => matches)) {
    const { uid } = match.policy.metadata;
    if (!byUid.has(uid)) byUid.set(uid, match);
  }
  return [...byUid.values()].sort((a, b) => (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1));
}

function demandsOf(matches: readonly PolicyMatch[]): DemandRecord[] {
  return matches.flatMap(({ policy, why }) =>
    (policy.spec.approvals ?? []).map(({ groups, count }) => ({
      policy: policy.metadata.name,
      ...(groups === undefined ? {} : { groups }),
      count,
      reason: why,
    })),
  );
}

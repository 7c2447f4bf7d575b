import type { Registry } from '../api/registry.ts';
import { conflict, type StatusCause, StatusError } from '../model/status-error.ts';
import type { Evaluation } from './evaluation.ts';
import { movesListed } from './limits.ts';
import type { PlanField } from './plan-kind.ts';
import type { AdmissionBasis, PlanBasis, TargetState } from './plan-record.ts';
import { nameOf } from './plan-status.ts';
import { shownFields } from './shown-fields.ts';

/** Something that is not as it was when a plan was made. */
export interface Move {
  /** The object or policy. */
  readonly what: string;
  /** What it was and what it is. */
  readonly how: string;
}

/**
 * What has changed between the state that a plan was made on and the present one, field by field.
 * @param key of commitments, by which values of secrets are told apart without being shown
 */
export function findMoves(then: PlanBasis, now: Evaluation, registry: Registry, key: Uint8Array): Move[] {
  const moves: Move[] = [];
  const before = new Map(then.targets.map((target) => [target.key, target]));
  const after = new Map(now.basis.targets.map((target) => [target.key, target]));
  for (const change of now.changes) {
    for (const { field, message } of change.problems) {
      moves.push({ what: nameOf(change.ref), how: field === undefined ? message : `${field}: ${message}` });
    }
  }
  for (const target of now.basis.targets) {
    const known = before.get(target.key);
    if (!known) moves.push({ what: nameOf(target.ref), how: 'would be changed now and was not to be' });
    else moves.push(...movesOf(known, target, registry, key));
  }
  for (const target of then.targets) {
    if (after.has(target.key)) continue;
    moves.push({ what: nameOf(target.ref), how: 'was to be changed and would not be now' });
  }
  moves.push(
    ...movesOfCascade(then, now.basis),
    ...movesOfPolicies(then, now.basis),
    ...movesOfAdmission(then, now.basis),
  );
  return moves;
}

function movesOf(then: TargetState, now: TargetState, registry: Registry, key: Uint8Array): Move[] {
  const what = nameOf(now.ref);
  if (!then.before && !now.before) return outcomeMoves(then, now);
  if (!then.before) return [{ what, how: 'was not there and is there now' }];
  if (!now.before) return [{ what, how: 'was there and is gone' }];
  if (then.before.metadata.uid !== now.before.metadata.uid) {
    return [{ what, how: 'was deleted and made anew' }];
  }
  const served = registry.forKind(now.ref.apiVersion, now.ref.kind);
  if (!served) return [];
  const states = { served, before: then.before, after: now.before, replacing: [] };
  const { fields, omitted } = shownFields(states, { key, place: what, budget: { chars: 64_000 } });
  const moves = fields.map((field) => ({ what, how: fieldMove(field) }));
  if (omitted > 0) moves.push({ what, how: `${omitted} more fields have changed` });
  return moves.length > 0 ? moves : outcomeMoves(then, now);
}

function outcomeMoves(then: TargetState, now: TargetState): Move[] {
  // Why it is not possible any more is told already.
  if (now.operation === 'Error') return [];
  if (then.outcome === now.outcome && then.operation === now.operation) return [];
  return [
    { what: nameOf(now.ref), how: 'would come out differently: its kind has other rules or defaults now' },
  ];
}

function fieldMove({ path, sensitive, ...field }: PlanField): string {
  if (sensitive) return `${path} has another secret value now`;
  const text = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
  return `${path} was ${text(field.before)} and is ${text(field.after)}`;
}

function movesOfCascade(then: PlanBasis, now: PlanBasis): Move[] {
  const before = new Set(then.cascade.map(({ uid }) => uid));
  const after = new Set(now.cascade.map(({ uid }) => uid));
  return [
    ...now.cascade
      .filter(({ uid }) => !before.has(uid))
      .map(({ ref }) => ({
        what: nameOf(ref),
        how: 'would be deleted along and was not there when it was planned',
      })),
    ...then.cascade
      .filter(({ uid }) => !after.has(uid))
      .map(({ ref }) => ({
        what: nameOf(ref),
        how: 'was to be deleted along and is gone or depends on something else',
      })),
  ];
}

function movesOfPolicies(then: PlanBasis, now: PlanBasis): Move[] {
  const before = new Map(then.policies.map((policy) => [policy.name, policy]));
  const after = new Set(now.policies.map(({ name }) => name));
  const moves: Move[] = [];
  for (const { name, uid, digest } of now.policies) {
    const known = before.get(name);
    const what = `ChangePolicy/${name}`;
    if (!known) moves.push({ what, how: 'did not match the change and does now' });
    else if (known.uid !== uid) moves.push({ what, how: 'was deleted and made anew' });
    else if (known.digest !== digest) moves.push({ what, how: 'asks for something else now' });
  }
  for (const { name } of then.policies) {
    if (!after.has(name))
      moves.push({ what: `ChangePolicy/${name}`, how: 'matched the change and does not now' });
  }
  return moves;
}

function movesOfAdmission({ admission: then = [] }: PlanBasis, { admission: now = [] }: PlanBasis): Move[] {
  const moves: Move[] = [];
  const isSame = (a: AdmissionBasis, b: AdmissionBasis): boolean =>
    a.policy === b.policy && a.binding === b.binding;
  for (const one of now) {
    const what = `ValidatingAdmissionPolicy/${one.policy} with binding ${one.binding}`;
    const known = then.filter((other) => isSame(one, other));
    if (known.length === 0) moves.push({ what, how: 'did not judge the change and does now' });
    else if (!known.some(({ digest }) => digest === one.digest)) {
      moves.push({ what, how: 'has other rules or parameters now' });
    }
  }
  for (const one of then) {
    if (now.some((other) => isSame(one, other))) continue;
    const what = `ValidatingAdmissionPolicy/${one.policy} with binding ${one.binding}`;
    moves.push({ what, how: 'judged the change and does not now' });
  }
  return moves;
}

/** The refusal to apply a plan to a world that has moved. */
export function movedError(plan: string, moves: readonly Move[]): StatusError {
  const listed = moves.slice(0, movesListed);
  const more = moves.length - listed.length;
  const lines = listed.map(({ what, how }) => `${what}: ${how}`);
  if (more > 0) lines.push(`and ${more} more`);
  const causes: StatusCause[] = listed.map(({ what, how }) => ({
    reason: 'WorldMoved',
    field: what,
    message: how,
  }));
  const why = `what it was made on has changed since; nothing was applied. ${lines.join('; ')}. Make another plan`;
  const error = conflict({ group: 'plinth.dev', resource: 'plans', name: plan }, why);
  return new StatusError(error.code, 'PlanMoved', error.message, { ...error.details, causes });
}

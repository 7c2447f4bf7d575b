import { isList, isRecord, type Value } from '@plinth/terraform-json';
import { isDestructive } from './normalized-change.ts';
import type { Action, Plan, ReplaceOrder, ResourceChange } from './plan.ts';
import { redactPlan } from './redaction.ts';

/**
 * What came of planning.
 * - `errored`: planning failed; what the plan has is a part, and an empty one does not mean that there is nothing to do
 * - `changes`: resources change, or move, or come under management
 * - `only-outputs`: no resource changes, output values do
 * - `only-drift`: nothing is to be done, but the state is behind what is there
 * - `only-deferred`: all that is to be done waits for another round
 * - `no-changes`: what is there is what is declared
 */
export type Outcome = 'errored' | 'changes' | 'only-outputs' | 'only-drift' | 'only-deferred' | 'no-changes';

/** How often each is done. A resource that moves and changes counts in both; `noOp` counts those to which nothing happens. */
export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly read: number;
  readonly import: number;
  readonly move: number;
  readonly forget: number;
  readonly noOp: number;
}

/** An object that is deleted. */
export interface DestructiveChange {
  readonly address: string;
  readonly deposed: string | undefined;
  readonly action: Action;
  readonly replaceOrder: ReplaceOrder | undefined;
  /** Such as `replace_because_cannot_update`; undefined where Terraform gives none. */
  readonly reason: string | undefined;
}

/** A plan in figures and names. */
export interface Summary {
  readonly outcome: Outcome;
  readonly counts: ChangeCounts;
  readonly destructive: readonly DestructiveChange[];
  /** Addresses of resources that have changed outside of Terraform. */
  readonly drift: readonly string[];
  readonly outputs: readonly { readonly name: string; readonly action: Action }[];
  /** What is known only after apply, in resources that change and in outputs. */
  readonly unknown: { readonly values: number; readonly resources: number; readonly outputs: number };
  /** Changes that wait for another round. */
  readonly deferred: number;
  /** Addresses of checks that failed or could not be made. */
  readonly failedChecks: readonly string[];
}

/** Counts what a plan would do, and names what it would delete. Secrets in addresses are hidden. */
export function summarize(plan: Plan): Summary {
  const shown = redactPlan(plan);
  const changes = shown.resourceChanges;
  const count = (isCounted: (one: ResourceChange) => boolean): number => changes.filter(isCounted).length;
  const done = (action: Action): number => count((one) => one.change.action === action);
  const outputs = [...shown.outputChanges].filter(([, { action }]) => action !== 'no-op');
  const unknowns = changes.map(({ change }) => trueIn(change.afterUnknown)).filter((n) => n > 0);
  const unknownOutputs = outputs.map(([, change]) => trueIn(change.afterUnknown)).filter((n) => n > 0);
  return {
    outcome: outcomeOf(shown),
    counts: {
      create: done('create'),
      update: done('update'),
      replace: done('replace'),
      delete: done('delete'),
      read: done('read'),
      import: count(({ change }) => change.importing !== undefined),
      move: count(({ previousAddress }) => previousAddress !== undefined),
      forget: done('forget'),
      noOp: count((one) => !isDoing(one)),
    },
    destructive: changes
      .filter(({ change }) => isDestructive(change))
      .map(({ address, deposed, change: { action, replaceOrder }, actionReason }) => ({
        address,
        deposed,
        action,
        replaceOrder,
        reason: actionReason,
      })),
    drift: shown.resourceDrift.filter(isDoing).map(({ address }) => address),
    outputs: outputs.map(([name, { action }]) => ({ name, action })),
    unknown: {
      values: [...unknowns, ...unknownOutputs].reduce((sum, n) => sum + n, 0),
      resources: unknowns.length,
      outputs: unknownOutputs.length,
    },
    deferred: shown.deferredChanges.length,
    failedChecks: shown.checks
      .filter(({ status }) => status === 'fail' || status === 'error')
      .map(({ address }) => address),
  };
}

/** Whether anything happens to a resource or to what the state says of it. */
export function isDoing({ previousAddress, change }: ResourceChange): boolean {
  return change.action !== 'no-op' || previousAddress !== undefined || change.importing !== undefined;
}

function outcomeOf(plan: Plan): Outcome {
  if (plan.isErrored) return 'errored';
  if (plan.resourceChanges.some(isDoing)) return 'changes';
  if ([...plan.outputChanges.values()].some(({ action }) => action !== 'no-op')) return 'only-outputs';
  if (plan.deferredChanges.length > 0) return 'only-deferred';
  return plan.resourceDrift.some(isDoing) ? 'only-drift' : 'no-changes';
}

function trueIn(marks: Value): number {
  if (isList(marks)) return marks.reduce<number>((sum, one) => sum + trueIn(one), 0);
  if (!isRecord(marks)) return marks === true ? 1 : 0;
  return Object.values(marks).reduce<number>((sum, one) => sum + trueIn(one), 0);
}

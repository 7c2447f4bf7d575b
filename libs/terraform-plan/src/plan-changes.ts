import { isDestructive } from './normalized-change.ts';
import type { Action, Plan, ReplaceOrder, ResourceChange } from './plan.ts';
import { headlineOf, noticesOf, reasonOf } from './plan-view.ts';
import { redactPlan } from './redaction.ts';
import { printable } from './shown-value.ts';
import { isDoing, type Summary, summarize } from './summary.ts';
import { differencesOf } from './value-difference.ts';

/** A plan for programs that show it. Members that have no value are left out when it is written as JSON. */
export interface PlanChanges extends Pick<Summary, 'outcome' | 'counts' | 'unknown'> {
  /** Such as `1 to replace, 2 to create`. */
  readonly headline: string;
  /** What has to be known before the rest is read. */
  readonly notices: readonly string[];
  /** What is deleted first, then in the order of the plan; only those to which something happens. */
  readonly resources: readonly ShownChange[];
  readonly outputs: readonly ShownOutput[];
  /** What waits for another round. */
  readonly deferred: readonly ShownChange[];
  /** What was changed outside of Terraform: `before` is what the state had, `after` what is there. */
  readonly drift: readonly ShownChange[];
}

/** What happens to one resource. */
export interface ShownChange {
  readonly address: string;
  /** The address that it had before it was moved. */
  readonly previousAddress?: string;
  /** The key of an object whose place another one took. */
  readonly deposed?: string;
  readonly module?: string;
  readonly mode: string;
  readonly type: string;
  readonly action: Action;
  readonly replaceOrder?: ReplaceOrder;
  readonly isDestructive: boolean;
  readonly isImported: boolean;
  /** Why, as people say it. */
  readonly reason?: string;
  readonly attributes: readonly ShownAttribute[];
  /** Attributes beyond the first 200. */
  readonly attributesLeftOut?: number;
}

/** What happens to one output value of the root module. */
export interface ShownOutput extends Pick<ShownChange, 'action' | 'attributes' | 'attributesLeftOut'> {
  readonly name: string;
}

/** An attribute that is not the same before and after; a side that has none is left out. */
export interface ShownAttribute {
  /** Such as `tags.owner`, or `policy{}.Statement[0].Action` within a text of JSON. */
  readonly path: string;
  /** As people read it: texts in quotation marks, what is long cut. */
  readonly before?: string;
  readonly after?: string;
  readonly forcesReplacement: boolean;
}

/** Attributes of one resource that are told. */
const attributesMax = 200;

/**
 * What a plan would do, resource by resource and attribute by attribute, without secrets: for pages and programs that show it.
 * Secrets are hidden, whether the plan was redacted before or not.
 */
export function planChanges(plan: Plan): PlanChanges {
  const shown = redactPlan(plan);
  const summary = summarize(shown);
  const { outcome, counts, unknown } = summary;
  const doing = shown.resourceChanges.filter(isDoing);
  const outputs = [...shown.outputChanges].filter(([, { action }]) => action !== 'no-op');
  return {
    outcome,
    counts,
    unknown,
    headline: headlineOf(summary),
    notices: noticesOf(shown, summary).map(({ words, quote }) =>
      quote === undefined ? words : `${words} ${quote}`,
    ),
    resources: [
      ...doing.filter(({ change }) => isDestructive(change)),
      ...doing.filter(({ change }) => !isDestructive(change)),
    ].map((one) => shownChange(one)),
    outputs: outputs.map(([name, change]) => ({
      name: printable(name),
      action: change.action,
      ...shownAttributes(change, [name]),
    })),
    deferred: shown.deferredChanges.map(({ reason, resourceChange }) => shownChange(resourceChange, reason)),
    drift: shown.resourceDrift.filter(isDoing).map((one) => shownChange(one)),
  };
}

function shownChange(one: ResourceChange, deferredFor?: string): ShownChange {
  const { change, previousAddress, deposed, moduleAddress, mode, type } = one;
  const { action, replaceOrder, importing } = change;
  const reason = deferredFor ?? one.actionReason;
  return {
    address: printable(one.address),
    ...(previousAddress === undefined ? {} : { previousAddress: printable(previousAddress) }),
    ...(deposed === undefined ? {} : { deposed: printable(deposed) }),
    ...(moduleAddress === undefined ? {} : { module: printable(moduleAddress) }),
    mode,
    type: printable(type),
    action,
    ...(replaceOrder === undefined ? {} : { replaceOrder }),
    isDestructive: isDestructive(change),
    isImported: importing !== undefined,
    ...(reason === undefined ? {} : { reason: printable(reasonOf(reason)) }),
    ...shownAttributes(change, []),
  };
}

function shownAttributes(
  change: ResourceChange['change'],
  root: readonly string[],
): Pick<ShownChange, 'attributes' | 'attributesLeftOut'> {
  const found = differencesOf(change, root).map(({ path, before, after, isForcing }) => ({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    forcesReplacement: isForcing,
  }));
  const attributes = found.slice(0, attributesMax);
  const attributesLeftOut = found.length - attributes.length;
  return attributesLeftOut === 0 ? { attributes } : { attributes, attributesLeftOut };
}

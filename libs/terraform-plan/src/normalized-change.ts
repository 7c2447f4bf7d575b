import { Exact, isList, isRecord, type Path, type Step, type Value } from '@plinth/terraform-json';
import type { Action, Change, ReplaceOrder, ResourceChange } from './plan.ts';

/** Stands for a value that is known after apply. */
export class Unknown {
  readonly isUnknown = true;
}

/** The one that stands in all unknown places. */
export const unknown = new Unknown();

/** A value in which what is unknown stands in its place. */
export type PlannedValue =
  | string
  | number
  | boolean
  | null
  | Exact
  | Unknown
  | readonly PlannedValue[]
  | { readonly [name: string]: PlannedValue };

/** A change as rules look at it. */
export interface NormalizedChange {
  readonly address: string;
  readonly moduleAddress: string | undefined;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly provider: string | undefined;
  readonly action: Action;
  readonly replaceOrder: ReplaceOrder | undefined;
  /** Whether an object is deleted by it. */
  readonly isDestructive: boolean;
  readonly isMoved: boolean;
  readonly isImported: boolean;
  /** Undefined when there was nothing. */
  readonly before: PlannedValue | undefined;
  /** Undefined when there will be nothing. */
  readonly after: PlannedValue | undefined;
}

/**
 * What is known of a value. A container with something unknown within is unknown as a whole; `partial` then has what is
 * known of it, so that a rule can go on into it.
 */
export type ValueState =
  | { readonly state: 'known'; readonly value: Value }
  | { readonly state: 'unknown'; readonly partial?: PlannedValue }
  | { readonly state: 'absent' };

/** A change in which unknown values stand in their places, for rules that have to tell unknown from absent. */
export function normalizeChange(one: ResourceChange): NormalizedChange {
  const { change } = one;
  return {
    address: one.address,
    moduleAddress: one.moduleAddress,
    mode: one.mode,
    type: one.type,
    name: one.name,
    index: one.index,
    provider: one.provider,
    action: change.action,
    replaceOrder: change.replaceOrder,
    isDestructive: isDestructive(change),
    isMoved: one.previousAddress !== undefined,
    isImported: change.importing !== undefined,
    before: change.before ?? undefined,
    after: planned(change.after, change.afterUnknown) ?? undefined,
  };
}

/** Whether an object is deleted by a change. */
export function isDestructive({ action, replaceOrder }: Change): boolean {
  return action === 'delete' || (action === 'replace' && replaceOrder !== 'create-then-forget');
}

/**
 * What is known of a value within a change: known (also when it is null), unknown until apply, or absent.
 * @param path such as `['tags', 'owner']` or `['rules', 0, 'port']`; empty for the whole object
 * @param side `before` has nothing that is unknown
 */
export function valueAt(
  change: NormalizedChange,
  path: Path,
  side: 'before' | 'after' = 'after',
): ValueState {
  let value = change[side];
  for (const step of path) {
    if (value instanceof Unknown) return { state: 'unknown' };
    value = childAt(value, step);
  }
  if (value === undefined) return { state: 'absent' };
  if (value instanceof Unknown) return { state: 'unknown' };
  return isKnown(value) ? { state: 'known', value } : { state: 'unknown', partial: value };
}

function planned(value: Value | undefined, marks: Value): PlannedValue | undefined {
  if (marks === true) return unknown;
  if (isList(marks) && (isList(value) || value === undefined)) {
    const length = Math.max(value?.length ?? 0, marks.length);
    return Array.from({ length }, (_, i) => planned(value?.[i], marks[i] ?? false) ?? null);
  }
  if (isRecord(marks) && (isRecord(value) || (value === undefined && Object.keys(marks).length > 0))) {
    const names = new Set([...Object.keys(value ?? {}), ...Object.keys(marks)]);
    const members = [...names].map((name): [string, PlannedValue | undefined] => [
      name,
      planned(ownOf(value, name), ownOf(marks, name) ?? false),
    ]);
    return Object.fromEntries(members.filter((one): one is [string, PlannedValue] => one[1] !== undefined));
  }
  return value;
}

function ownOf(record: { readonly [name: string]: Value } | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function childAt(value: PlannedValue | undefined, step: Step): PlannedValue | undefined {
  if (isPlannedList(value)) return typeof step === 'number' ? value[step] : undefined;
  return isPlannedRecord(value) && Object.hasOwn(value, step) ? value[String(step)] : undefined;
}

function isKnown(value: PlannedValue): value is Value {
  if (value instanceof Unknown) return false;
  if (isPlannedList(value)) return value.every(isKnown);
  return !isPlannedRecord(value) || Object.values(value).every(isKnown);
}

function isPlannedList(value: PlannedValue | undefined): value is readonly PlannedValue[] {
  return Array.isArray(value);
}

function isPlannedRecord(
  value: PlannedValue | undefined,
): value is { readonly [name: string]: PlannedValue } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Exact) && !(value instanceof Unknown);
}

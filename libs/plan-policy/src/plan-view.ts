import { UnknownValue } from '@plinth/cel-kubernetes';
import { Exact, isRecord } from '@plinth/terraform-json';
import {
  normalizeChange,
  type Plan,
  type PlannedValue,
  type ResourceChange,
  Unknown,
} from '@plinth/terraform-plan';
import type { JudgedAction } from './check.ts';
import { type References, referencesOf } from './references.ts';

/** A change as expressions see it, under the name `change`. Values that are null are absent: Terraform makes no difference. */
export interface ChangeView {
  /** Such as `module.a["eu"].aws_s3_bucket.logs[0]`. */
  readonly address: string;
  /** The address without the keys of count and for_each: `module.a.aws_s3_bucket.logs`. */
  readonly resource: string;
  /** The address of the module; empty for the root module. */
  readonly module: string;
  /** `managed`, or `data`. */
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** Of count a number, of for_each a text; null when there is neither. */
  readonly index: string | number | null;
  readonly provider: string;
  readonly action: JudgedAction;
  /** The steps: of a replacement `delete` and `create`, in their order. */
  readonly actions: readonly string[];
  /** The steps of a replacement with `-then-` between them; else empty. */
  readonly replaceOrder: string;
  /** The key of an object whose place another one took; empty for the current one. */
  readonly deposed: string;
  /** Whether there was nothing before. */
  readonly isNew: boolean;
  readonly isDestructive: boolean;
  readonly isMoved: boolean;
  readonly isImported: boolean;
  /** Empty when there was nothing. */
  readonly before: unknown;
  /** Empty when there will be nothing. */
  readonly after: unknown;
  /** What its attributes refer to. */
  readonly references: References;
  /** What refers to it and will be there. An item is unknown where its keys do not tell which instance it refers to. */
  readonly referencedBy: readonly unknown[];
}

/** What expressions see of a plan. */
export interface PlanView {
  readonly changes: readonly ChangeView[];
  /** Values of the input variables. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly terraformVersion: string;
}

/** A change before it is known what refers to it. */
export type UnlinkedChange = Omit<ChangeView, 'referencedBy'>;

/** What expressions see of a plan, with an `UnknownValue` wherever something is known after apply. */
export function planView(plan: Plan): PlanView {
  const configuration = plan.document['configuration'];
  const references = referencesOf(isRecord(configuration) ? configuration['root_module'] : undefined);
  return {
    changes: linked(plan.resourceChanges.map((one) => changeOf(one, references))),
    variables: Object.fromEntries(
      [...plan.variables]
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, visible(value, `variables.${name}`)]),
    ),
    terraformVersion: plan.terraformVersion ?? '',
  };
}

const keyForm = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;

function changeOf(one: ResourceChange, references: ReadonlyMap<string, References>): UnlinkedChange {
  const normal = normalizeChange(one);
  const path = (one.moduleAddress ?? '').replaceAll(keyForm, '');
  const local = `${one.mode === 'data' ? 'data.' : ''}${one.type}.${one.name}`;
  const resource = path === '' ? local : `${path}.${local}`;
  const { action, replaceOrder } = normal;
  return {
    address: one.address,
    resource,
    module: one.moduleAddress ?? '',
    mode: one.mode,
    type: one.type,
    name: one.name,
    index: one.index ?? null,
    provider: one.provider ?? '',
    action,
    actions: replaceOrder?.split('-then-') ?? [action],
    replaceOrder: replaceOrder ?? '',
    deposed: one.deposed ?? '',
    isNew: normal.before === undefined,
    isDestructive: normal.isDestructive,
    isMoved: normal.isMoved,
    isImported: normal.isImported,
    before: side(normal.before, 'before'),
    after: side(normal.after, 'after'),
    references: references.get(resource) ?? {},
  };
}

function side(value: PlannedValue | undefined, name: string): unknown {
  if (!isPlannedRecord(value)) return value instanceof Unknown ? new UnknownValue([name]) : {};
  // Only the first name is told: those further in may be keys of maps, and these may be secret.
  const members = Object.entries(value)
    .filter(([, member]) => member !== null)
    .map(([key, member]) => [key, visible(member, `${name}.${key}`)]);
  return Object.fromEntries(members);
}

function visible(value: PlannedValue, place: string): unknown {
  if (value instanceof Unknown) return new UnknownValue([place]);
  if (value instanceof Exact) return Number(value.text);
  if (isPlannedList(value)) return value.map((one) => visible(one, place));
  if (!isPlannedRecord(value)) return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== null)
    .map(([key, member]) => [key, visible(member, place)]);
  return Object.fromEntries(members);
}

function isPlannedList(value: PlannedValue | undefined): value is readonly PlannedValue[] {
  return Array.isArray(value);
}

function isPlannedRecord(
  value: PlannedValue | undefined,
): value is { readonly [name: string]: PlannedValue } {
  if (typeof value !== 'object' || value === null || isPlannedList(value)) return false;
  return !(value instanceof Exact) && !(value instanceof Unknown);
}

/**
 * Gives each change those that refer to it.
 * @param uncertain addresses of changes of which nobody knows whether, and how often, they are there
 */
export function linked(
  changes: readonly UnlinkedChange[],
  uncertain: ReadonlySet<string> = new Set(),
): ChangeView[] {
  const all = changes.map((one): ChangeView & { referencedBy: unknown[] } => ({ ...one, referencedBy: [] }));
  const byResource = Map.groupBy(all, ({ resource }) => resource);
  for (const source of all) {
    if (source.deposed !== '' || source.action === 'delete' || source.action === 'forget') continue;
    for (const target of new Set(Object.values(source.references).flat())) {
      link(source, byResource.get(target) ?? [], uncertain);
    }
  }
  return all;
}

/**
 * The keys of count and for_each tell which instance of a resource is meant where both have the same ones. Where they do
 * not, the plan does not say it, and neither do we.
 */
function link(
  source: ChangeView,
  instances: readonly (ChangeView & { referencedBy: unknown[] })[],
  uncertain: ReadonlySet<string>,
): void {
  const isIn = (one: ChangeView): boolean =>
    one.module.replaceAll(keyForm, '') !== source.module.replaceAll(keyForm, '') ||
    one.module === source.module;
  const near = instances.filter(isIn);
  const same = near.filter(({ index }) => index === source.index);
  const isBroad = source.index === null || same.length === 0;
  for (const one of isBroad ? near : same) {
    const isCertain = !uncertain.has(source.address) && !uncertain.has(one.address);
    const isKnown = isCertain && (!isBroad || one.index === null);
    one.referencedBy.push(isKnown ? source : new UnknownValue([source.resource]));
  }
}

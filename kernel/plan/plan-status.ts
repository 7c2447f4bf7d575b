import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Dependant } from './dependants.ts';
import type { Evaluation, JudgedChange } from './evaluation.ts';
import { dependantsMax, shownCharsMax, verdictsShownMax } from './limits.ts';
import type { PlanChange, PlanDependant, PlanStatus } from './plan-kind.ts';
import { type ShowBudget, shownFields } from './shown-fields.ts';

/** The annotation by which a definition of a kind says which fields are replacing; paths, separated by commas. */
const replacingAnnotation = 'plinth.dev/replacing-fields';

/** What the status of a plan is made with. */
export interface ShowOptions {
  /** Of commitments to secrets. */
  readonly key: Uint8Array;
  /** Unique id of the Plan. */
  readonly uid: string;
  /** The definition of a kind that was defined while the process ran. */
  readonly definitionOf: (change: JudgedChange) => KubeObject | undefined;
  /** Whether the author may know of an object. */
  readonly mayKnow: (dependant: Dependant) => boolean;
}

type Shown = Pick<PlanStatus, 'counts' | 'changes' | 'dependants' | 'dependantsOmitted'>;

/** What a plan shows of its evaluation: what cannot be done first, then what is lost, then the rest. */
export function shownEvaluation(evaluation: Evaluation, options: ShowOptions): Shown {
  const budget: ShowBudget = { chars: shownCharsMax };
  // Deletes show no fields, so whatever may be destructive among the rest is at the front of the line for room.
  const order = ['Error', 'Delete', 'Update', 'Create', 'None'];
  const sorted = evaluation.changes.toSorted(
    (a, b) => order.indexOf(a.operation) - order.indexOf(b.operation),
  );
  const cascades = new Map<string, number>();
  for (const { on, isDeleted } of evaluation.dependants) {
    if (isDeleted) cascades.set(nameOf(on), (cascades.get(nameOf(on)) ?? 0) + 1);
  }
  const changes = sorted
    .map((change) => shownChange(change, budget, cascades.get(nameOf(change.ref)) ?? 0, options))
    .sort((a, b) => rankOf(a) - rankOf(b));
  const known = evaluation.dependants.filter(options.mayKnow);
  const dependants = known.slice(0, dependantsMax).map(shownDependant);
  const omitted = evaluation.dependants.length - dependants.length;
  const count = (operation: PlanChange['operation']): number =>
    changes.filter((change) => change.operation === operation).length;
  return {
    counts: {
      create: count('Create'),
      update: count('Update'),
      delete: count('Delete'),
      unchanged: count('None'),
      destructive: changes.filter(({ destructive }) => destructive).length,
      errors: count('Error'),
    },
    changes,
    ...(dependants.length === 0 ? {} : { dependants }),
    ...(omitted === 0 ? {} : { dependantsOmitted: omitted }),
  };
}

function rankOf({ operation, destructive }: PlanChange): number {
  if (operation === 'Error') return 0;
  if (destructive) return 1;
  return { Update: 2, Create: 3, None: 4, Delete: 1 }[operation];
}

function shownChange(
  change: JudgedChange,
  budget: ShowBudget,
  cascade: number,
  { key, uid, definitionOf }: ShowOptions,
): PlanChange {
  const { operation, ref, manifest, warnings, problems, matches, served, before, after, judgement } = change;
  const showsFields = served && (operation === 'Create' || operation === 'Update');
  const replacing = served ? replacingOf(change, definitionOf) : [];
  const shown = showsFields
    ? shownFields({ served, before, after, replacing }, { key, place: `${uid} ${change.key}`, budget })
    : undefined;
  const policies = [...new Set(matches.map(({ policy }) => policy.metadata.name))];
  return {
    ...ref,
    operation,
    ...(manifest === undefined ? {} : { manifest }),
    ...(operation === 'Delete' || shown?.replaces ? { destructive: true } : {}),
    ...(shown && shown.fields.length > 0 ? { fields: [...shown.fields] } : {}),
    ...(shown && shown.omitted > 0 ? { fieldsOmitted: shown.omitted } : {}),
    ...(cascade > 0 ? { cascade } : {}),
    ...(policies.length > 0 ? { policies } : {}),
    ...shownVerdicts(judgement),
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    ...(problems.length > 0 ? { errors: [...problems] } : {}),
  };
}

function shownVerdicts(judgement: JudgedChange['judgement']): Pick<PlanChange, 'verdicts'> {
  const verdicts = (judgement?.verdicts ?? [])
    .slice(0, verdictsShownMax)
    .map(({ policy, binding, action, message }) => ({
      policy,
      ...(binding === '' ? {} : { binding }),
      action,
      message,
    }));
  return verdicts.length === 0 ? {} : { verdicts };
}

function replacingOf(change: JudgedChange, definitionOf: ShowOptions['definitionOf']): readonly string[] {
  const type = change.served?.type;
  if (!type || change.operation !== 'Update') return [];
  if (type.origin === 'builtin') return type.strategy.replacing ?? [];
  const annotation = definitionOf(change)?.metadata.annotations?.[replacingAnnotation] ?? '';
  return annotation
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

function shownDependant({ ref, on, relation, field, isDeleted }: Dependant): PlanDependant {
  return {
    ...ref,
    on: nameOf(on),
    relation,
    ...(field === undefined ? {} : { field }),
    ...(isDeleted ? { deleted: true } : {}),
  };
}

/** `ConfigMap/settings`, with its namespace `ConfigMap/shop/settings`. */
export function nameOf({
  kind,
  namespace,
  name,
}: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** What went wrong in one line, for a plan that cannot be applied. */
export function failureText(changes: readonly JudgedChange[]): string | undefined {
  const failed = changes.filter(({ operation }) => operation === 'Error');
  const [first] = failed;
  if (!first) return undefined;
  const [problem] = first.problems;
  const field = problem?.field === undefined ? '' : `${problem.field}: `;
  const more = failed.length > 1 ? `; and ${failed.length - 1} more` : '';
  return `${nameOf(first.ref)} cannot be changed as planned: ${field}${problem?.message ?? ''}${more}`;
}

/** The spec of a plan without what is not given out again. */
export function withoutManifests(spec: unknown): Record<string, unknown> {
  if (!isObject(spec)) return {};
  const { manifests: _, ...rest } = spec;
  return rest;
}

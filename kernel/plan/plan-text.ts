import type { Plan, PlanChange, PlanDemand, PlanField, PlanStatus } from './plan-kind.ts';
import { nameOf } from './plan-status.ts';

/** How much of a plan is told; the whole of it is in the Plan. */
const fieldsTold = 20;
const fieldsToldOfNew = 4;
const changesTold = 200;
const dependantsTold = 10;
const valueCharsTold = 100;

/** Marks of operations, as in a diff. */
const marks: Readonly<Record<PlanChange['operation'], string>> = {
  Create: '+',
  Update: '~',
  Delete: '-',
  None: ' ',
  Error: '✗',
};

/** Where the manifest of a change stands, such as `app.yaml:3:5`; `field` is the field that is meant. */
export type PlaceOf = (change: PlanChange, field: string | undefined) => string | undefined;

/**
 * A plan as lines for people: what cannot be done and what is lost first, then the rest; what does not change is
 * counted. The same plan has the same lines wherever it is shown.
 *
 * @param placeOf where errors are pointed to, for those who have the files
 */
export function planLines(plan: Plan, placeOf: PlaceOf = () => undefined): string[] {
  const { status } = plan;
  if (!status) return [`Plan ${plan.metadata.name} has not been evaluated.`];
  const changes = (status.changes ?? []).filter(({ operation }) => operation !== 'None');
  const told = changes.slice(0, changesTold);
  const lines = [headline(plan, status), ...told.flatMap((change) => changeLines(change, placeOf))];
  if (changes.length > told.length)
    lines.push(`  and ${changes.length - told.length} changes more: see the Plan`);
  lines.push(...unchangedLines(status), ...dependantLines(status), ...sectionLines(status));
  const open = (status.demands ?? []).filter(({ have, count }) => have < count);
  if (status.phase === 'Pending') lines.push(...open.map(demandLine));
  else if (status.message !== undefined) lines.push(`${status.phase}: ${status.message}`);
  return lines;
}

/** The short form of a digest. */
export function shortDigest(digest: string | undefined): string {
  const hex = (digest ?? '').replace(/^sha256:/, '');
  return hex.length > 12 ? `${hex.slice(0, 12)}…` : hex;
}

function headline(
  { metadata }: Plan,
  { counts, dependants = [], dependantsOmitted = 0, digest }: PlanStatus,
): string {
  const total = counts ? counts.create + counts.update + counts.delete : 0;
  const parts = [`Plan ${metadata.name}`, total === 0 ? 'no changes' : plural(total, 'change')];
  if (counts && counts.errors > 0) parts.push(plural(counts.errors, 'error'));
  if (counts && counts.destructive > 0) parts.push(`${counts.destructive} destructive`);
  const touched = dependants.length + dependantsOmitted;
  if (touched > 0) parts.push(`touches ${plural(touched, 'dependant')}`);
  parts.push(`digest ${shortDigest(digest)}`);
  return parts.join(' · ');
}

function changeLines(change: PlanChange, placeOf: PlaceOf): string[] {
  const {
    operation,
    fields = [],
    fieldsOmitted = 0,
    destructive,
    cascade,
    errors = [],
    warnings = [],
    verdicts = [],
  } = change;
  const notes = [
    ...(destructive ? ['← destructive'] : []),
    ...(cascade === undefined ? [] : [`takes ${plural(cascade, 'object')} along`]),
  ];
  const lines = [`  ${marks[operation]} ${[nameOf(change), ...notes].join('   ')}`];
  const most = operation === 'Create' ? fieldsToldOfNew : fieldsTold;
  for (const field of fields.slice(0, most)) lines.push(`      ${fieldText(field, operation)}`);
  const more = fields.length - most + fieldsOmitted;
  if (fields.length > 0 && more > 0)
    lines.push(`      and ${plural(Math.max(more, fieldsOmitted), 'field')} more`);
  for (const { field, message } of errors) {
    const place = placeOf(change, field);
    const named = field === undefined || field === '' || message.startsWith(field) ? '' : `${field}: `;
    lines.push(`      ${place === undefined ? '' : `${place}: `}${named}${message}`);
  }
  for (const { action, policy, message } of verdicts) {
    // What denies the change stands among its errors.
    if (action !== 'Deny') lines.push(`      policy ${policy} (${action.toLowerCase()}): ${message}`);
  }
  for (const warning of warnings) lines.push(`      warning: ${warning}`);
  return lines;
}

function fieldText(field: PlanField, operation: PlanChange['operation']): string {
  const { path, sensitive, replaces } = field;
  const has = (side: 'before' | 'after'): boolean => field[side] !== undefined;
  const text = (value: unknown): string => (sensitive ? '(secret)' : valueText(value));
  const end = replaces ? '   ← makes it anew' : '';
  if (operation === 'Create') return `${path}: ${text(field.after)}`;
  if (sensitive && has('before') && has('after')) return `${path}  (secret) changes${end}`;
  if (!has('before')) return `${path}  + ${text(field.after)}${end}`;
  if (!has('after')) return `${path}  - ${text(field.before)}${end}`;
  return `${path}  ${text(field.before)} -> ${text(field.after)}${end}`;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= valueCharsTold
    ? text
    : `${text.slice(0, valueCharsTold)}… (${text.length} characters)`;
}

function unchangedLines({ counts }: PlanStatus): string[] {
  const unchanged = counts?.unchanged ?? 0;
  return unchanged === 0
    ? []
    : [`${plural(unchanged, 'object')} ${unchanged === 1 ? 'is' : 'are'} as declared.`];
}

function dependantLines({ dependants = [], dependantsOmitted = 0 }: PlanStatus): string[] {
  if (dependants.length + dependantsOmitted === 0) return [];
  const told = dependants.slice(0, dependantsTold).map((dependant) => {
    const { on, relation, field, deleted } = dependant;
    if (deleted) return `${nameOf(dependant)} (deleted along with ${on})`;
    return `${nameOf(dependant)} (${relation === 'Owned' ? 'owned by' : `${field ?? 'names'} ->`} ${on})`;
  });
  const more = dependants.length - told.length + dependantsOmitted;
  return [`Dependants: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')}`];
}

function sectionLines({ sections = [] }: PlanStatus): string[] {
  const ordered = sections.toSorted(
    (a, b) => Number(b.destructive === true) - Number(a.destructive === true),
  );
  return ordered.flatMap(({ title, summary = '', destructive, lines = [], error }) => {
    if (error !== undefined) return [`${title}: could not be worked out: ${error}`];
    return [
      `${title}: ${summary}${destructive ? '   ← destructive' : ''}`,
      ...lines.map((line) => `  ${line}`),
    ];
  });
}

function demandLine({ groups, have, count, policy, reason }: PlanDemand): string {
  const who = groups === undefined ? 'somebody other than the author' : `group ${groups.join(' or ')}`;
  return `Needs: approval of ${who} (${have} of ${count}), because ChangePolicy ${policy} matches: ${reason}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

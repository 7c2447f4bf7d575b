import { isDestructive } from './normalized-change.ts';
import type { Change, Plan, ResourceChange } from './plan.ts';
import { printable } from './shown-value.ts';
import { isDoing, type Summary, summarize } from './summary.ts';
import { differencesOf, knownAfterApply, type ValueDifference } from './value-difference.ts';

/** What a person sees of a plan, in the order in which it is read. */
export interface PlanView {
  /** Such as `1 to replace, 2 to create`. */
  readonly headline: string;
  /** What has to be known before the rest is read. */
  readonly notices: readonly Notice[];
  readonly sections: readonly Section[];
}

/** Something to know. */
export interface Notice {
  /** Words of this library. */
  readonly words: string;
  /** What the plan says, which may be anything. */
  readonly quote?: string;
}

/** Changes of one kind. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** One resource or output. */
export interface Block {
  /** What happens to it: the sign and the name, then the reason. Undefined where the lines say all. */
  readonly header: Line | undefined;
  readonly lines: readonly Line[];
}

/** A line with its sign: `+`, `-`, `~`, `-/+`, `+/-`, `+/.`, `<=` or `.`. */
export interface Line {
  readonly sign: string;
  readonly text: string;
}

/** Attributes of one resource that are shown. */
const linesMax = 60;
/** Messages of failed checks that are shown. */
const noticesMax = 20;
/** Characters of a message that are shown. */
const noticeMax = 500;

/** Reasons that Terraform gives, as people say them. Spec: JSON Output Format, `action_reason`. */
const reasons: Readonly<Record<string, string>> = {
  replace_because_cannot_update: 'it cannot be changed in place',
  replace_because_tainted: 'it is tainted',
  replace_by_request: 'its replacement was asked for',
  replace_by_triggers: 'replace_triggered_by names something that changes',
  delete_because_no_resource_config: 'it is not in the configuration',
  delete_because_wrong_repetition: 'it does not fit count or for_each',
  delete_because_count_index: 'its index is out of the range of count',
  delete_because_each_key: 'its key is not in for_each',
  delete_because_no_module: 'its module is not in the configuration',
  delete_because_no_move_target: 'it was moved to an address that is not in the configuration',
  read_because_config_unknown: 'its configuration is known after apply',
  read_because_dependency_pending: 'it depends on changes',
  read_because_check_nested: 'it belongs to a check',
  instance_count_unknown: 'the number of instances is not known',
  resource_config_unknown: 'its configuration is not known',
  provider_config_unknown: 'the configuration of its provider is not known',
  absent_prereq: 'something that it needs is not there yet',
  deferred_prereq: 'something that it needs is deferred',
};

/** A reason of Terraform as people say it; one that is not known as it is. */
export function reasonOf(reason: string): string {
  return reasons[reason] ?? reason;
}

/** @param plan one that is redacted */
export function viewOf(plan: Plan): PlanView {
  const summary = summarize(plan);
  const changes = plan.resourceChanges.filter(isDoing);
  const of = (isMember: (change: Change) => boolean): readonly Block[] =>
    changes.filter((one) => isMember(one.change)).map((one) => blockOf(one));
  const outputs = [...plan.outputChanges].filter(([, { action }]) => action !== 'no-op');
  const sections: Section[] = [
    { title: 'Destructive', blocks: of(isDestructive) },
    {
      title: 'Replace, and leave the old one',
      blocks: of((one) => one.action === 'replace' && !isDestructive(one)),
    },
    { title: 'Forget', blocks: of((one) => one.action === 'forget') },
    { title: 'Update', blocks: of((one) => one.action === 'update') },
    { title: 'Create', blocks: of((one) => one.action === 'create') },
    { title: 'Read', blocks: of((one) => one.action === 'read') },
    { title: 'Move or import only', blocks: of((one) => one.action === 'no-op') },
    { title: 'Outputs', blocks: outputs.map(([name, change]) => outputBlock(name, change)) },
    {
      title: 'Deferred to another round',
      blocks: plan.deferredChanges.map(({ reason, resourceChange }) =>
        blockOf(resourceChange, reasonOf(reason)),
      ),
    },
    {
      title: 'Changed outside of Terraform',
      blocks: plan.resourceDrift.filter(isDoing).map((one) => blockOf(one)),
    },
  ];
  return {
    headline: headlineOf(summary),
    notices: noticesOf(plan, summary),
    sections: sections.filter(({ blocks }) => blocks.length > 0),
  };
}

/** What a plan would do in one sentence, such as `1 to replace, 2 to create`. */
export function headlineOf({ outcome, counts, outputs, drift, deferred }: Summary): string {
  const parts = [
    `${counts.delete} to delete`,
    `${counts.replace} to replace`,
    `${counts.forget} to forget`,
    `${counts.update} to update`,
    `${counts.create} to create`,
    `${counts.read} to read`,
    `${counts.import} to import`,
    `${counts.move} moved`,
    `${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'}`,
    `${deferred} deferred`,
  ].filter((part) => !part.startsWith('0 '));
  const all = parts.join(', ');
  switch (outcome) {
    case 'errored':
      return `planning failed${all === '' ? '; nothing was planned' : ` after ${all}`}`;
    case 'changes':
      return all;
    case 'only-outputs':
      return `no resource changes, ${all}`;
    case 'only-drift':
      return `nothing to do, ${drift.length} changed outside of Terraform`;
    case 'only-deferred':
      return `nothing in this round, ${all}`;
    case 'no-changes':
      return 'no changes';
  }
}

/** What has to be known before the changes are read. */
export function noticesOf(plan: Plan, summary: Summary): readonly Notice[] {
  const notices: Notice[] = [];
  if (plan.isErrored) {
    notices.push({ words: 'Planning ended with errors: what is here is a part, and cannot be applied.' });
  }
  if (plan.isComplete === false && !plan.isErrored) {
    notices.push({ words: 'The plan is not complete: another round is needed after this one.' });
  }
  const failed = plan.checks.filter(({ status }) => status === 'fail' || status === 'error');
  for (const { status, address, instances } of failed.slice(0, noticesMax)) {
    const messages = instances.flatMap(({ problems }) => problems);
    const said = printable([address, ...messages.slice(0, noticesMax)].join(': '));
    notices.push({
      words: status === 'fail' ? 'Failed:' : 'Could not be checked:',
      quote: said.length > noticeMax ? `${said.slice(0, noticeMax)}…` : said,
    });
  }
  if (failed.length > noticesMax)
    notices.push({ words: `${failed.length - noticesMax} more checks failed.` });
  const { values } = summary.unknown;
  if (values > 0) {
    notices.push({ words: `${values} ${values === 1 ? 'value is' : 'values are'} known only after apply.` });
  }
  return notices;
}

function blockOf(one: ResourceChange, deferredFor?: string): Block {
  const { change } = one;
  const deposed = one.deposed === undefined ? '' : ` (deposed ${one.deposed})`;
  const said = [
    actionText(change),
    one.previousAddress === undefined ? '' : `moved from ${one.previousAddress}`,
    importText(change),
  ].filter((part) => part !== '');
  const reason = deferredFor ?? (one.actionReason && reasonOf(one.actionReason));
  const header = `${one.address}${deposed}  ${said.join(', ')}${reason ? `: ${reason}` : ''}`;
  return { header: { sign: signOf(change), text: printable(header) }, lines: linesOf(change) };
}

function importText({ importing }: Change): string {
  if (!importing) return '';
  return importing.id === undefined ? 'imported' : `imported from ${JSON.stringify(importing.id)}`;
}

function actionText({ action, replaceOrder }: Change): string {
  switch (replaceOrder) {
    case 'create-then-delete':
      return 'replace (create first)';
    case 'delete-then-create':
      return 'replace (delete first)';
    case 'create-then-forget':
      return 'replace (the old one is left and forgotten)';
    case undefined:
      return action === 'no-op' ? '' : action;
  }
}

function signOf({ action, replaceOrder }: Change): string {
  switch (action) {
    case 'replace':
      if (replaceOrder === 'delete-then-create') return '-/+';
      return replaceOrder === 'create-then-delete' ? '+/-' : '+/.';
    case 'create':
      return '+';
    case 'delete':
      return '-';
    case 'update':
      return '~';
    case 'read':
      return '<=';
    case 'forget':
      return '.';
    case 'no-op':
      return '=';
  }
}

function outputBlock(name: string, change: Change): Block {
  return { header: undefined, lines: cutLines(differencesOf(change, [name]).map(lineOf)) };
}

function linesOf(change: Change): readonly Line[] {
  switch (change.action) {
    case 'no-op':
      return [];
    case 'delete':
    case 'forget': {
      // Nobody reads all that an object was; its names say which one it is.
      const names = differencesOf(change).filter(({ path }) => path === 'id' || path === 'name');
      return names.map(({ path, before }) => ({ sign: '-', text: `${path}: ${before ?? ''}` }));
    }
    case 'create':
    case 'read':
      return cutLines(newLines(differencesOf(change)));
    case 'update':
    case 'replace':
      return cutLines(differencesOf(change).map(lineOf));
  }
}

/** Of a new object: its values, then in one line what is not known. Empty lists and objects say nothing. */
function newLines(found: readonly ValueDifference[]): Line[] {
  const known = found.filter(({ after }) => after !== knownAfterApply && after !== '{}' && after !== '[]');
  const unknown = found.filter(({ after }) => after === knownAfterApply).map(({ path }) => path);
  const lines = known.map(lineOf);
  const names =
    unknown.slice(0, 10).join(', ') + (unknown.length > 10 ? ` and ${unknown.length - 10} more` : '');
  if (unknown.length > 0) lines.push({ sign: '+', text: `${names}: ${knownAfterApply}` });
  return lines;
}

function lineOf({ path, before, after, isForcing }: ValueDifference): Line {
  const forces = isForcing ? '  # forces replacement' : '';
  if (before === undefined) return { sign: '+', text: `${path}: ${after ?? 'null'}${forces}` };
  if (after === undefined) return { sign: '-', text: `${path}: ${before} -> null${forces}` };
  return { sign: '~', text: `${path}: ${before} -> ${after}${forces}` };
}

function cutLines(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax), { sign: '', text: `… ${lines.length - linesMax} more attributes` }];
}

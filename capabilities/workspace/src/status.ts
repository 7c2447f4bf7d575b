import type { SourceError } from '@plinth/kernel';
import { type Condition, equalJson, setCondition } from '@plinth/kernel';
import { shorten } from './desired.ts';
import type { InventoryEntry, Problem, Workspace, WorkspaceStatus } from './kinds.ts';
import { limits } from './limits.ts';

/** What a reconcile found, to be put into the status. */
export interface Findings {
  readonly revision: string | undefined;
  readonly entries: readonly InventoryEntry[];
  readonly problems: readonly Problem[];
  readonly sourceError: SourceError | undefined;
  /** Why nothing is done, when the workspace is suspended or being deleted. */
  readonly pause?: { readonly reason: string; readonly message: string };
  /** Why pruning was refused altogether. */
  readonly refusal?: string;
  readonly wrote: boolean;
}

type News = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The status after a reconcile. Equal to the status before when there is no news. @param now RFC 3339 */
export function statusOf(workspace: Workspace, findings: Findings, now: string): WorkspaceStatus {
  const before: WorkspaceStatus = workspace.status ?? {};
  const { generation } = workspace.metadata;
  const revision = findings.revision ?? before.revision;
  const lastAppliedAt = findings.wrote ? now : before.lastAppliedAt;
  const problems = findings.problems.slice(0, limits.problems);
  const ready = readyOf(findings);
  const stalled = stalledOf(findings);
  const reconciling = reconcilingOf(findings);
  let conditions: Condition[] = before.conditions ?? [];
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  for (const [type, news] of Object.entries({ Ready: ready, Reconciling: reconciling, Stalled: stalled })) {
    conditions = setCondition(conditions, { type, ...news, ...observed }, now);
  }
  return {
    ...observed,
    ...(revision === undefined ? {} : { revision }),
    ...(lastAppliedAt === undefined ? {} : { lastAppliedAt }),
    inventory: [...findings.entries],
    counts: countsOf(findings.entries),
    problems,
    conditions,
  };
}

/** Whether two statuses say the same. */
export function sameStatus(a: WorkspaceStatus | undefined, b: WorkspaceStatus): boolean {
  return equalJson(a, b);
}

function countsOf(entries: readonly InventoryEntry[]): NonNullable<WorkspaceStatus['counts']> {
  const count = (is: (entry: InventoryEntry) => boolean): number => entries.filter(is).length;
  return {
    objects: entries.length,
    ready: count(({ ready }) => ready === 'True'),
    failed: count(({ status }) => status === 'failed'),
    waiting: count(({ status }) => status === 'waiting' || status === 'pending'),
    drifted: count(({ status }) => status === 'drifted'),
  };
}

function readyOf(findings: Findings): News {
  const { entries, problems, sourceError, pause, refusal } = findings;
  const no = (reason: string, message: string): News => ({
    status: 'False',
    reason,
    message: shorten(message),
  });
  if (pause) return no(pause.reason, pause.message);
  if (sourceError) return no(sourceError.code, `${sourceError.message}; ${sourceError.hint}`);
  const counts = countsOf(entries);
  const [first] = problems;
  if (first) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    const reason = counts.failed > 0 ? 'ApplyFailed' : 'ManifestInvalid';
    return no(reason, `${first.file}:${first.line}:${first.column}: ${first.message}${more}`);
  }
  if (refusal) return no('PruneRefused', refusal);
  const waiting = entries.find(({ status }) => status === 'waiting' || status === 'pending');
  if (waiting) return no('Waiting', `${nameText(waiting)} ${waiting.message ?? 'is not applied yet'}`);
  const pruning = entries.find(({ status }) => status === 'pruning');
  if (pruning) return no('Pruning', `${nameText(pruning)} ${pruning.message ?? 'is being deleted'}`);
  const drifted = entries.find(({ status }) => status === 'drifted');
  if (drifted) return no('Drifted', `${nameText(drifted)}: ${drifted.message ?? 'drift'}`);
  const unready = entries.find(({ ready, status }) => ready !== 'True' && status !== 'retained');
  if (unready) return no('ObjectsNotReady', `${nameText(unready)} ${unready.message ?? 'is not ready'}`);
  return { status: 'True', reason: 'Applied', message: `${entries.length} objects are applied` };
}

function stalledOf({ sourceError, problems, entries, refusal }: Findings): News {
  if (sourceError?.stalls)
    return { status: 'True', reason: sourceError.code, message: shorten(sourceError.message) };
  if (refusal) return { status: 'True', reason: 'PruneRefused', message: shorten(refusal) };
  const failed = entries.filter(({ status }) => status === 'failed').length;
  if (problems.length > failed) {
    return {
      status: 'True',
      reason: 'ManifestInvalid',
      message: 'manifests of the source cannot be read, see problems',
    };
  }
  return { status: 'False', reason: 'Progressing', message: 'nothing has to be changed for it to go on' };
}

function reconcilingOf({ entries, sourceError, pause }: Findings): News {
  const open = entries.filter(
    ({ status }) => status === 'waiting' || status === 'pending' || status === 'pruning',
  );
  if (pause?.reason === 'Suspended' || sourceError)
    return { status: 'False', reason: 'Resting', message: 'no work is under way' };
  if (open.length > 0) {
    return {
      status: 'True',
      reason: 'Progressing',
      message: `${open.length} objects are still to be applied or deleted`,
    };
  }
  return { status: 'False', reason: 'Resting', message: 'no work is under way' };
}

function nameText(entry: InventoryEntry): string {
  return `${entry.kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`;
}

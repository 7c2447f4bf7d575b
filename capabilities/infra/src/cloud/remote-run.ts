import { isFinished, isObject, type Run } from '@plinth/kernel';
import type { ConfigurationVersion } from '../stack/configuration-version-kind.ts';
import { isApplying, jobOf } from '../stack/stack-plan.ts';

/** Where a run stands, as this API says it. Spec: Terraform Enterprise API, Run States; Plans; Applies. */
export interface RemoteView {
  readonly status:
    | 'pending'
    | 'planning'
    | 'planned'
    | 'policy_checked'
    | 'planned_and_saved'
    | 'planned_and_finished'
    | 'confirmed'
    | 'applying'
    | 'applied'
    | 'errored'
    | 'canceled'
    | 'discarded';
  readonly plan: 'pending' | 'running' | 'finished' | 'errored' | 'canceled';
  readonly apply: 'pending' | 'running' | 'finished' | 'errored' | 'canceled' | 'unreachable';
  readonly hasChanges: boolean;
  /** The step that waits for people. */
  readonly waitsFor: 'approve' | 'confirm' | undefined;
  /** Whether who is at the terminal is asked. */
  readonly isConfirmable: boolean;
  readonly isOver: boolean;
}

/** What people answer to a plan, or do not answer in time. */
const unanswered: ReadonlySet<string> = new Set(['ApprovalRejected', 'ApprovalExpired', 'Timeout']);

/**
 * ```
 * pending     it waits for its turn
 * planning    until the plan is there, policies have judged it, and it is known whom it waits for
 * planned     people are asked; policy_checked when policies found something, planned_and_saved for another command
 * confirmed   they have agreed
 * applying    and its end: applied, errored, canceled; discarded when they have said no
 * ```
 */
export function remoteView(run: Run, configuration: ConfigurationVersion | undefined): RemoteView {
  const isOver = isFinished(run);
  const isPlanned = stepOf(run, 'plan') === 'Done' && (isOver || isApplying(run) || isAsked(run));
  const status = statusOf(run, configuration, isPlanned);
  const waitsFor = waitingFor(run);
  return {
    status,
    plan: planStatus(status, isPlanned),
    apply: applyStatus(run, status),
    hasChanges: isPlanned && hasChanges(run, configuration),
    waitsFor,
    isConfirmable: waitsFor !== undefined && configuration?.status?.confirmed === undefined,
    isOver,
  };
}

/** The step of a run that waits for people. */
function waitingFor({ status }: Run): RemoteView['waitsFor'] {
  const waiting = (status?.waitingFor ?? []).map(({ step }) => step);
  return (['approve', 'confirm'] as const).find((step) => waiting.includes(step));
}

function statusOf(
  run: Run,
  configuration: ConfigurationVersion | undefined,
  isPlanned: boolean,
): RemoteView['status'] {
  if (isFinished(run)) return endOf(run, configuration);
  if (isApplying(run)) return 'applying';
  if (isPlanned) {
    if (waitingFor(run) === undefined) return 'confirmed';
    if (remoteOf(run)['saved'] === true) return 'planned_and_saved';
    return (configuration?.status?.plan?.policy.findings ?? []).length > 0 ? 'policy_checked' : 'planned';
  }
  return stepOf(run, 'bind') === undefined ? 'pending' : 'planning';
}

function endOf(run: Run, configuration: ConfigurationVersion | undefined): RemoteView['status'] {
  const { phase, error, output } = run.status ?? {};
  const { confirmed, discarded } = configuration?.status ?? {};
  if (phase === 'Succeeded') return outcomeOf(output) === 'applied' ? 'applied' : 'planned_and_finished';
  if (phase === 'Canceled') return discarded ? 'discarded' : 'canceled';
  // Whom nobody has asked at the terminal waits for an apply: for them it has failed.
  const isAwaited = confirmed !== undefined || remoteOf(run)['until'] === 'apply';
  return unanswered.has(error?.code ?? '') && isAsked(run) && !isAwaited ? 'discarded' : 'errored';
}

function planStatus(status: RemoteView['status'], isPlanned: boolean): RemoteView['plan'] {
  if (isPlanned) return 'finished';
  if (status === 'pending') return 'pending';
  if (status === 'planning') return 'running';
  return status === 'errored' ? 'errored' : 'canceled';
}

function applyStatus(run: Run, status: RemoteView['status']): RemoteView['apply'] {
  switch (status) {
    case 'applying':
      return 'running';
    case 'applied':
      return 'finished';
    case 'errored':
    case 'canceled':
      return status;
    default:
      return isFinished(run) ? 'unreachable' : 'pending';
  }
}

function hasChanges(run: Run, configuration: ConfigurationVersion | undefined): boolean {
  const outcome = configuration?.status?.plan?.outcome ?? '';
  if (jobOf(run).mode === 'refresh') return outcome === 'only-drift' || outcome === 'only-outputs';
  return outcome === 'changes' || outcome === 'only-outputs';
}

/** Whether people have been asked about the plan. */
export function isAsked(run: Run): boolean {
  return stepOf(run, 'approve') !== undefined || stepOf(run, 'confirm') !== undefined;
}

/** How far a step is; undefined when it has not begun. */
export function stepOf({ status }: Run, step: string): string | undefined {
  return status?.steps?.find(({ name }) => name === step)?.state;
}

/** What was asked for, as the input of the run has it. */
export function remoteOf({ spec }: Run): Readonly<Record<string, unknown>> {
  const remote = spec.input?.['remote'];
  return isObject(remote) ? remote : {};
}

function outcomeOf(output: unknown): unknown {
  return isObject(output) ? output['outcome'] : undefined;
}

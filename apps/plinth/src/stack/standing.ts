import type { ShownRun, ShownWaiting } from './shown-run.ts';
import type { ShownStack } from './shown-stack.ts';

/** Where a stack stands: what is going on, and what a person can do next. */
export interface Standing {
  readonly state: 'waits' | 'goes on' | 'steady' | 'stands still';
  readonly text: string;
  /** Undefined when nothing is to be done. */
  readonly next: NextStep | undefined;
}

/** What can be done next. */
export interface NextStep {
  /** A command. */
  readonly command: string;
  /** What is to be known besides; may be empty. */
  readonly note: string;
}

/** What a failed run asks for, by its code. */
const remedies: Readonly<Record<string, string>> = {
  PolicyDenied: 'change the configuration, or have a PlanWaiver made; it is planned again by itself then',
  StalePlan: 'a new plan is made by itself',
  SourceMoved: 'a new plan is made by itself',
  Superseded: 'a new plan is made by itself',
  ApplyInterrupted: 'a new plan is made by itself and says what is left',
};
/** What people have decided, and is not tried again by itself. */
const decided: ReadonlySet<string> = new Set(['ApprovalRejected', 'ApprovalExpired', 'Canceled']);

/**
 * Where a stack stands. Pure.
 * @param run the run that works on it, or did last; undefined when it is gone
 * @param command makes a command for the same namespace of words such as `stack plan network`
 */
export function standingOf(
  stack: ShownStack,
  run: ShownRun | undefined,
  command: (words: string) => string,
): Standing {
  const { name, ready } = stack;
  const next = (words: string, note = ''): NextStep => ({ command: command(words), note });
  if (run?.waiting) {
    if (isNeedless(stack, run)) {
      return {
        state: 'waits',
        text: 'Waits because the plan was only asked for; the stack asks nobody to approve it',
        next: next(`stack apply ${name}`, 'plans again and applies'),
      };
    }
    const { digest } = stack.plan?.run === run.name ? stack.plan : run.waiting;
    return {
      state: 'waits',
      text: `Waits for approval of ${askedText(run.waiting, run.author)}`,
      next: next(`stack approve ${name} --digest ${shortened(digest)}`, 'by somebody else'),
    };
  }
  if (run && !run.isFinished) {
    const at = run.step === '' ? 'is about to begin' : `is at ${run.step}`;
    return { state: 'goes on', text: `Run ${run.name} ${at}`, next: next(`run logs ${run.name} -f`) };
  }
  if (stack.isDeleted)
    return { state: 'stands still', text: `It is being deleted: ${ready.message}`, next: undefined };
  if (stack.isSuspended) {
    const patch = `kubectl patch stack ${name} -n ${stack.namespace} --type=merge -p '{"spec":{"suspend":false}}'`;
    return {
      state: 'stands still',
      text: 'Suspended: nothing is started while spec.suspend is true',
      next: { command: patch, note: '' },
    };
  }
  const text = ready.reason === '' ? 'It has not been looked at yet' : `${ready.reason}: ${ready.message}`;
  if (ready.status === 'True') return { state: 'steady', text, next: undefined };
  return { state: 'stands still', text, next: remedyOf(stack, next) };
}

function remedyOf(
  { name, run, ready: { reason } }: ShownStack,
  next: (words: string, note?: string) => NextStep,
): NextStep | undefined {
  if (decided.has(reason)) return next(`stack plan ${name} --new`, 'when it is to be planned again');
  const remedy = remedies[reason];
  if (remedy !== undefined) return next(`stack plan ${name}`, remedy);
  if (reason === 'WaitingForStack' || reason === 'DependencyCycle') return next('stack list');
  const isOfProgram = ['InitFailed', 'PlanFailed', 'ApplyFailed'].includes(reason);
  return isOfProgram && run !== '' ? next(`run logs ${run}`, 'what the program printed') : undefined;
}

/** Whether a plan waits for approval only because that was wished for, and the stack asks nobody. */
export function isNeedless({ asks, plan }: ShownStack, run: ShownRun): boolean {
  if (!run.waiting || !run.asks || plan?.run !== run.name) return false;
  return asks === 'Never' || (asks === 'Destructive' && plan.destructive.length === 0);
}

/** Who has to approve, and how many have, such as `group leads (1 of 2)`. */
export function askedText({ groups, count, have }: ShownWaiting, author: string): string {
  const who =
    groups.length > 0
      ? `group ${groups.join(' or ')}${author === '' ? '' : `, except ${author} who asked for it`}`
      : `anybody but ${author === '' ? 'the author' : author}`;
  return `${who} (${have} of ${count})`;
}

/** A digest or a revision as people write it. */
export function shortened(text: string): string {
  return text.replace(/^sha256:/, '').slice(0, 12);
}

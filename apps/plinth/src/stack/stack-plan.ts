import { isObject } from '../api/json.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { afterRun, RunFollower, requireStartable, startRun } from './follow.ts';
import { showBinding, showFindings, showPlanText, showStanding } from './plan-screen.ts';
import type { ShownRun } from './shown-run.ts';
import type { ShownStack } from './shown-stack.ts';
import type { StackClient } from './stack-client.ts';
import { type Standing, standingOf } from './standing.ts';

/** What `--detailed-exitcode` answers when there is something to apply, as terraform does. */
const changesCode = 2;

/** `plinth stack plan`: shows the plan of a stack, or has a new one made and follows it. */
export async function planStack(invocation: Invocation, client: StackClient, name: string): Promise<number> {
  const { terminal } = invocation;
  const older = valueOf(invocation, 'run');
  const form = formOf(invocation);
  if (isSet(invocation, 'new')) {
    if (older !== undefined)
      throw new UsageFailure('--new does not go with --run', 'leave one of the two away');
    requireStartable(await client.read(name));
    const run = await startRun(terminal, client, name, 'propose');
    const ended = await new RunFollower(terminal, client, run).until(({ waiting }) => waiting !== undefined);
    await requirePlan(client, name, ended);
  }
  const stack = await client.read(name);
  const run = await client.run(stack.run);
  const standing = standingOf(stack, run, (words) => client.command(words));
  if (older !== undefined) await showOlder(terminal, client, { name, run: older, form });
  else if (stack.plan === undefined) showNoPlan(invocation, stack, standing);
  else await showNewest(terminal, client, { stack, run, standing, form });
  const isDenied = stack.ready.reason === 'PolicyDenied' && isSet(invocation, 'new');
  if (isDenied) return 1;
  return isSet(invocation, 'detailed-exitcode') && older === undefined && hasChanges(stack) ? changesCode : 0;
}

/** @throws Failure when a run has ended without a plan */
async function requirePlan(client: StackClient, name: string, run: ShownRun): Promise<void> {
  const { plan } = await afterRun(client, name, run);
  if (plan?.run === run.name) return;
  const why = run.error.message === '' ? `it is ${run.phase}` : run.error.message;
  const hint =
    run.phase === 'Canceled'
      ? `another plan took its place: ${client.command(`stack plan ${name}`)}`
      : 'put it right; a stack is planned by itself when its source has changed';
  throw new Failure(`run ${run.name} made no plan: ${why}`, { hint });
}

/** Whether there is something to apply: a plan that was not yet. */
function hasChanges({ plan, appliedRun }: ShownStack): boolean {
  const isChange = plan?.outcome === 'changes' || plan?.outcome === 'only-outputs';
  return isChange && appliedRun !== plan.run;
}

function showNoPlan(
  { terminal }: Invocation,
  { namespace, name, ready }: ShownStack,
  standing: Standing,
): void {
  if (terminal.json) {
    terminal.data({ namespace, stack: name, changes: null, ready });
    return;
  }
  terminal.line(`Stack ${namespace}/${name} has no plan yet.`);
  showStanding(terminal, standing);
}

interface Shown {
  readonly stack: ShownStack;
  readonly run: ShownRun | undefined;
  readonly standing: Standing;
  readonly form: Form | undefined;
}

async function showNewest(
  terminal: Terminal,
  client: StackClient,
  { stack, run, standing, form }: Shown,
): Promise<void> {
  const { plan, name, ready } = stack;
  if (!plan) return;
  if (form !== undefined) {
    terminal.text(await client.api.text(client.planPath(name, { run: plan.run, ...form })));
    return;
  }
  if (terminal.json) {
    const { body } = await client.api.json(client.planPath(name, { run: plan.run, form: 'changes' }));
    const waiting = run?.name === plan.run ? run.waiting : undefined;
    const next = standing.next?.command;
    terminal.data({
      ...(isObject(body) ? body : {}),
      ready,
      ...(waiting ? { waiting } : {}),
      ...(next ? { next } : {}),
    });
    return;
  }
  showPlanText(terminal, await client.api.text(client.planPath(name, { run: plan.run })));
  showFindings(terminal, plan);
  showBinding(terminal, plan, Date.now());
  if (run !== undefined && run.name !== plan.run)
    terminal.line(`It is not the newest any more: run ${run.name} came after it.`);
  showStanding(terminal, standing);
}

async function showOlder(
  terminal: Terminal,
  client: StackClient,
  {
    name,
    run,
    form = { form: terminal.json ? 'changes' : 'text' },
  }: { readonly name: string; readonly run: string; readonly form: Form | undefined },
): Promise<void> {
  const text = await client.api.text(client.planPath(name, { run, ...form }));
  if (form.form === 'text') showPlanText(terminal, text);
  else terminal.text(terminal.json ? `${text.trimEnd()}\n` : text);
}

/** How the server is to write a plan. */
interface Form {
  readonly form: string;
  readonly forge?: string;
}

/** The form that is asked for; undefined when it is for people at a terminal. @throws UsageFailure */
function formOf(invocation: Invocation): Form | undefined {
  const form = valueOf(invocation, 'form');
  const forge = valueOf(invocation, 'forge');
  if (forge !== undefined && form !== 'markdown') {
    throw new UsageFailure('--forge goes with --form markdown', 'add it, or leave --forge away');
  }
  if (form === undefined || form === 'text') return undefined;
  return { form, ...(forge === undefined ? {} : { forge }) };
}

import { listAt, textAt } from '../api/json.ts';
import { type Invocation, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { afterRun, RunFollower, requireStartable, startRun } from './follow.ts';
import { nextLine, showBinding, showFindings, showPlanText, showStanding } from './plan-screen.ts';
import type { ShownRun } from './shown-run.ts';
import type { StackClient } from './stack-client.ts';
import { isNeedless, shortened, standingOf } from './standing.ts';
import { spanText } from './times.ts';

/** The exit code when the plan still waits for approval. */
const waitsCode = 3;

/** `plinth stack apply`: has a stack planned unless a plan is under way, and follows that until it is applied. */
export async function applyStack(invocation: Invocation, client: StackClient, name: string): Promise<number> {
  const { terminal } = invocation;
  const waitMs = waitMsOf(valueOf(invocation, 'wait'));
  const stack = await client.read(name);
  const active = await client.run(stack.run);
  const isUnderWay = active !== undefined && !active.isFinished && !isNeedless(stack, active);
  if (!isUnderWay) requireStartable(stack);
  const run = isUnderWay ? active.name : await startRun(terminal, client, name, 'replan');
  const follower = new RunFollower(terminal, client, run);
  if (isUnderWay && !terminal.json) terminal.note(`Run ${run} is under way, and is followed.`);
  const isKnown = isUnderWay && active.waiting !== undefined;
  const planned = isKnown ? active : await follower.until(({ waiting }) => waiting !== undefined);
  if (!planned.waiting) return await finish(invocation, client, { name, run: planned });
  if (!terminal.json) await showWaiting(invocation, client, { name, run: planned });
  const ended =
    waitMs === 0
      ? planned
      : await follower.until(() => false, {
          step: 'apply',
          ...(waitMs === undefined ? {} : { endsMs: performance.now() + waitMs }),
        });
  if (ended.isFinished || !ended.waiting) return await finish(invocation, client, { name, run: ended });
  if (terminal.json) terminal.data({ ...(await factsOf(client, { name, run: ended })), outcome: 'waiting' });
  else terminal.note('It is not approved yet, and goes on without you.');
  return waitsCode;
}

/** The plan that somebody has to approve. */
async function showWaiting(
  { terminal }: Invocation,
  client: StackClient,
  { name, run }: { readonly name: string; readonly run: ShownRun },
): Promise<void> {
  const stack = await client.read(name);
  if (stack.plan?.run === run.name) {
    showPlanText(terminal, await client.api.text(client.planPath(name, { run: run.name })));
    showFindings(terminal, stack.plan);
    showBinding(terminal, stack.plan, Date.now());
  }
  showStanding(
    terminal,
    standingOf(stack, run, (words) => client.command(words)),
  );
}

/** Tells what a run came to. @throws Failure when it did not end well */
async function finish(
  { terminal }: Invocation,
  client: StackClient,
  ended: { readonly name: string; readonly run: ShownRun },
): Promise<number> {
  const { name, run } = ended;
  const { outcome } = run.output;
  const facts = await factsOf(client, ended);
  if (run.phase !== 'Succeeded' || outcome === '') throw await failureOf(client, ended);
  if (terminal.json) {
    terminal.data({ ...facts, outcome, outputs: run.output.outputs ?? [] });
    return outcome === 'only-deferred' ? 1 : 0;
  }
  const tick = terminal.paint('green', '✓');
  const at = `at ${shortened(facts.revision)}`;
  switch (outcome) {
    case 'applied': {
      const { before, serial } = facts;
      const moved = before === undefined || before === serial ? `${serial}` : `${before} -> ${serial}`;
      const took = (facts.tookMs ?? 0) < 1_000 ? '' : `   ${spanText(facts.tookMs ?? 0)}`;
      terminal.line(`${tick} Stack/${name} applied: ${facts.headline}; state serial ${moved}${took}`);
      showOutputs(terminal, run);
      return 0;
    }
    case 'only-drift':
      terminal.line(`${tick} Nothing to do ${at}: ${facts.headline.replace(/^nothing to do, /, '')}`);
      terminal.line(nextLine({ command: client.command(`stack plan ${name}`), note: 'what was changed' }));
      return 0;
    case 'only-deferred':
      terminal.line(`Nothing can be applied yet ${at}: ${facts.headline}`);
      return 1;
    default:
      terminal.line(`${tick} Nothing to do: what is there is what is declared ${at}`);
      return 0;
  }
}

interface Facts {
  readonly stack: string;
  readonly namespace: string;
  readonly run: string;
  readonly headline: string;
  readonly digest: string;
  readonly revision: string;
  /** Serial of the state before and after; undefined where there was none. */
  readonly before: number | undefined;
  readonly serial: number | undefined;
  readonly resources: number | undefined;
  readonly tookMs: number | undefined;
}

async function factsOf(
  client: StackClient,
  { name, run }: { readonly name: string; readonly run: ShownRun },
): Promise<Facts> {
  const { plan } = await client.read(name);
  const own = plan?.run === run.name ? plan : undefined;
  const { serial, resources } = run.output;
  return {
    stack: name,
    namespace: client.namespace,
    run: run.name,
    headline: own?.headline ?? '',
    digest: own?.digest ?? '',
    revision: own?.revision ?? '',
    before: own?.stateSerial,
    serial,
    resources,
    tookMs: run.applyMs,
  };
}

function showOutputs(terminal: Terminal, { output }: ShownRun): void {
  for (const one of listAt({ outputs: output.outputs }, 'outputs')) {
    const value = textAt(one, 'value');
    terminal.line(`  ${textAt(one, 'name')} = ${value === '' ? '(not shown)' : value}`);
  }
}

async function failureOf(
  client: StackClient,
  { name, run }: { readonly name: string; readonly run: ShownRun },
): Promise<Failure> {
  if (run.phase === 'Canceled') {
    return new Failure(`run ${run.name} was cancelled: another plan took its place, or somebody ended it`, {
      hint: `see what there is now: ${client.command(`stack plan ${name}`)}`,
    });
  }
  const { code, message } = run.error;
  const stack = await afterRun(client, name, run);
  const { next } = standingOf(stack, run, (words) => client.command(words));
  return new Failure(`stack ${name} is not applied: ${code}: ${message}`, {
    hint: next === undefined ? client.command(`stack plan ${name}`) : nextLine(next).replace(/^Next: /, ''),
  });
}

/** @returns undefined to wait until it is decided. @throws UsageFailure */
function waitMsOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (/^\d{1,7}$/.test(typed)) return Number(typed) * 1_000;
  throw new UsageFailure(`--wait cannot be "${typed}"`, 'write a number of seconds; 0 does not wait');
}

import { ApiFailure } from '../api/api-client.ts';
import { decide, waitingStep } from '../approval/decision.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import { readRun } from '../run/run-api.ts';
import { showBinding, showFindings, showPlanText } from './plan-screen.ts';
import { shownRun } from './shown-run.ts';
import type { ShownPlan, ShownStack } from './shown-stack.ts';
import type { StackClient } from './stack-client.ts';
import { askedText, shortened, standingOf } from './standing.ts';

/** `plinth stack approve`: shows the plan that waits, and approves or rejects exactly that one. */
export async function approveStack(
  invocation: Invocation,
  client: StackClient,
  name: string,
): Promise<number> {
  const { terminal } = invocation;
  const stack = await client.read(name);
  const body = stack.run === '' ? undefined : await readRun(client.api, client.namespace, stack.run);
  const run = shownRun(body);
  const { plan } = stack;
  if (!run.waiting || plan?.run !== run.name) throw nothingWaits(client, stack, body);
  requireSame(client, { name, plan, digest: run.waiting.digest, asked: valueOf(invocation, 'digest') });
  if (!terminal.json) {
    showPlanText(terminal, await client.api.text(client.planPath(name, { run: run.name })));
    showFindings(terminal, plan);
    showBinding(terminal, plan, Date.now());
  }
  const isRejected = isSet(invocation, 'reject');
  try {
    const decision = { isRejected, reason: valueOf(invocation, 'reason') };
    const approval = await decide(client.api, waitingStep(body), decision);
    if (terminal.json) {
      terminal.data(approval);
      return 0;
    }
  } catch (error) {
    throw refusalOf(error, client, { name, asked: askedText(run.waiting, run.author) });
  }
  const { headline, digest } = plan;
  const verb = isRejected ? 'rejected' : 'approved';
  const mark = isRejected ? terminal.paint('red', '✗') : terminal.paint('green', '✓');
  terminal.line(`${mark} Stack/${name} ${verb}: ${headline} (digest ${shortened(digest)})`);
  if (isRejected) {
    terminal.line(`Next: ${client.command(`stack plan ${name} --new`)}   (when it is to be planned again)`);
    return 0;
  }
  await showWhatIsMissing(invocation, client, { name: run.name, ...run.waiting });
  return 0;
}

/** Says who else has to approve, or how to see it applied. */
async function showWhatIsMissing(
  { terminal }: Invocation,
  client: StackClient,
  {
    name,
    groups,
    count,
  }: { readonly name: string; readonly groups: readonly string[]; readonly count: number },
): Promise<void> {
  const now = await client.run(name);
  // The run counts a moment later: what has just been given is among the votes or not yet.
  const missing = count === 1 || !now?.waiting ? 0 : count - Math.max(now.waiting.have, 1);
  if (missing > 0) {
    const who = groups.length > 0 ? `group ${groups.join(' or ')}` : 'others';
    terminal.line(`Needs: ${missing} more of ${who}`);
  }
  terminal.line(`Next: ${client.command(`run logs ${name} -f`)}   (follows the apply)`);
}

function nothingWaits(client: StackClient, stack: ShownStack, run: unknown): Failure {
  const { text, next } = standingOf(stack, run === undefined ? undefined : shownRun(run), (words) =>
    client.command(words),
  );
  return new Failure(
    `stack ${stack.name} waits for no approval. ${text}`,
    next ? { hint: next.command } : {},
  );
}

/** @throws Failure when another plan than the one that was looked at waits */
function requireSame(
  client: StackClient,
  {
    name,
    plan,
    digest,
    asked,
  }: {
    readonly name: string;
    readonly plan: ShownPlan;
    /** What the approval has to name: it covers the plan and what it was made from. */
    readonly digest: string;
    readonly asked: string | undefined;
  },
): void {
  if (asked === undefined) return;
  const typed = asked.replace(/^sha256:/, '').replace(/…$/, '');
  const isSame = [plan.digest, digest].some((one) => one.replace(/^sha256:/, '').startsWith(typed));
  if (isSame && typed.length >= 8) return;
  const message = isSame
    ? `--digest ${asked} is too short to name a plan`
    : `another plan took the place of ${asked}: the one that waits has the digest ${shortened(plan.digest)} (${plan.headline})`;
  throw new Failure(message, {
    hint: isSame
      ? 'write at least 8 characters of it'
      : `look at it: ${client.command(`stack plan ${name}`)}`,
  });
}

function refusalOf(
  error: unknown,
  client: StackClient,
  { name, asked }: { readonly name: string; readonly asked: string },
): unknown {
  if (!(error instanceof ApiFailure)) return error;
  if (error.status === 403)
    return new Failure(error.message, { hint: `who decides: ${asked}`, cause: error });
  if (error.status !== 422) return error;
  return new Failure(`the plan was not decided about: ${error.message}`, {
    hint: `look at what there is now: ${client.command(`stack plan ${name}`)}`,
    cause: error,
  });
}

import { shortDigest } from '@plinth/kernel';
import { ApiClient } from '../api/api-client.ts';
import { textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Decided, decide, usernameOf, waitingStep } from '../approval/decision.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import { planPath, readPlan } from '../plan/plan-api.ts';
import { readRun } from '../run/run-api.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Approves, or rejects, a plan or a waiting step of a run. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const [typed = ''] = invocation.positionals;
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const expiresAt = expiryOf(valueOf(invocation, 'expires'));
  const { target, digest } = await decidedOf(invocation, client, typed);
  const asked = valueOf(invocation, 'digest');
  if (asked !== undefined && asked !== digest && !digest.replace(/^sha256:/, '').startsWith(asked)) {
    throw new Failure(`${typed} has the digest ${digest}, not ${asked}`, { hint: 'look at it again' });
  }
  const isRejected = isSet(invocation, 'reject');
  const reason = valueOf(invocation, 'reason');
  const body = await decide(client, { target, digest }, { isRejected, reason, expiresAt });
  if (terminal.json) {
    terminal.data(body);
    return 0;
  }
  const verb = isRejected ? 'rejected' : 'approved';
  terminal.line(
    `${terminal.paint('green', '✓')} ${target.kind}/${target.name} ${verb} (digest ${shortDigest(digest)})`,
  );
  if (target.kind === 'Plan' && !isRejected) await showWhatIsMissing(invocation, client, target.name);
  return 0;
}

/** Says what comes next: who else has to approve, or that the plan can be applied. */
async function showWhatIsMissing({ terminal }: Invocation, client: ApiClient, name: string): Promise<void> {
  const me = await usernameOf(client);
  const { status } = await readPlan(client, name);
  // The phase follows a moment later; the vote just given is counted here.
  const open = (status?.demands ?? []).filter(
    ({ have, count, by = [] }) => have + (by.includes(me) ? 0 : 1) < count,
  );
  if (open.length === 0) terminal.line(`Next: plinth apply ${name}`);
  for (const { groups, have, count, by = [] } of open) {
    const who = groups === undefined ? 'anybody but the author' : `group ${groups.join(' or ')}`;
    terminal.line(`Needs: approval of ${who} (${have + (by.includes(me) ? 0 : 1)} of ${count})`);
  }
}

async function decidedOf(invocation: Invocation, client: ApiClient, typed: string): Promise<Decided> {
  const [kind, name, ...rest] = typed.includes('/') ? typed.split('/') : ['plan', typed];
  if (!name || rest.length > 0 || (kind !== 'plan' && kind !== 'run')) {
    throw new UsageFailure(`"${typed}" is neither a plan nor a run`, 'write NAME of a plan, or run/NAME');
  }
  if (kind === 'run') {
    const run = await readRun(client, valueOf(invocation, 'namespace') ?? client.namespace, name);
    return waitingStep(run, valueOf(invocation, 'step'));
  }
  const { body } = await client.json(planPath(name));
  const digest = textAt(body, 'status', 'digest');
  if (digest === '') throw new Failure(`the plan ${name} has no digest: it was not evaluated`);
  return { target: { kind: 'Plan', name, uid: textAt(body, 'metadata', 'uid') }, digest };
}

function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const match = /^([1-9]\d{0,4})([mhd])$/.exec(text);
  const unit = unitMs[match?.[2] ?? ''];
  if (!match || unit === undefined) {
    throw new UsageFailure(`--expires cannot be "${text}"`, 'write a time such as 30m, 8h or 3d');
  }
  return new Date(Date.now() + Number(match[1]) * unit).toISOString();
}

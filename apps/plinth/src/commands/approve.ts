import { shortDigest } from '@plinth/kernel';
import { ApiClient } from '../api/api-client.ts';
import { isObject, listAt, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import { planPath, plinthApi, readPlan } from '../plan/plan-api.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What is decided about. */
interface Decided {
  readonly target: { kind: string; name: string; namespace?: string; uid?: string; step?: string };
  readonly digest: string;
}

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
  const { body } = await client.json(`/apis/${plinthApi}/approvals?fieldManager=plinth`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: plinthApi,
      kind: 'Approval',
      metadata: { generateName: `${target.name}-` },
      spec: {
        target,
        digest,
        decision: isRejected ? 'Reject' : 'Approve',
        ...(reason === undefined ? {} : { reason }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    }),
  });
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
  const own = await client.json('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
  });
  const me = textAt(own.body, 'status', 'userInfo', 'username');
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
  if (kind === 'run') return await waitingRun(invocation, client, name);
  const { body } = await client.json(planPath(name));
  const digest = textAt(body, 'status', 'digest');
  if (digest === '') throw new Failure(`the plan ${name} has no digest: it was not evaluated`);
  return { target: { kind: 'Plan', name, uid: textAt(body, 'metadata', 'uid') }, digest };
}

async function waitingRun(invocation: Invocation, client: ApiClient, name: string): Promise<Decided> {
  const namespace = valueOf(invocation, 'namespace') ?? client.namespace;
  const path = `/apis/${plinthApi}/namespaces/${encodeURIComponent(namespace)}/runs/${encodeURIComponent(name)}`;
  const { body } = await client.json(path);
  const waiting = listAt(body, 'status', 'waitingFor')
    .filter(isObject)
    .filter((one) => textAt(one, 'digest') !== '');
  const step = valueOf(invocation, 'step');
  const fitting = step === undefined ? waiting : waiting.filter((one) => textAt(one, 'step') === step);
  const [one, another] = fitting;
  if (!one) {
    throw new Failure(
      `the run ${name} waits for no approval${step === undefined ? '' : ` of step ${step}`}`,
      {
        hint: `see what it does: kubectl describe run ${name} -n ${namespace}`,
      },
    );
  }
  if (another) {
    const steps = fitting.map((each) => textAt(each, 'step')).join(', ');
    throw new Failure(`the run ${name} waits for several approvals: ${steps}`, {
      hint: 'name one with --step',
    });
  }
  const uid = textAt(body, 'metadata', 'uid');
  return {
    target: { kind: 'Run', name, namespace, uid, step: textAt(one, 'step') },
    digest: textAt(one, 'digest'),
  };
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

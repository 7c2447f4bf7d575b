import { ApiClient } from '../api/api-client.ts';
import { textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { applyAll, type Outcome } from '../apply/apply-run.ts';
import { readManifests } from '../apply/manifest-files.ts';
import { type Invocation, isSet, valueOf, valuesOf } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { runPlan } from '../plan/apply-plan.ts';
import { plinthApi, readPlan } from '../plan/plan-api.ts';

/** Applies manifests with server-side apply, or a plan. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const names = valuesOf(invocation, 'filename');
  const [plan] = invocation.positionals;
  if (plan !== undefined) return await applyPlan(invocation, plan);
  if (names.length === 0) {
    throw new UsageFailure(
      'there is nothing to apply: -f is missing',
      'name a file or directory: plinth apply -f FILE; or a plan: plinth apply PLAN',
    );
  }
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  const named = valueOf(invocation, 'namespace');
  const dryRun = isSet(invocation, 'dry-run');
  const outcomes: Outcome[] = [];
  const files = await readManifests(names);
  const options = {
    namespace: named ?? client.namespace,
    namespaceIsFixed: named !== undefined,
    dryRun,
    force: isSet(invocation, 'force-conflicts'),
  };
  for await (const outcome of applyAll(client, files, options)) {
    outcomes.push(outcome);
    if (!terminal.json) show(terminal, outcome, dryRun);
    terminal.progress(`${outcomes.length} documents`);
  }
  const failed = outcomes.filter(({ result }) => result === 'failed').length;
  const applied = outcomes.length - failed;
  if (terminal.json) terminal.data({ applied, failed, dryRun, documents: outcomes });
  else terminal.line(summary(applied, failed, dryRun));
  return failed > 0 ? 1 : 0;
}

/** How long the objects of a plan are waited for unless it is said otherwise, in seconds. */
const waitSecondsDefault = 60;

async function applyPlan(invocation: Invocation, plan: string): Promise<number> {
  for (const option of ['filename', 'dry-run', 'force-conflicts', 'namespace']) {
    if (!isSet(invocation, option)) continue;
    const hint = 'a plan says itself what is applied, and how; make another one with plinth plan';
    throw new UsageFailure(`--${option} does not go with a plan`, hint);
  }
  const typed = valueOf(invocation, 'wait') ?? String(waitSecondsDefault);
  if (!/^\d{1,5}$/.test(typed)) {
    throw new UsageFailure(`--wait cannot be "${typed}"`, 'write a number of seconds; 0 does not wait');
  }
  const client = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
  if (isSet(invocation, 'when-approved')) return await startApply(invocation, client, nameOf(plan));
  const waitMs = Number(typed) === 0 ? undefined : Number(typed) * 1_000;
  return await runPlan(invocation.terminal, client, nameOf(plan), waitMs);
}

/** Leaves it to a run to apply a plan once it is approved. */
async function startApply({ terminal }: Invocation, client: ApiClient, name: string): Promise<number> {
  const { status } = await readPlan(client, name);
  const { body } = await client.json(`/apis/${plinthApi}/namespaces/${client.namespace}/runs`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: plinthApi,
      kind: 'Run',
      metadata: { generateName: `apply-${name.slice(0, 40)}-` },
      spec: { definition: 'plan.apply', input: { plan: name, ...(status ? { digest: status.digest } : {}) } },
    }),
  });
  if (terminal.json) {
    terminal.data(body);
    return 0;
  }
  const run = textAt(body, 'metadata', 'name');
  terminal.line(`Run/${run} applies plan ${name} with your rights as soon as it is approved.`);
  terminal.line(`Next: kubectl get run ${run} -n ${client.namespace} --watch`);
  return 0;
}

function nameOf(plan: string): string {
  return plan.replace(/^plan\//, '');
}

function show(terminal: Terminal, outcome: Outcome, dryRun: boolean): void {
  if (outcome.result !== 'failed') {
    terminal.line(
      `${terminal.paint('green', '✓')} ${outcome.object} ${outcome.result}${dryRun ? ' (dry run)' : ''}`,
    );
    for (const warning of outcome.warnings) terminal.note(`  warning: ${warning}`);
    return;
  }
  for (const { file, line, column, message, hint } of outcome.problems) {
    const object = outcome.object === undefined ? '' : `${outcome.object}: `;
    terminal.note(`✗ ${file}:${line}:${column}: ${object}${message}`);
    if (hint !== undefined) terminal.note(`  hint: ${hint}`);
  }
}

function summary(applied: number, failed: number, dryRun: boolean): string {
  const total = applied + failed;
  if (total === 0) return 'The files hold no documents: nothing is applied.';
  const changed = dryRun ? 'would be applied; nothing is changed' : 'applied';
  return failed === 0
    ? `${applied} of ${total} ${changed}.`
    : `${applied} of ${total} ${changed}; ${failed} failed, see above.`;
}

import { ApiFailure } from '../api/api-client.ts';
import { listAt, memberOf, textAt } from '../api/json.ts';
import { type Invocation, isSet } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { afterRun, RunFollower, requireStartable, startRun } from './follow.ts';
import { nextLine } from './plan-screen.ts';
import type { ShownStack } from './shown-stack.ts';
import type { StackClient } from './stack-client.ts';
import { instantText } from './times.ts';

/** What `--detailed-exitcode` answers when something has drifted. */
const driftedCode = 2;
/** Attributes of a resource that are shown. */
const attributesShown = 20;

/** `plinth stack drift`: what was changed outside of Terraform, as far as is known, or looked for now. */
export async function driftOfStack(
  invocation: Invocation,
  client: StackClient,
  name: string,
): Promise<number> {
  const { terminal } = invocation;
  if (isSet(invocation, 'now')) await lookNow(invocation, client, name);
  const stack = await client.read(name);
  const details = stack.drift && stack.drift.drifted > 0 ? await changesOf(client, stack) : [];
  const isDrifted = (stack.drift?.drifted ?? 0) > 0;
  const code = isDrifted && isSet(invocation, 'detailed-exitcode') ? driftedCode : 0;
  if (terminal.json) {
    const { namespace, drift, drifted, driftSchedule, driftRun } = stack;
    const schedule = driftSchedule === '' ? undefined : driftSchedule;
    terminal.data({
      namespace,
      stack: name,
      drift: drift ?? null,
      condition: drifted,
      schedule,
      run: driftRun,
      changes: details,
    });
    return code;
  }
  show(invocation, client, stack, details);
  return code;
}

/** @throws Failure when it cannot be looked for, or could not be found out */
async function lookNow({ terminal }: Invocation, client: StackClient, name: string): Promise<void> {
  const stack = await client.read(name);
  requireStartable(stack);
  if (stack.appliedRun === '') {
    throw new Failure(`nothing of stack ${name} has been applied, so nothing can have drifted`, {
      hint: client.command(`stack apply ${name}`),
    });
  }
  const active = await client.run(stack.run);
  if (active?.waiting) {
    throw new Failure(
      `a plan of stack ${name} waits for approval, and drift is looked for when that is decided`,
      {
        hint: `the plan has looked, too: ${client.command(`stack plan ${name}`)}`,
      },
    );
  }
  const run = await startRun(terminal, client, name, 'drift');
  const ended = await new RunFollower(terminal, client, run).until(() => false);
  if (ended.phase === 'Succeeded') {
    await afterRun(client, name, ended);
    return;
  }
  throw new Failure(
    `drift could not be found out: ${ended.error.message || `run ${run} is ${ended.phase}`}`,
    {
      hint: client.command(`run logs ${run}`),
    },
  );
}

/** The attributes that differ, while the run that looked is kept. */
async function changesOf(client: StackClient, { name, driftRun }: ShownStack): Promise<readonly unknown[]> {
  try {
    const { body } = await client.api.json(client.planPath(name, { run: driftRun, form: 'changes' }));
    return listAt(body, 'changes', 'drift');
  } catch (error) {
    if (error instanceof ApiFailure && (error.status === 404 || error.status === 403)) return [];
    throw error;
  }
}

function show(
  { terminal }: Invocation,
  client: StackClient,
  { namespace, name, drift, drifted, driftSchedule, appliedRun }: ShownStack,
  details: readonly unknown[],
): void {
  const title = `Stack ${namespace}/${name}`;
  const look = { command: client.command(`stack drift ${name} --now`), note: '' };
  if (drifted.status === 'Unknown') terminal.note(`The last look failed: ${drifted.message}`);
  if (!drift) {
    const isApplied = appliedRun !== '';
    terminal.line(
      `${title}: ${isApplied ? 'drift has not been looked for' : 'nothing has been applied yet'}`,
    );
    terminal.line(nextLine(isApplied ? look : { command: client.command(`stack apply ${name}`), note: '' }));
    return;
  }
  const often = driftSchedule === '' ? 'by request only' : `by schedule ${driftSchedule}`;
  const when = `Looked for ${instantText(drift.checkedAt, Date.now())}, ${often}`;
  if (drift.drifted === 0) {
    terminal.line(terminal.paint('green', `${title}: nothing was changed outside of Terraform`));
    terminal.line(when);
    return;
  }
  const many = drift.drifted === 1 ? '1 resource was' : `${drift.drifted} resources were`;
  terminal.line(terminal.paint('yellow', `${title}: ${many} changed outside of Terraform`));
  for (const address of drift.addresses) {
    const found = details.find((one) => textAt(one, 'address') === address);
    const isGone = textAt(found, 'action') === 'delete';
    terminal.line(
      terminal.paint(
        isGone ? 'red' : 'yellow',
        `  ${isGone ? '-' : '~'} ${address}${isGone ? '  is gone' : ''}`,
      ),
    );
    if (!isGone) showAttributes(terminal, found);
  }
  if (drift.drifted > drift.addresses.length)
    terminal.line(`  and ${drift.drifted - drift.addresses.length} more`);
  terminal.line(when);
  const plan = client.command(`stack plan ${name} --new`);
  terminal.line(nextLine({ command: plan, note: 'what it would do to put it right' }));
}

function showAttributes(terminal: Terminal, found: unknown): void {
  const attributes = listAt(found, 'attributes');
  for (const one of attributes.slice(0, attributesShown)) {
    const side = (name: string): string => (memberOf(one, name) === undefined ? '(none)' : textAt(one, name));
    terminal.line(`      ${textAt(one, 'path')}: ${side('before')} -> ${side('after')}`);
  }
  if (attributes.length > attributesShown)
    terminal.line(`      and ${attributes.length - attributesShown} more`);
}

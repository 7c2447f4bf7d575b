import { ApiFailure } from '../api/api-client.ts';
import { listAt, memberOf, numberAt, textAt } from '../api/json.ts';
import { aligned } from '../api/table.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { makePlan, plinthApi } from '../plan/plan-api.ts';
import { showPlan } from '../plan/plan-screen.ts';
import { nextLine } from './plan-screen.ts';
import type { StackClient } from './stack-client.ts';
import { instantText } from './times.ts';

/** Versions that are shown unless they are asked for as JSON. */
const versionsShown = 20;

/** The state of a stack. */
interface StackState {
  readonly stack: string;
  /** Name of the TerraformState. */
  readonly name: string;
  readonly serial: number | undefined;
  readonly object: unknown;
}

/** `plinth stack state`: versions, what differs between them, the lock, and ways back. */
export async function stateOfStack(
  invocation: Invocation,
  client: StackClient,
  name: string,
): Promise<number> {
  const given = ['serial', 'diff', 'rollback', 'unlock'].filter((option) => isSet(invocation, option));
  if (given.length > 1) {
    throw new UsageFailure(`--${given.join(' and --')} do not go together`, 'give one of them');
  }
  const act = actionOf(invocation, given[0]);
  return await act(invocation, client, await readState(client, name));
}

type Action = (invocation: Invocation, client: StackClient, state: StackState) => Promise<number>;

/** @throws UsageFailure for a value that is wrong, before anything is asked of the server */
function actionOf(invocation: Invocation, option: string | undefined): Action {
  switch (option) {
    case 'serial': {
      const to = serialOf(invocation, option);
      return async (...call) => await showDifference(...call, { to });
    }
    case 'diff': {
      const range = rangeOf(valueOf(invocation, option) ?? '');
      return async (...call) => await showDifference(...call, range);
    }
    case 'rollback': {
      const toSerial = serialOf(invocation, option);
      return async (...call) => await rollBack(...call, toSerial);
    }
    case 'unlock':
      return async (...call) => await unlock(...call, valueOf(invocation, option) ?? '');
    default:
      return showVersions;
  }
}

/** @throws Failure when nothing was written to it */
async function readState(client: StackClient, stack: string): Promise<StackState> {
  const { state: name, namespace } = await client.read(stack);
  const path = `/apis/${plinthApi}/namespaces/${encodeURIComponent(namespace)}/terraformstates/${encodeURIComponent(name)}`;
  try {
    const { body: object } = await client.api.json(path);
    return { stack, name, serial: numberAt(object, 'status', 'serial'), object };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    throw new Failure(`stack ${stack} has no state yet: nothing has been applied`, {
      hint: client.command(`stack apply ${stack}`),
      cause: error,
    });
  }
}

async function showVersions(
  { terminal }: Invocation,
  client: StackClient,
  { stack, name, object, serial }: StackState,
): Promise<number> {
  const { body } = await client.api.json(client.statePath(name, '/versions'));
  const versions = listAt(body, 'versions');
  const lock = memberOf(object, 'status', 'lock');
  if (terminal.json) {
    terminal.data({ namespace: client.namespace, stack, state: name, serial, lock: lock ?? null, versions });
    return 0;
  }
  const resources = numberAt(object, 'status', 'resources') ?? 0;
  const program = textAt(object, 'status', 'terraformVersion');
  const head =
    serial === undefined
      ? 'nothing has been written'
      : `serial ${serial} · ${counted(resources, 'resource')} · Terraform ${program}`;
  terminal.line(terminal.paint('bold', `State ${client.namespace}/${name}: ${head}`));
  if (lock !== undefined) showLock(terminal, client, { stack, lock });
  const nowMs = Date.now();
  const rows = versions.slice(0, versionsShown).map((one) => {
    const back = numberAt(one, 'rollbackTo');
    return [
      String(numberAt(one, 'serial') ?? ''),
      instantText(textAt(one, 'at'), nowMs),
      textAt(one, 'by'),
      String(numberAt(one, 'resources') ?? ''),
      back === undefined ? '' : `content of ${back}`,
    ];
  });
  if (rows.length > 0) terminal.text(aligned([['SERIAL', 'WRITTEN', 'BY', 'RESOURCES', ''], ...rows]));
  if (versions.length > rows.length) terminal.line(`and ${versions.length - rows.length} more: --json`);
  if (serial !== undefined) {
    terminal.line(
      nextLine({
        command: client.command(`stack state ${stack} --serial ${serial}`),
        note: 'what it changed',
      }),
    );
  }
  return 0;
}

function showLock(
  terminal: Terminal,
  client: StackClient,
  { stack, lock }: { readonly stack: string; readonly lock: unknown },
): void {
  const id = textAt(lock, 'id');
  terminal.line(terminal.paint('yellow', `Locked by ${holderOf(lock)} (lock ${id})`));
  terminal.line(
    `  to take it away when its holder is gone: ${client.command(`stack state ${stack} --unlock ${id}`)}`,
  );
}

function holderOf(lock: unknown): string {
  const operation = textAt(lock, 'operation')
    .replace(/^OperationType/, '')
    .toLowerCase();
  const what = operation === '' ? '' : ` for ${operation}`;
  const who = textAt(lock, 'who');
  return `${textAt(lock, 'user')}${what} since ${instantText(textAt(lock, 'acquiredAt'), Date.now())}${who === '' ? '' : `, ${who}`}`;
}

const marks: Readonly<Record<string, readonly [mark: string, tone: 'green' | 'red' | 'yellow']>> = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  changed: ['~', 'yellow'],
};

async function showDifference(
  { terminal }: Invocation,
  client: StackClient,
  { name }: StackState,
  { from, to }: { readonly from?: number; readonly to: number },
): Promise<number> {
  const query = { to: String(to), ...(from === undefined ? {} : { from: String(from) }) };
  const { body } = await client.api.json(client.statePath(name, '/diff', query));
  if (terminal.json) {
    terminal.data(body);
    return 0;
  }
  const resources = listAt(body, 'resources');
  const outputs = listAt(body, 'outputs');
  const before = numberAt(body, 'from');
  const range = before === undefined ? `serial ${to}, the first` : `serial ${before} -> ${to}`;
  const parts = [counted(resources.length, 'resource'), counted(outputs.length, 'output')].filter(
    (one) => !one.startsWith('0 '),
  );
  const told = parts.length === 0 ? 'nothing differs' : parts.join(', ');
  terminal.line(terminal.paint('bold', `State ${client.namespace}/${name}, ${range}: ${told}`));
  for (const one of resources) {
    const [mark, tone] = marks[textAt(one, 'change')] ?? ['~', 'yellow'];
    terminal.line(terminal.paint(tone, `  ${mark} ${textAt(one, 'address')}`));
    for (const value of listAt(one, 'values'))
      terminal.line(`      ${textAt(value, 'path')}: ${sides(value)}`);
  }
  for (const one of outputs) terminal.line(`  ~ output ${textAt(one, 'name')}: ${sides(one)}`);
  return 0;
}

function sides(value: unknown): string {
  const side = (name: string): string =>
    memberOf(value, name) === undefined ? '(none)' : textAt(value, name);
  return `${side('before')} -> ${side('after')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Makes a plan with a TerraformRollback, which shows what differs, and says who has to approve it. */
async function rollBack(
  { terminal }: Invocation,
  client: StackClient,
  { stack, name, serial }: StackState,
  toSerial: number,
): Promise<number> {
  if (serial === undefined || toSerial >= serial) {
    throw new Failure(
      `the state of stack ${stack} cannot go back to serial ${toSerial}: its newest is ${serial ?? 'none'}`,
      {
        hint: `its versions: ${client.command(`stack state ${stack}`)}`,
      },
    );
  }
  // Whether there is such a version, before somebody is asked about it.
  await client.api.json(client.statePath(name, '/diff', { from: String(toSerial), to: String(serial) }));
  const { plan, answer } = await makePlan(client.api, {
    metadata: { generateName: 'plan-' },
    spec: {
      namespace: client.namespace,
      manifests: [
        {
          apiVersion: plinthApi,
          kind: 'TerraformRollback',
          metadata: { name: `${name}-from-${serial}-to-${toSerial}`, namespace: client.namespace },
          spec: { state: name, toSerial, ifSerial: serial },
        },
      ],
    },
  });
  if (terminal.json) terminal.data(answer);
  else {
    showPlan(terminal, plan);
    terminal.line('It changes what Terraform knows, not what is there.');
    terminal.line(`Then: ${client.command(`stack plan ${stack} --new`)}   (what the difference comes to)`);
  }
  return plan.status?.phase === 'Failed' ? 1 : 0;
}

/** Takes the lock away that was named; another one stays. */
async function unlock(
  { terminal }: Invocation,
  client: StackClient,
  { stack, name, object }: StackState,
  id: string,
): Promise<number> {
  const lock = memberOf(object, 'status', 'lock');
  if (lock === undefined) throw new Failure(`the state of stack ${stack} is not locked`);
  if (textAt(lock, 'id') !== id) {
    throw new Failure(`lock ${id} does not hold any more: the state is locked by ${holderOf(lock)}`, {
      hint: `when its holder is gone: ${client.command(`stack state ${stack} --unlock ${textAt(lock, 'id')}`)}`,
    });
  }
  const [kind, , run = ''] = textAt(lock, 'user').split('/');
  const holder = kind === 'runs' ? await client.run(run) : undefined;
  if (holder && !holder.isFinished) {
    throw new Failure(`the lock is held by run ${run}, which is under way`, {
      hint: `end it in order, which gives the lock back: ${client.command(`run cancel ${run}`)}`,
    });
  }
  if (!terminal.json) terminal.note(`Locked by ${holderOf(lock)}`);
  const { status, text } = await client.api.send(client.statePath(name), {
    method: 'UNLOCK',
    contentType: 'application/json',
    body: JSON.stringify({ ID: id }),
  });
  if (status === 409) {
    throw new Failure(`lock ${id} does not hold any more: another one took its place just now`, {
      hint: `see: ${client.command(`stack state ${stack}`)}`,
    });
  }
  if (status >= 400) {
    throw new Failure(text.trim() || `the server answered ${status}`, {
      hint: 'ask somebody who may: the verb delete on terraformstates/lock of infra.plinth.dev',
    });
  }
  if (terminal.json) terminal.data({ stack, state: name, unlocked: id });
  else
    terminal.line(`${terminal.paint('green', '✓')} State ${client.namespace}/${name} is not locked any more`);
  return 0;
}

/** @throws UsageFailure */
function serialOf(invocation: Invocation, option: string): number {
  const typed = valueOf(invocation, option) ?? '';
  if (/^\d{1,15}$/.test(typed)) return Number(typed);
  throw new UsageFailure(`--${option} cannot be "${typed}"`, 'write the serial of a version, such as 12');
}

/** @throws UsageFailure */
function rangeOf(typed: string): { readonly from: number; readonly to: number } {
  const match = /^(\d{1,15})\.\.(\d{1,15})$/.exec(typed);
  if (match) return { from: Number(match[1]), to: Number(match[2]) };
  throw new UsageFailure(`--diff cannot be "${typed}"`, 'write two serials, such as 3..5');
}

import { ApiClient } from '../api/api-client.ts';
import { isObject, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import { plinthApi } from '../plan/plan-api.ts';
import { runPath } from '../run/run-api.ts';
import { RunLog } from '../run/run-log.ts';

type Action = (invocation: Invocation, client: ApiClient, name: string) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  start,
  logs,
  cancel: (invocation, client, name) =>
    change(invocation, client, name, { cancel: true }, 'is being cancelled'),
  pause: (invocation, client, name) =>
    change(invocation, client, name, { pause: true }, 'starts no further step'),
  resume: (invocation, client, name) => change(invocation, client, name, { pause: false }, 'goes on'),
};

/** Starts runs, shows what their programs print, and steers them. */
export async function run(invocation: Invocation): Promise<number> {
  const [verb = '', name] = invocation.positionals;
  const action = actions[verb];
  if (!action) {
    throw new UsageFailure(`plinth run cannot "${verb}"`, `choose one of ${Object.keys(actions).join(', ')}`);
  }
  if (name === undefined) {
    const what = verb === 'start' ? 'DEFINITION' : 'NAME';
    throw new UsageFailure(`${what} is missing`, `write plinth run ${verb} ${what}`);
  }
  return await action(invocation, new ApiClient(findConnection(valueOf(invocation, 'kubeconfig'))), name);
}

function pathOf(invocation: Invocation, client: ApiClient, name?: string): string {
  return runPath(valueOf(invocation, 'namespace') ?? client.namespace, name);
}

async function start(invocation: Invocation, client: ApiClient, definition: string): Promise<number> {
  const { terminal } = invocation;
  const input = inputOf(valueOf(invocation, 'input'));
  const { body, answer } = await client.json(`${pathOf(invocation, client)}?fieldManager=plinth`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: plinthApi,
      kind: 'Run',
      metadata: { generateName: `${definition.replaceAll('.', '-')}-` },
      spec: { definition, ...(input === undefined ? {} : { input }) },
    }),
  });
  if (terminal.json) {
    terminal.data(body);
    return 0;
  }
  const name = textAt(body, 'metadata', 'name');
  terminal.line(`${terminal.paint('green', '✓')} Run/${name} created`);
  for (const warning of answer.warnings) terminal.note(`  warning: ${warning}`);
  terminal.line(`Next: plinth run logs ${name} -f`);
  return 0;
}

function inputOf(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageFailure(`--input is not JSON: ${why}`, `write an object such as '{"region":"eu"}'`);
  }
  if (isObject(input)) return input;
  throw new UsageFailure('--input is not an object', `write an object such as '{"region":"eu"}'`);
}

async function change(
  invocation: Invocation,
  client: ApiClient,
  name: string,
  spec: object,
  told: string,
): Promise<number> {
  const { terminal } = invocation;
  const path = pathOf(invocation, client, name);
  const before = await client.json(path);
  const phase = textAt(before.body, 'status', 'phase');
  if (textAt(before.body, 'status', 'finishedAt') !== '') {
    throw new Failure(`the run ${name} has ended: ${phase}`, { hint: 'start another one: plinth run start' });
  }
  const { body } = await client.json(`${path}?fieldManager=plinth`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ spec }),
  });
  if (terminal.json) terminal.data(body);
  else terminal.line(`${terminal.paint('green', '✓')} Run/${name} ${told}`);
  return 0;
}

async function logs(invocation: Invocation, client: ApiClient, name: string): Promise<number> {
  const { terminal } = invocation;
  const step = valueOf(invocation, 'step');
  const follow = isSet(invocation, 'follow');
  const log = new RunLog(client, pathOf(invocation, client, name), {
    step: (shown) => {
      if (!terminal.json) terminal.note(`── ${shown}`);
    },
    record: (line, text) => terminal.text(terminal.json ? `${line}\n` : text),
  });
  await log.show({ step, follow });
  const { body } = await client.json(pathOf(invocation, client, name));
  const phase = textAt(body, 'status', 'phase') || 'Pending';
  const failure = textAt(body, 'status', 'error', 'message');
  if (terminal.json) return phase === 'Failed' ? 1 : 0;
  if (log.isEmpty) {
    terminal.note(
      `Run/${name} has executed no programs${step === undefined ? '' : ` in step ${step}`} so far.`,
    );
  }
  terminal.note(`Run/${name} is ${phase}${failure === '' ? '' : `: ${failure}`}`);
  return follow && phase === 'Failed' ? 1 : 0;
}

import { setTimeout } from 'node:timers/promises';
import { ApiClient, ApiFailure } from '../api/api-client.ts';
import { isObject, memberOf, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { type Invocation, isSet, valueOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import { plinthApi } from '../plan/plan-api.ts';

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

/** How often, and after how many milliseconds, a log that broke off is asked for again. */
const resumesMax = 30;
const resumeAfterMs = 1_000;

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
  const namespace = valueOf(invocation, 'namespace') ?? client.namespace;
  const all = `/apis/${plinthApi}/namespaces/${encodeURIComponent(namespace)}/runs`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
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
  const query = new URLSearchParams();
  const step = valueOf(invocation, 'step');
  if (step !== undefined) query.set('step', step);
  if (isSet(invocation, 'follow')) query.set('follow', 'true');
  const path = `${pathOf(invocation, client, name)}/log?${query.toString()}`;
  /** Where each step has been shown up to: a log that broke off is asked for again from its beginning. */
  const places = new Map<string, number>();
  for (let resumes = 0; ; resumes++) {
    try {
      await show(invocation, client, path, places);
      break;
    } catch (error) {
      const mayResume = isSet(invocation, 'follow') && places.size > 0 && resumes < resumesMax;
      if (!mayResume || !(error instanceof Failure) || error instanceof ApiFailure) throw error;
      await setTimeout(resumeAfterMs);
    }
  }
  const { body } = await client.json(pathOf(invocation, client, name));
  const phase = textAt(body, 'status', 'phase') || 'Pending';
  const failure = textAt(body, 'status', 'error', 'message');
  if (terminal.json) return phase === 'Failed' ? 1 : 0;
  if (places.size === 0) {
    terminal.note(
      `Run/${name} has executed no programs${step === undefined ? '' : ` in step ${step}`} so far.`,
    );
  }
  terminal.note(`Run/${name} is ${phase}${failure === '' ? '' : `: ${failure}`}`);
  return isSet(invocation, 'follow') && phase === 'Failed' ? 1 : 0;
}

async function show(
  { terminal }: Invocation,
  client: ApiClient,
  path: string,
  places: Map<string, number>,
): Promise<void> {
  let shown = '';
  for await (const line of client.lines(path)) {
    const entry: unknown = JSON.parse(line);
    const step = textAt(entry, 'step');
    // A step that another process took over has a log in each of the two.
    const place = `${step}\n${textAt(entry, 'process')}`;
    if (numberAt(entry, 'offset') < (places.get(place) ?? 0)) continue;
    places.set(place, numberAt(entry, 'nextOffset'));
    if (terminal.json) terminal.text(`${line}\n`);
    else {
      if (step !== shown) terminal.note(`── ${step}`);
      shown = step;
      terminal.text(textOf(entry));
    }
  }
}

/** A record for people; the start of an attempt says nothing that they need. */
function textOf(entry: unknown): string {
  switch (textAt(entry, 'kind')) {
    case 'output': {
      const base64 = textAt(entry, 'base64');
      return base64 === '' ? textAt(entry, 'text') : Buffer.from(base64, 'base64').toString('utf8');
    }
    case 'gap':
    case 'lost':
      return `[${numberAt(entry, 'bytes')} bytes of output are missing here]\n`;
    case 'end': {
      const why =
        textAt(entry, 'message') || textAt(entry, 'signal') || `exit code ${numberAt(entry, 'exitCode')}`;
      return memberOf(entry, 'exitCode') === 0 ? '' : `[ended: ${why}]\n`;
    }
    default:
      return '';
  }
}

function numberAt(value: unknown, name: string): number {
  const found = memberOf(value, name);
  return typeof found === 'number' ? found : 0;
}

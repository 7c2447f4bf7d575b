import { healthOf, type Plan, type PlanChange, parseGroupVersion, shortDigest } from '@plinth/kernel';
import { type ApiClient, ApiFailure } from '../api/api-client.ts';
import { discover, pathOf, type Resource, resourceOfKind } from '../api/discovery.ts';
import { isObject, listAt, memberOf, textAt } from '../api/json.ts';
import { Failure } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { planPath, plinthApi, readPlan } from './plan-api.ts';

/** How often an object is looked at while it is waited for, in milliseconds. */
const lookEveryMs = 250;

/** What became of an object that a plan has changed. */
export interface Reached {
  readonly object: string;
  readonly state: 'ready' | 'deleted' | 'waiting';
  readonly message?: string;
  /** Milliseconds after the plan was applied. */
  readonly afterMs: number;
}

/** What applying a plan led to. */
export interface AppliedPlan {
  readonly plan: Plan;
  readonly digest: string;
  readonly writes: number;
  readonly repeated: boolean;
}

/** Applies a plan as the caller has read it. @throws ApiFailure with what has moved, or what is missing */
async function applyPlan(client: ApiClient, name: string): Promise<AppliedPlan> {
  const plan = await readPlan(client, name);
  const digest = plan.status?.digest;
  const { body } = await client.json(`${planPath(name)}/apply`, {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: plinthApi,
      kind: 'PlanApplication',
      spec: digest === undefined ? {} : { digest },
    }),
  });
  const writes = memberOf(body, 'status', 'writes');
  return {
    plan,
    digest: textAt(body, 'status', 'digest'),
    writes: typeof writes === 'number' ? writes : 0,
    repeated: memberOf(body, 'status', 'repeated') === true,
  };
}

/**
 * Waits until the objects that a plan changed are ready, or gone.
 * @returns one outcome for each, as they come; those that are not ready after `waitMs` milliseconds come last
 */
async function* reached(client: ApiClient, plan: Plan, waitMs: number): AsyncGenerator<Reached> {
  const startedAt = performance.now();
  let open = (plan.status?.changes ?? []).filter(
    ({ operation }) => operation !== 'None' && operation !== 'Error',
  );
  let resources = await discover(client);
  for (;;) {
    const left: { change: PlanChange; message: string }[] = [];
    for (const change of open) {
      const found = await look(client, resources, change);
      const afterMs = performance.now() - startedAt;
      if (found.state === 'waiting') left.push({ change, message: found.message });
      else yield { object: titleOf(change), state: found.state, afterMs };
    }
    open = left.map(({ change }) => change);
    if (open.length === 0) return;
    if (performance.now() - startedAt > waitMs) {
      for (const { change, message } of left) {
        yield { object: titleOf(change), state: 'waiting', message, afterMs: performance.now() - startedAt };
      }
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    // A kind that the plan defines takes a moment until it is served.
    resources = await discover(client);
  }
}

type Look = { readonly state: 'ready' | 'deleted' } | { readonly state: 'waiting'; readonly message: string };

async function look(client: ApiClient, resources: readonly Resource[], change: PlanChange): Promise<Look> {
  const { apiVersion, kind, namespace, name, operation } = change;
  const resource = resourceOfKind(resources, apiVersion, kind);
  if (!resource) {
    const { group } = parseGroupVersion(apiVersion);
    return { state: 'waiting', message: `${kind} in ${group} is not served yet` };
  }
  try {
    const { body } = await client.json(pathOf(resource, namespace, name));
    if (operation === 'Delete') return { state: 'waiting', message: deletionText(body) };
    const { ready, message } = healthOf(objectIn(body));
    return ready === 'True' ? { state: 'ready' } : { state: 'waiting', message: message ?? `is ${ready}` };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    return operation === 'Delete' ? { state: 'deleted' } : { state: 'waiting', message: 'is gone again' };
  }
}

function objectIn(body: unknown): Parameters<typeof healthOf>[0] {
  const metadata = memberOf(body, 'metadata');
  if (!isObject(body) || !isObject(metadata))
    throw new Failure('the server answered with something that is no object');
  const text = (name: string): string => textAt(metadata, name);
  const generation = metadata['generation'];
  const deletionTimestamp = text('deletionTimestamp');
  return {
    ...body,
    apiVersion: textAt(body, 'apiVersion'),
    kind: textAt(body, 'kind'),
    metadata: {
      name: text('name'),
      uid: text('uid'),
      resourceVersion: text('resourceVersion'),
      creationTimestamp: text('creationTimestamp'),
      ...(typeof generation === 'number' ? { generation } : {}),
      ...(deletionTimestamp === '' ? {} : { deletionTimestamp }),
    },
  };
}

function deletionText(body: unknown): string {
  const finalizers = listAt(body, 'metadata', 'finalizers');
  return finalizers.length === 0 ? 'is being deleted' : `is being deleted; held by ${finalizers.join(', ')}`;
}

function titleOf({ kind, namespace, name }: PlanChange): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** Objects that are told one by one; beyond that only those that are not ready are. */
const toldMax = 50;

/** Applies a plan and tells what becomes of its objects. @returns the exit code */
export async function runPlan(
  terminal: Terminal,
  client: ApiClient,
  name: string,
  waitMs: number | undefined,
): Promise<number> {
  const applied = await applyPlan(client, name);
  const outcomes: Reached[] = [];
  if (waitMs !== undefined && !applied.repeated) {
    for await (const outcome of reached(client, applied.plan, waitMs)) {
      outcomes.push(outcome);
      terminal.progress(`${outcomes.length} objects`);
      if (!terminal.json && (outcome.state === 'waiting' || outcomes.length <= toldMax))
        tell(terminal, outcome);
    }
  }
  const waiting = outcomes.filter(({ state }) => state === 'waiting').length;
  if (terminal.json) {
    const { digest, writes, repeated } = applied;
    terminal.data({ plan: name, digest, writes, repeated, objects: outcomes });
  } else {
    if (outcomes.length > toldMax) terminal.line(`  and ${outcomes.length - toldMax} objects more`);
    terminal.line(summary(applied, waiting));
  }
  return waiting > 0 ? 1 : 0;
}

function tell(terminal: Terminal, { object, state, message = '', afterMs }: Reached): void {
  if (state === 'waiting') terminal.note(`… ${object} is written and not ready: ${message}`);
  else {
    const took = afterMs < 1_000 ? '' : `   ${Math.round(afterMs / 1_000)} s`;
    terminal.line(`${terminal.paint('green', '✓')} ${object} ${state}${took}`);
  }
}

function summary({ digest, writes, repeated }: AppliedPlan, waiting: number): string {
  const short = shortDigest(digest);
  if (repeated) return `It had been applied before; nothing was done now (digest ${short}).`;
  const rest = waiting > 0 ? ` ${waiting} not ready yet, see above.` : '';
  const many = writes === 1 ? '1 object' : `${writes} objects at once`;
  return `Applied exactly what was planned: ${many} (digest ${short}).${rest}`;
}

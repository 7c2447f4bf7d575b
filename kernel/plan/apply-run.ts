import type { UserInfo } from '../auth/port.ts';
import { healthOf } from '../control/health.ts';
import type { Client, ResourceId } from '../model/client.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { parseGroupVersion } from '../model/resource-type.ts';
import { StatusError } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { defineRun, type RunContext, type RunDefinition } from '../run/define-run.ts';
import { RunError } from '../run/run-error.ts';
import { readyWaitSeconds, readyWaitsMax } from './limits.ts';
import { isPlan, type Plan, plans } from './plan-kind.ts';

/** What the run works with. */
export interface ApplyRunOptions {
  readonly client: Pick<Client, 'get' | 'resourceFor'>;
  /**
   * Applies a plan under a user's rights; a repeat answers with what was done.
   * @throws StatusError 403 or 409 with what is missing or has moved
   */
  apply(
    name: string,
    digest: string | undefined,
    user: UserInfo,
  ): Promise<{ digest: string; writes: number }>;
}

/** An object that a plan has written. */
interface WrittenObject {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

const input = Type.Object({
  plan: Type.String({ minLength: 1, description: 'Name of the plan.' }),
  digest: Type.Optional(
    Type.String({ description: 'The digest that was seen; another one is not applied.' }),
  ),
  waitSeconds: Type.Optional(
    Type.Integer({
      default: readyWaitSeconds,
      minimum: 0,
      maximum: 86_400,
      description: 'How long the objects of the plan may take to be ready; 0 does not wait.',
    }),
  ),
});

/** What a plan can come to without having been applied. */
const closedPhases: ReadonlySet<string> = new Set(['Rejected', 'Expired', 'Failed']);

/**
 * The run `plan.apply`: waits until a plan is decided about, applies it with the rights of whoever started the run, and
 * waits until what it wrote is ready.
 */
export function applyRun(options: ApplyRunOptions): RunDefinition<typeof input> {
  return defineRun({
    name: 'plan.apply',
    version: 1,
    description: 'Applies a plan as soon as it is approved, and waits until what it wrote is ready.',
    input,
    run: async (run, { plan: name, digest, waitSeconds = readyWaitSeconds }) => {
      await run.step('read', () => void readPlan(options.client, name));
      const decided = await run.waitFor('decision', {
        resource: plans,
        name,
        until: (plan) => phaseOf(plan) !== '' && phaseOf(plan) !== 'Pending',
      });
      if (closedPhases.has(phaseOf(decided))) {
        throw new RunError(`Plan${phaseOf(decided)}`, `plan ${name}: ${messageOf(decided)}`);
      }
      const user = run.requestedBy;
      const applied = await run.step('apply', () => refusalsEnd(() => options.apply(name, digest, user)));
      const objects = await run.step('objects', () => writtenObjects(options.client, name));
      await waitReady(run, objects, waitSeconds);
      return { ...applied, objects: objects.length };
    },
  });
}

function readPlan(client: ApplyRunOptions['client'], name: string): Plan {
  const plan = client.get(plans, { name });
  if (!plan || !isPlan(plan)) throw new RunError('PlanNotFound', `there is no plan ${name}`);
  return plan;
}

function phaseOf({ status }: KubeObject): string {
  const phase = isObject(status) ? status['phase'] : undefined;
  return typeof phase === 'string' ? phase : '';
}

function messageOf({ status }: KubeObject): string {
  const message = isObject(status) ? status['message'] : undefined;
  return typeof message === 'string' ? message : 'it was not applied';
}

/** What the API refuses it would refuse again; what the store cannot do now is tried again. */
async function refusalsEnd<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof StatusError) || error.code >= 500) throw error;
    throw new RunError(error.reason, error.message, { cause: error });
  }
}

/** What a plan has written and is served; deletions and kinds that are not served yet are not waited for. */
function writtenObjects(client: ApplyRunOptions['client'], name: string): WrittenObject[] {
  const { status } = readPlan(client, name);
  const written: WrittenObject[] = [];
  for (const { apiVersion, kind, namespace, name: object, operation } of status?.changes ?? []) {
    if (operation !== 'Create' && operation !== 'Update') continue;
    const { group } = parseGroupVersion(apiVersion);
    const type = client.resourceFor(apiVersion, kind);
    if (!type) continue;
    const place = namespace === undefined ? {} : { namespace };
    written.push({ group, resource: type.resource, ...place, name: object });
  }
  return written.slice(0, readyWaitsMax);
}

async function waitReady(
  run: RunContext,
  objects: readonly WrittenObject[],
  waitSeconds: number,
): Promise<void> {
  if (waitSeconds === 0) return;
  await Promise.all(
    objects.map(async ({ group, resource, namespace, name }) => {
      const id: ResourceId = { group, resource };
      await run.waitFor(`${resource} ${namespace === undefined ? '' : `${namespace}/`}${name} ready`, {
        resource: id,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        until: (object) => healthOf(object).ready === 'True',
        timeoutMs: waitSeconds * 1_000,
      });
    }),
  );
}

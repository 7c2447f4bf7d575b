import { createHash } from 'node:crypto';
import {
  type Client,
  equalJson,
  isObject,
  type JsonObject,
  type KubeObject,
  type ObjectName,
  StatusError,
  settleGone,
} from '@plinth/kernel';
import { keyOf, shorten } from './desired.ts';
import { healthOf } from './health.ts';
import type { InventoryEntry, Problem } from './kinds.ts';
import type { ApplyStep, PruneStep, WorkspaceStep } from './plan.ts';

/** What became of a step. */
export interface Outcome {
  /** The entry for the inventory; undefined when the object leaves it. */
  readonly entry: InventoryEntry | undefined;
  /** Whether an object was written or deleted. */
  readonly wrote: boolean;
  /** Where in the source the fault is, when the object was refused. */
  readonly problem?: Problem;
}

/** What this process left objects as, so that it need not apply again what nobody has touched. */
export interface AppliedMemory {
  remember(key: string, object: JsonObject, resourceVersion: string): void;
}

/** Steps are carried out with this. */
export interface ApplyContext {
  /** A client with the workspace's field manager. */
  readonly client: Client;
  readonly memory: AppliedMemory;
}

/** Names what is applied, in memory only: it may be made from the values of a Secret. */
export function digestOf(object: unknown): string {
  return createHash('sha256').update(JSON.stringify(object)).digest('base64');
}

/** The name of an object in the API. */
export function nameOf(entry: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): ObjectName {
  return entry.namespace === undefined
    ? { name: entry.name }
    : { namespace: entry.namespace, name: entry.name };
}

/**
 * Carries out one step. Idempotent: apply is, and a delete is fenced by the uid that the plan saw.
 * Refusals of the API become part of the outcome; nothing else is caught.
 */
export async function applyStep(step: WorkspaceStep, context: ApplyContext): Promise<Outcome> {
  switch (step.action) {
    case 'apply':
      return await guarded(step, () => (step.mode === 'probe' ? probe(step, context) : write(step, context)));
    case 'keep':
      return { entry: withHealth(step.entry, liveOf(step.entry, context.client)), wrote: false };
    case 'wait':
      return {
        entry: { ...step.entry, status: 'waiting', ready: 'Unknown', message: waitMessage(step.entry) },
        wrote: false,
      };
    case 'prune':
      return await guarded(step, () => prune(step, context));
    case 'retain':
      return {
        entry: {
          ...withHealth(step.entry, liveOf(step.entry, context.client)),
          status: 'retained',
          message: step.reason,
        },
        wrote: false,
      };
    case 'forget':
      return { entry: undefined, wrote: false };
  }
}

async function write(step: ApplyStep, { client, memory }: ApplyContext): Promise<Outcome> {
  const type = typeOf(step.entry, client);
  const before = client.get(type, nameOf(step.entry));
  const after = await client.apply(type, step.object, { force: step.force });
  const wrote = before?.metadata.resourceVersion !== after.metadata.resourceVersion;
  memory.remember(step.desired.key, step.object, after.metadata.resourceVersion);
  const { message: _message, ...entry } = step.entry;
  const applied = { ...entry, uid: after.metadata.uid, status: stateAfter(step, wrote) };
  return { entry: withHealth(applied, after), wrote };
}

function stateAfter(step: ApplyStep, wrote: boolean): InventoryEntry['status'] {
  if (wrote) return step.again ? 'corrected' : 'applied';
  if (step.again) return step.entry.status === 'drifted' ? 'applied' : step.entry.status;
  // An object that the inventory knew before was applied by a process that did not live to tell.
  return step.recorded ? 'applied' : 'unchanged';
}

async function probe(step: ApplyStep, { client }: ApplyContext): Promise<Outcome> {
  const type = typeOf(step.entry, client);
  const live = client.get(type, nameOf(step.entry));
  const { message: _message, ...entry } = step.entry;
  if (!live) {
    const gone = {
      ...entry,
      status: 'drifted' as const,
      ready: 'False' as const,
      message: 'drift: the object was deleted',
    };
    return { entry: gone, wrote: false };
  }
  const declared = await client.apply(type, step.object, { force: true, dryRun: true });
  const paths = differences(withoutServerFields(live), withoutServerFields(declared), '');
  if (paths.length > 0) {
    // Only where, never what: the values may be secret.
    const message = shorten(`drift: ${paths.join(', ')}`);
    return { entry: { ...withHealth(entry, live), status: 'drifted', message }, wrote: false };
  }
  const status = entry.status === 'drifted' ? ('applied' as const) : entry.status;
  return { entry: withHealth({ ...entry, status }, live), wrote: false };
}

async function prune(step: PruneStep, { client }: ApplyContext): Promise<Outcome> {
  const { entry } = step;
  const type = typeOf(entry, client);
  if (!step.deleting) {
    await settleGone(() => client.delete(type, nameOf(entry), { uid: entry.uid, propagation: 'Background' }));
  }
  const live = client.get(type, nameOf(entry));
  if (live?.metadata.uid !== entry.uid) return { entry: undefined, wrote: true };
  const finalizers = live.metadata.finalizers ?? [];
  const waits =
    finalizers.length > 0 ? `is being deleted; waits for ${finalizers.join(', ')}` : 'is being deleted';
  return {
    entry: { ...entry, status: 'pruning', ready: 'False', message: shorten(waits) },
    wrote: !step.deleting,
  };
}

async function guarded(step: ApplyStep | PruneStep, effect: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await effect();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const message = refusal(error, step.entry.kind);
    const entry: InventoryEntry = { ...step.entry, status: 'failed', ready: 'False', message };
    if (step.action === 'prune') return { entry: { ...entry, status: 'pruning' }, wrote: false };
    const field = error.details?.causes?.find((cause) => cause.field !== undefined)?.field;
    const place = field === undefined ? undefined : step.desired.locate(field);
    const { file, line, column, kind, name } = step.desired;
    return {
      entry,
      wrote: false,
      problem: {
        file,
        line: place?.line ?? line,
        column: place?.column ?? column,
        message: shorten(`${kind} ${name}: ${message}`),
      },
    };
  }
}

/** The refusal in words. The API repeats bad values, so of a Secret only the fields are named. */
function refusal(error: StatusError, kind: string): string {
  if (kind !== 'Secret') return shorten(error.message);
  const fields = (error.details?.causes ?? []).flatMap(({ field }) => field ?? []);
  return shorten(`${error.reason}${fields.length > 0 ? ` at ${fields.join(', ')}` : ''}`);
}

function waitMessage(entry: InventoryEntry): string {
  return `waits until kind ${entry.kind} of ${entry.apiVersion} is served`;
}

function withHealth(entry: InventoryEntry, live: KubeObject | undefined): InventoryEntry {
  const { message: _message, ...rest } = entry;
  if (!live) return { ...rest, ready: 'False', message: 'the object is not there' };
  const health = healthOf(live);
  return {
    ...rest,
    ready: health.ready,
    ...(health.message === undefined ? {} : { message: shorten(health.message) }),
  };
}

function liveOf(entry: InventoryEntry, client: Client): KubeObject | undefined {
  return client.get(typeOf(entry, client), nameOf(entry));
}

/** The resource of an entry. @throws StatusError when its kind is no longer served */
function typeOf(entry: InventoryEntry, client: Client): { group: string; resource: string } {
  const type = client.resourceFor(entry.apiVersion, entry.kind);
  if (type) return { group: type.group, resource: type.resource };
  throw new StatusError(
    404,
    'NotFound',
    `no kind ${entry.kind} of ${entry.apiVersion} is served (${keyOf(entry)})`,
  );
}

function withoutServerFields(object: KubeObject): unknown {
  const { status: _status, metadata, ...rest } = object;
  const {
    managedFields: _m,
    resourceVersion: _v,
    generation: _g,
    uid: _u,
    creationTimestamp: _c,
    ...meta
  } = metadata;
  return { ...rest, metadata: meta };
}

/** Paths of the fields that differ, the deepest that both sides share. */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (equalJson(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].sort().flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

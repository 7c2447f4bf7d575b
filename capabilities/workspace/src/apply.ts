import { createHash } from 'node:crypto';
import {
  type Client,
  type DriftOutcome,
  type DriftPolicy,
  type DriftReporter,
  type DriftSubject,
  healthOf,
  type JsonObject,
  type KubeObject,
  type ObjectName,
  StatusError,
  settleGone,
} from '@plinth/kernel';
import { keyOf, shorten } from './desired.ts';
import type { InventoryEntry, Problem, Workspace } from './kinds.ts';
import type { ApplyStep, PruneStep, WorkspaceStep } from './plan.ts';

/** What became of a step. */
export interface Outcome {
  /** The entry for the inventory; undefined when the object leaves it. */
  readonly entry: InventoryEntry | undefined;
  /** Whether an object was written or deleted. */
  readonly wrote: boolean;
  /** Where in the source the fault is, when the object was refused. */
  readonly problem?: Problem;
  /** Whether something failed that may go better the next time. */
  readonly retry?: true;
  /** Milliseconds until a correction may happen that is held back. */
  readonly againAfterMs?: number;
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
  readonly drift: DriftReporter;
  /** The workspace whose objects they are. */
  readonly workspace: Workspace;
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
      return await guarded(step, () => apply(step, context));
    case 'keep':
      await context.drift.asDeclared(subjectOf(step.entry, context));
      return { entry: withHealth(step.entry, liveOf(step.entry, context.client)), wrote: false };
    case 'wait':
      return {
        entry: { ...step.entry, status: 'waiting', ready: 'Unknown', message: waitMessage(step.entry) },
        wrote: false,
      };
    case 'prune':
      await context.drift.forget(subjectOf(step.entry, context));
      return await guarded(step, () => prune(step, context));
    case 'retain':
      await context.drift.forget(subjectOf(step.entry, context));
      return {
        entry: {
          ...withHealth(step.entry, liveOf(step.entry, context.client)),
          status: 'retained',
          message: step.reason,
        },
        wrote: false,
      };
    case 'forget':
      await context.drift.forget(subjectOf(step.entry, context));
      return { entry: undefined, wrote: false };
  }
}

/** What drift is reported about: the object, which the workspace declares. */
function subjectOf(
  { apiVersion, kind, namespace, name }: InventoryEntry,
  { workspace }: ApplyContext,
): DriftSubject {
  const place = namespace === undefined ? {} : { namespace };
  return { target: { apiVersion, kind, ...place, name }, declaredBy: workspace };
}

async function apply(step: ApplyStep, context: ApplyContext): Promise<Outcome> {
  if (step.mode !== 'write') return await compare(step, step.mode, context);
  const outcome = await write(step, context);
  await context.drift.asDeclared(subjectOf(step.entry, context));
  return outcome;
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
  if (wrote) return step.mode === 'correct' ? 'corrected' : 'applied';
  if (step.mode !== 'write') return step.entry.status === 'drifted' ? 'applied' : step.entry.status;
  // An object that the inventory knew before was applied by a process that did not live to tell.
  return step.recorded ? 'applied' : 'unchanged';
}

/** Finds out whether an object is as it was applied, and has done about it what the workspace says. */
async function compare(step: ApplyStep, policy: DriftPolicy, context: ApplyContext): Promise<Outcome> {
  const { client, drift, workspace } = context;
  const type = typeOf(step.entry, client);
  const live = client.get(type, nameOf(step.entry));
  // Applied in a dry run, the live object becomes what is declared, with all that others may set.
  const declared = live ? await client.apply(type, step.object, { force: true, dryRun: true }) : step.object;
  const found = { ...subjectOf(step.entry, context), declared, observed: live };
  const written: Outcome[] = [];
  try {
    const outcome = await drift.report(
      policy === 'correct'
        ? { ...found, policy, correct: async () => written.push(await write(step, context)) }
        : policy === 'propose'
          ? { ...found, policy, manifest: step.object, fieldManager: workspace.spec.fieldManager }
          : { ...found, policy },
    );
    const [correction] = written;
    if (correction) return correction;
    if (outcome.state !== 'AsDeclared') return drifted(step, live, outcome);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const message = shorten(`drift: ${refusal(error, step.entry.kind)}`);
    return {
      entry: { ...withHealth(step.entry, live), status: 'drifted', message },
      wrote: false,
      retry: true,
    };
  }
  // Fields are as declared; writing sees to it that they are the workspace's, too.
  if (policy === 'correct') return await write(step, context);
  const status = step.entry.status === 'drifted' ? ('applied' as const) : step.entry.status;
  return { entry: withHealth({ ...step.entry, status }, live), wrote: false };
}

/** The outcome for an object that is left as it is, until the next apply or for good. */
function drifted(step: ApplyStep, live: KubeObject | undefined, outcome: DriftOutcome): Outcome {
  const { differences, isMissing, message, requeueAfterMs } = outcome;
  // Only where, never what: the values may be secret.
  const what = isMissing ? 'the object was deleted' : differences.map(({ path }) => path).join(', ');
  const text = shorten(`drift: ${what}${message === undefined ? '' : `; ${message}`}`);
  return {
    entry: { ...withHealth(step.entry, live), status: 'drifted', message: text },
    wrote: false,
    ...(requeueAfterMs === undefined ? {} : { againAfterMs: requeueAfterMs }),
  };
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

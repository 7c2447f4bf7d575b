import {
  type Controller,
  defineController,
  type ReconcileContext,
  type Result,
} from '../control/controller.ts';
import { conditionsOf } from '../control/dead-letter.ts';
import type { Client, ObjectName } from '../model/client.ts';
import { equalJson } from '../model/json.ts';
import { type Condition, type JsonObject, setCondition } from '../model/object.ts';
import { formatTime } from '../ports/clock.ts';
import { peersStopMs, startRetryMs, usageStatusMs } from './limits.ts';
import { type Contents, contentsOf, type RemovalOptions, removeContents } from './removal.ts';
import { isTenant, type Tenant, type TenantStatus, tenantFinalizer, tenants } from './tenant-kind.ts';
import type { Tenants } from './tenants.ts';
import type { TenantUsage } from './usage-fields.ts';

/** What the controller works with. */
export interface TenantControllerOptions extends RemovalOptions {
  readonly tenants: Tenants;
  /** Whether other processes serve the tenants, too. */
  readonly hasPeers: boolean;
  /** What a tenant uses, where this process serves it. */
  readonly usage: (name: string) => TenantUsage | undefined;
}

/**
 * Keeps the status of Tenants, and removes what is in those that are deleted:
 *
 *   Pending -> Ready | Failed        while it is there; a failure is tried again
 *   Terminating -> gone              it is not served any more, its contents are removed, then its finalizer
 *
 * That it is served is done by `Tenants` in every process; this tells of it.
 */
export function tenantController(options: TenantControllerOptions): Controller {
  return defineController({
    name: 'tenants',
    resource: tenants,
    // The removal of one must not hold up the others.
    concurrency: 4,
    async reconcile(name, context) {
      const found = context.client.get(tenants, name);
      if (!found || !isTenant(found)) return undefined;
      await options.tenants.settle(name.name);
      if (found.metadata.deletionTimestamp === undefined) return await tellOf(found, name, context, options);
      return await remove(found, name, context, options);
    },
  });
}

async function tellOf(
  tenant: Tenant,
  name: ObjectName,
  context: ReconcileContext,
  options: TenantControllerOptions,
): Promise<Result> {
  const { client, clock, recorder } = context;
  const problem = options.tenants.problem(name.name);
  const generation = tenant.metadata.generation ?? 1;
  const ready: Omit<Condition, 'lastTransitionTime'> = {
    type: 'Ready',
    status: problem ? 'False' : 'True',
    observedGeneration: generation,
    reason: problem ? 'NotStarted' : 'Served',
    message: problem ? problem.message : `served at ${urlOf(name.name)}`,
  };
  const usage = usageToShow(options.usage(name.name), tenant.status?.usage);
  const status: TenantStatus = {
    ...tenant.status,
    phase: problem ? 'Failed' : 'Ready',
    observedGeneration: generation,
    url: urlOf(name.name),
    ...(usage ? { usage } : {}),
    conditions: setCondition(conditionsOf(tenant), ready, formatTime(clock.now())),
  };
  const before = tenant.status?.phase;
  await writeStatus(client, tenant, name, status);
  if (before !== status.phase) {
    const type = problem ? 'Warning' : 'Normal';
    recorder.record({ object: tenant, type, reason: ready.reason, message: ready.message });
  }
  return { requeueAfterMs: problem ? startRetryMs : usageStatusMs };
}

async function remove(
  tenant: Tenant,
  name: ObjectName,
  context: ReconcileContext,
  options: TenantControllerOptions,
): Promise<Result | undefined> {
  const { finalizers = [] } = tenant.metadata;
  if (!finalizers.includes(tenantFinalizer)) return undefined;
  const { client, clock, recorder } = context;
  const removing = async (removed: Contents, isDone: boolean): Promise<void> => {
    const current = client.get(tenants, name);
    if (!current || !isTenant(current)) return;
    const condition: Omit<Condition, 'lastTransitionTime'> = {
      type: 'Removed',
      status: isDone ? 'True' : 'False',
      reason: isDone ? 'ContentsRemoved' : 'Removing',
      message: `${isDone ? 'removed' : 'removing'} ${contentsText(removed)}`,
    };
    const conditions = setCondition(conditionsOf(current), condition, formatTime(clock.now()));
    const { usage: _usage, ...rest } = current.status ?? {};
    await writeStatus(client, current, name, {
      ...rest,
      phase: 'Terminating',
      removed: { ...removed },
      conditions,
    });
  };
  // What was counted before a removal was cut off is more than what is left of it.
  const counted = await contentsOf(name.name, options);
  const removed = larger(tenant.status?.removed, counted);
  await removing(removed, false);
  // Other processes hear of it a moment later, and what they have under way comes to its end first.
  const begunMs = Date.parse(tenant.metadata.deletionTimestamp ?? '');
  const waitMs = begunMs + peersStopMs - clock.now();
  if (options.hasPeers && waitMs > 0) return { requeueAfterMs: waitMs };
  await removeContents(name.name, options, () => removing(removed, true));
  const left = await contentsOf(name.name, options);
  if (left.objects + left.auditEntries + left.files > 0) {
    throw new Error(
      `tenant ${name.name} was written to while it was removed: ${contentsText(left)} are left`,
    );
  }
  recorder.record({
    object: tenant,
    type: 'Normal',
    reason: 'ContentsRemoved',
    message: `removed ${contentsText(removed)} of tenant ${name.name}`,
  });
  await releaseFinalizer(client, name);
  return undefined;
}

async function releaseFinalizer(client: Client, name: ObjectName): Promise<void> {
  const current = client.get(tenants, name);
  if (!current) return;
  const finalizers = (current.metadata.finalizers ?? []).filter((one) => one !== tenantFinalizer);
  await client.update(tenants, { ...current, metadata: { ...current.metadata, finalizers } });
}

async function writeStatus(
  client: Client,
  tenant: Tenant,
  name: ObjectName,
  status: TenantStatus,
): Promise<void> {
  if (equalJson(status, tenant.status)) return;
  // Absent fields of a merge patch stay; null takes them away.
  const gone = Object.keys(tenant.status ?? {}).filter((field) => !(field in status));
  const patch: JsonObject = { ...status, ...Object.fromEntries(gone.map((field) => [field, null])) };
  await client.patch(tenants, name, { status: patch }, 'status');
}

/** The usage that a status shows: the old one while nothing but the time differs, or it is too young to be replaced. */
function usageToShow(now: TenantUsage | undefined, before: TenantUsage | undefined): TenantUsage | undefined {
  if (!now || !before) return now ?? before;
  const isYoung = Date.parse(now.at) - Date.parse(before.at) < usageStatusMs / 2;
  // The entry that the write of the status leaves is the host's, so this comes to rest.
  const isSame = equalJson({ ...now, at: '' }, { ...before, at: '' });
  return isYoung || isSame ? before : now;
}

function larger(a: TenantStatus['removed'], b: Contents): Contents {
  return {
    objects: Math.max(a?.objects ?? 0, b.objects),
    auditEntries: Math.max(a?.auditEntries ?? 0, b.auditEntries),
    files: Math.max(a?.files ?? 0, b.files),
  };
}

function contentsText({ objects, auditEntries, files }: Contents): string {
  return `${objects} objects, ${auditEntries} entries of the audit log and ${files} files`;
}

function urlOf(name: string): string {
  return `/clusters/${name}`;
}

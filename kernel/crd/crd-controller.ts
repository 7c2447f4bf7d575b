/**
 * Brings CustomResourceDefinitions to life and takes them down again.
 *
 *   asked for -> names accepted -> Established (served) -> deleted: Terminating (served, no creates)
 *             \-> conflict: not served until names come free           -> instances gone -> finalizer removed -> gone
 */
import type { Registry } from '../api/registry.ts';
import type { Client, ObjectName, ResourceId } from '../model/client.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { NewCondition } from './accept-names.ts';
import { apiextensionsGroup, instancesFinalizer } from './crd-kind.ts';
import { crdOf, isTrue, splitCrdName } from './crd-object.ts';
import { plannedStatus } from './crd-status.ts';
import { deletionsAtOnce, instancesGonePollMs } from './limits.ts';
import type { ServedCrds } from './served-crds.ts';

const crds: ResourceId = { group: apiextensionsGroup, resource: 'customresourcedefinitions' };

export interface CrdControllerOptions {
  readonly client: Client;
  readonly registry: Pick<Registry, 'all'>;
  readonly served: ServedCrds;
  readonly clock: Clock;
}

/** A level-triggered controller: `reconcile` is called with a name whenever something about it may have changed. */
export interface CrdController {
  readonly name: string;
  readonly resource: ResourceId;
  reconcile(name: ObjectName): Promise<{ requeueAfterMs?: number } | undefined>;
}

/** Makes the controller of CustomResourceDefinitions. */
export function crdController(options: CrdControllerOptions): CrdController {
  // Names are given to one definition at a time: two at once could both be given the same.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    name: 'customresourcedefinition',
    resource: crds,
    reconcile({ name }) {
      const result = turn.then(() => reconcile(name, options));
      turn = result.catch(() => undefined);
      return result;
    },
  };
}

async function reconcile(
  name: string,
  options: CrdControllerOptions,
): Promise<{ requeueAfterMs?: number } | undefined> {
  const object = options.client.get(crds, { name });
  try {
    if (!object) {
      options.served.remove(name);
      await settleWaiting(splitCrdName(name).group, options);
      return undefined;
    }
    if (object.metadata.deletionTimestamp !== undefined) return await terminate(object, options);
    if (await settle(object, options)) await settleWaiting(crdOf(object).group, options);
    return undefined;
  } catch (error) {
    // Another writer was faster. Its change is an event of its own, which brings the name back here.
    if (error instanceof StatusError && (error.reason === 'Conflict' || error.reason === 'NotFound'))
      return undefined;
    throw error;
  }
}

/**
 * Brings the status up to date and serves the definition when it is established.
 * @returns whether the status has changed
 */
async function settle(
  object: KubeObject,
  { client, registry, served, clock }: CrdControllerOptions,
  terminating?: NewCondition,
): Promise<boolean> {
  const all = client.list(crds).map(crdOf);
  const status = plannedStatus(object, all, registry, clock.now(), terminating);
  // Only what is durable is served: instances of a kind that a crash takes back would be stranded.
  served.establishNow(object);
  if (equalJson(status, object['status'])) return false;
  const { resourceVersion } = object.metadata;
  const patch: JsonObject = { metadata: { resourceVersion }, status: mergeable(status) };
  // Who learns of the condition Established from a watch asks in a later turn of the event loop, after this.
  served.establishNow(await client.patch(crds, { name: object.metadata.name }, patch, 'status'));
  return true;
}

/** The status as a merge patch: lists of names that are absent are removed, where a merge would keep them. */
function mergeable(status: JsonObject): JsonObject {
  const { acceptedNames } = status;
  if (!isObject(acceptedNames)) return status;
  return { ...status, acceptedNames: { shortNames: null, categories: null, ...acceptedNames } };
}

/** Looks again at the definitions of a group that did not get their names, in the order of their creation. */
async function settleWaiting(group: string, options: CrdControllerOptions): Promise<void> {
  const waiting = options.client
    .list(crds)
    .filter((object) => {
      const crd = crdOf(object);
      return (
        crd.group === group && !crd.deleting && crd.conditions.length > 0 && !isTrue(crd, 'NamesAccepted')
      );
    })
    .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
  for (const object of waiting) await settle(object, options);
}

async function terminate(
  object: KubeObject,
  options: CrdControllerOptions,
): Promise<{ requeueAfterMs?: number } | undefined> {
  const crd = crdOf(object);
  if (!object.metadata.finalizers?.includes(instancesFinalizer)) return undefined;
  const started = isTrue(crd, 'Terminating');
  if (!started) {
    await settle(object, options, {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    });
    await deleteInstances(object, options);
    // Creates that were under way when this began become visible in the meantime.
    return { requeueAfterMs: instancesGonePollMs };
  }
  options.served.establishNow(object);
  if ((await deleteInstances(object, options)) > 0) return { requeueAfterMs: instancesGonePollMs };
  const finalizers = object.metadata.finalizers.filter((finalizer) => finalizer !== instancesFinalizer);
  const { name, resourceVersion } = object.metadata;
  await options.client.patch(crds, { name }, { metadata: { finalizers, resourceVersion } });
  return undefined;
}

/** Deletes the instances that are not being deleted already; returns how many there were. */
async function deleteInstances(object: KubeObject, { client }: CrdControllerOptions): Promise<number> {
  const crd = crdOf(object);
  if (!isTrue(crd, 'Established')) return 0;
  const id: ResourceId = { group: crd.group, resource: crd.acceptedNames.plural };
  const instances = client.list(id);
  const alive = instances.filter((instance) => instance.metadata.deletionTimestamp === undefined);
  for (let i = 0; i < alive.length; i += deletionsAtOnce) {
    await Promise.all(
      alive.slice(i, i + deletionsAtOnce).map((instance) => deleteInstance(client, id, instance)),
    );
  }
  return instances.length;
}

async function deleteInstance(client: Client, id: ResourceId, instance: KubeObject): Promise<void> {
  const { name, namespace, uid } = instance.metadata;
  try {
    await client.delete(id, { name, ...(namespace === undefined ? {} : { namespace }) }, { uid });
  } catch (error) {
    // Gone, or replaced by another: the next look at the list decides.
    if (error instanceof StatusError && (error.reason === 'NotFound' || error.reason === 'Conflict')) return;
    throw error;
  }
}

import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Status } from '../model/status-error.ts';
import { badRequest, conflict, StatusError, staleMessage } from '../model/status-error.ts';
import { formatTime } from '../ports/clock.ts';
import { hasNamespaceFinalizers, type Objects, retriesMax, type Written } from './objects.ts';
import { refOf } from './refusals.ts';
import type { ServedResource } from './registry.ts';
import { type WriteRequest, writeContext } from './write-request.ts';

/** Spec: Kubernetes meta/v1 DeleteOptions. */
export interface DeleteRequest {
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagation: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** Reads DeleteOptions from a body (absent: none) and from the query, which Kubernetes clients use in turn. */
export function parseDeleteOptions(
  body: unknown,
  query: URLSearchParams,
): DeleteRequest & { dryRun: boolean } {
  const options = body === undefined || body === null ? {} : body;
  if (!isObject(options)) throw badRequest('the body of a delete must be DeleteOptions');
  if (options['kind'] !== undefined && options['kind'] !== 'DeleteOptions') {
    throw badRequest(
      `the body of a delete must be DeleteOptions, found kind ${JSON.stringify(options['kind'])}`,
    );
  }
  const preconditions = isObject(options['preconditions']) ? options['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  const policy = options['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphan = options['orphanDependents'] ?? (query.get('orphanDependents') === 'true' || undefined);
  if (policy !== undefined && orphan !== undefined) {
    throw badRequest('orphanDependents and propagationPolicy cannot be both set');
  }
  const dryRun = options['dryRun'] ?? query.getAll('dryRun');
  return {
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
    propagation: propagationOf(policy, orphan),
    dryRun: Array.isArray(dryRun) && dryRun.includes('All'),
  };
}

function propagationOf(policy: unknown, orphan: unknown): DeleteRequest['propagation'] {
  if (orphan === true) return 'Orphan';
  if (policy === undefined || policy === '') return undefined;
  if (policy === 'Background' || policy === 'Foreground' || policy === 'Orphan') return policy;
  throw badRequest(
    `propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`,
  );
}

/** What a delete led to. */
export interface Deleted {
  /** The last state when the object is gone, its present one when finalizers keep it. */
  readonly written: Written;
  readonly gone: boolean;
}

/**
 * Deletes an object, or marks it as being deleted while finalizers keep it.
 * Spec: Kubernetes API, Deletion and finalizers; garbage collection.
 */
export async function deleteObject(
  objects: Objects,
  request: WriteRequest,
  options: DeleteRequest,
): Promise<Deleted> {
  const { served, namespace, name } = request;
  for (let attempt = 0; ; attempt++) {
    const stored = objects.get(served, namespace, name);
    const current = objects.renderer.object(stored, served);
    const guarded = checkPreconditions(current, options, served);
    served.type.strategy.admit?.(current, current, writeContext(request, 'delete'));
    objects.gate?.check(request, 'delete', current, current);
    const judged = await objects.judge({ request, operation: 'delete', old: current });
    const next = markDeleted(current, options, request.nowMs);
    const keeps = (next.metadata.finalizers ?? []).length > 0 || hasNamespaceFinalizers(next);
    try {
      if (!keeps) {
        return { written: await objects.remove(next, stored.revision, request, judged), gone: true };
      }
      const marking = { ...request, deletes: true } as const;
      return { written: await objects.put(next, stored, marking, judged), gone: false };
    } catch (error) {
      const raced = error instanceof StatusError && error.reason === 'Conflict' && !guarded;
      if (!raced || attempt >= retriesMax) throw error;
    }
  }
}

function checkPreconditions(current: KubeObject, options: DeleteRequest, served: ServedResource): boolean {
  const { uid, resourceVersion } = options.preconditions;
  const ref = refOf(served, current.metadata.name);
  if (uid !== undefined && uid !== current.metadata.uid) {
    throw conflict(
      ref,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
    throw conflict(
      ref,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${current.metadata.resourceVersion}; ${staleMessage}`,
    );
  }
  return resourceVersion !== undefined;
}

/** The object with the deletion time and the finalizers that the propagation policy asks for. */
function markDeleted(current: KubeObject, options: DeleteRequest, nowMs: number): KubeObject {
  const next: KubeObject = { ...current, metadata: { ...current.metadata } };
  const finalizers = new Set(current.metadata.finalizers ?? []);
  if (options.propagation !== undefined) {
    finalizers.delete(orphanFinalizer);
    finalizers.delete(foregroundFinalizer);
    if (options.propagation === 'Orphan') finalizers.add(orphanFinalizer);
    if (options.propagation === 'Foreground') finalizers.add(foregroundFinalizer);
  }
  if (finalizers.size > 0) next.metadata.finalizers = [...finalizers];
  else delete next.metadata.finalizers;
  if (next.metadata.deletionTimestamp === undefined) {
    next.metadata.deletionTimestamp = formatTime(nowMs);
    next.metadata.deletionGracePeriodSeconds = 0;
    if (next.metadata.generation !== undefined) next.metadata.generation++;
    const status = next['status'];
    if (next.kind === 'Namespace' && next.apiVersion === 'v1') {
      next['status'] = { ...(isObject(status) ? status : {}), phase: 'Terminating' };
    }
  }
  return next;
}

/** The answer to a delete that left nothing behind. */
export function deletedStatus(served: ServedResource, object: KubeObject): Status {
  const { type } = served;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.resource,
      uid: object.metadata.uid,
    },
    code: 200,
  };
}

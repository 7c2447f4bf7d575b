import type { ObjectName } from '../model/client.ts';
import { isObject } from '../model/json.ts';
import type { JsonObject, KubeObject, OwnerReference } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import { isSecretKind } from '../plan/object-state.ts';
import { type Drift, type DriftStatus, type DriftTarget, isDrift } from './drift-kind.ts';

/** An object as others refer to it. */
export type Referable = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

/** The name of a Drift in the API. */
export function nameOf({ metadata: { name, namespace = 'default' } }: KubeObject): ObjectName {
  return { namespace, name };
}

/** Takes what the API answered as the Drift that was sent to it. */
export function driftOf(answer: KubeObject): Drift {
  if (isDrift(answer)) return answer;
  throw new Error(`the API answered with ${answer.kind} ${answer.metadata.name} where a Drift was written`);
}

/** Where an object stands. */
export function targetOf({ apiVersion, kind, metadata: { name, namespace } }: Referable): DriftTarget {
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/** The unique id of an observed state; undefined when it is none of an object of the API. */
export function uidOf(observed: unknown): string | undefined {
  const metadata = isObject(observed) ? observed['metadata'] : undefined;
  const uid = isObject(metadata) ? metadata['uid'] : undefined;
  return typeof uid === 'string' && uid !== '' ? uid : undefined;
}

/**
 * The owner of a Drift in namespace `home`: what declares the target, for the drift is drift only as long as something
 * declares otherwise. Not the target, unless it declares itself: one that is deleted again and again would take the
 * count of its corrections along. Undefined where an owner may not be.
 */
export function ownerReference(
  { target, declaredBy, observed }: { target: DriftTarget; declaredBy?: Referable; observed?: unknown },
  home: string,
): OwnerReference | undefined {
  const { apiVersion, kind, name, namespace = home } = declaredBy ? targetOf(declaredBy) : target;
  const uid = declaredBy ? declaredBy.metadata.uid : uidOf(observed);
  return uid === undefined || namespace !== home ? undefined : { apiVersion, kind, name, uid };
}

/** The status as the API takes it in a merge patch: fields that are no longer there are taken away. */
export function statusPatch(before: DriftStatus | undefined, next: DriftStatus): JsonObject {
  const gone = Object.keys(before ?? {}).filter((field) => !(field in next));
  return { ...next, ...Object.fromEntries(gone.map((field) => [field, null])) };
}

/** Why something failed, in words. The API repeats bad values: where they are not shown only the fields are named. */
export function failureText(error: unknown, { apiVersion, kind }: DriftTarget, isReadable: boolean): string {
  if (!isReadable || isSecretKind(apiVersion, kind)) {
    if (!(error instanceof StatusError)) return error instanceof Error ? error.name : 'it failed';
    const fields = (error.details?.causes ?? []).flatMap(({ field }) => field ?? []);
    return `${error.reason}${fields.length > 0 ? ` at ${fields.join(', ')}` : ''}`;
  }
  return error instanceof Error ? error.message : String(error);
}

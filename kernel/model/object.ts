/** A JSON value as the API carries it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A JSON object as the API carries it. */
export type JsonObject = { [key: string]: Json };

/** Spec: Kubernetes meta/v1 OwnerReference. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Spec: Kubernetes meta/v1 ManagedFieldsEntry. `time` is RFC 3339. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
}

/** Spec: Kubernetes meta/v1 ObjectMeta. Instants are RFC 3339 with whole seconds. */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** An object of any kind, as it is stored and served. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Whether a JSON value has the outline of an object: apiVersion, kind and metadata. */
function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  if (!('apiVersion' in value && 'kind' in value && 'metadata' in value)) return false;
  const { apiVersion, kind, metadata } = value;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null
  );
}

/** Parses the text of an object that this server has written, after it was validated. */
export function parseObject(text: string): KubeObject {
  const value: unknown = JSON.parse(text);
  if (!isKubeObject(value)) throw new Error(`not an object: ${text.slice(0, 80)}`);
  return value;
}

/** Spec: Kubernetes meta/v1 Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  observedGeneration?: number;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/**
 * Puts `next` into `conditions` and returns the new list. `lastTransitionTime` moves only when the status flips;
 * an unchanged condition leaves the list equal, so that a reconcile without news writes nothing.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const list = conditions ?? [];
  const previous = list.find((condition) => condition.type === next.type);
  const lastTransitionTime = previous?.status === next.status ? previous.lastTransitionTime : now;
  const merged: Condition = { ...next, lastTransitionTime };
  return previous
    ? list.map((condition) => (condition === previous ? merged : condition))
    : [...list, merged];
}

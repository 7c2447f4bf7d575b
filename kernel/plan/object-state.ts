import { createHash, createHmac } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../model/object.ts';
import type { ResourceVersion } from '../model/resource-type.ts';
import { canonicalJson } from './canonical-json.ts';

/** What client-side apply keeps of its own: it repeats the object, secrets included. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What counts of an object for a plan: everything that people declare. Left out are the status, where the kind keeps it
 * apart, and what the server only keeps books with.
 */
export function declaredState(object: KubeObject, version: ResourceVersion): KubeObject {
  const {
    resourceVersion: _version,
    managedFields: _fields,
    generation: _generation,
    ...metadata
  } = object.metadata;
  const state: KubeObject = { ...object, metadata: metadata as ObjectMeta };
  if (version.status) delete state['status'];
  const { annotations } = metadata;
  if (annotations?.[lastApplied] !== undefined) {
    const { [lastApplied]: _, ...others } = annotations;
    state.metadata.annotations = others;
    if (Object.keys(others).length === 0) delete state.metadata.annotations;
  }
  return state;
}

/** As declaredState, for an object that a rehearsal has made: its identity is not the one that it will have. */
export function outcomeState(object: KubeObject, version: ResourceVersion, isNew: boolean): KubeObject {
  const state = declaredState(object, version);
  if (!isNew) return state;
  const { uid: _uid, creationTimestamp: _time, ...metadata } = state.metadata;
  return { ...state, metadata: metadata as ObjectMeta };
}

/** Whether the values of a kind are secret. */
export function isSecretKind(apiVersion: string, kind: string): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/** Whether a field of a secret kind holds a secret value. */
export function isSecretField(segments: readonly string[]): boolean {
  return segments[0] === 'data' || segments[0] === 'stringData';
}

/** `sha256:` and the SHA-256 of the canonical form of a JSON value, in hex. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

/**
 * The digest of an object. A secret's is keyed: a digest that everybody may see must not let anybody try passwords
 * against it.
 */
export function objectDigest(object: { apiVersion?: unknown; kind?: unknown }, key: Uint8Array): string {
  const { apiVersion, kind } = object;
  if (!isSecretKind(String(apiVersion), String(kind))) return digestOf(object);
  return `hmac-sha256:${createHmac('sha256', key).update(canonicalJson(object)).digest('hex')}`;
}

import type { KubeObject, ObjectMeta } from '../model/object.ts';

/** The metadata that a caller gives to a new object; the server adds the rest. */
export type DraftMeta = Pick<ObjectMeta, 'name'> & Partial<ObjectMeta>;

/** An object as it is sent to be created: without what only the server knows (uid, resourceVersion, creation time). */
export function draft(
  apiVersion: string,
  kind: string,
  metadata: DraftMeta,
  fields: Record<string, unknown> = {},
): KubeObject {
  return { apiVersion, kind, metadata: metadata as ObjectMeta, ...fields };
}

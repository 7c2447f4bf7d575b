import { type Controller, defineController, type ResourceId } from '@plinth/kernel';
import type { ContentLog } from './content-log.ts';

/** Removes the content of a kind of objects when they are deleted, before the objects go. */
export function contentRemoval(
  name: string,
  resource: ResourceId,
  finalizer: string,
  content: ContentLog,
): Controller {
  return defineController({
    name,
    resource,
    trigger: ({ object }) => object.metadata.deletionTimestamp !== undefined,
    async reconcile(key, { client }) {
      const object = client.get(resource, key);
      if (object?.metadata.deletionTimestamp === undefined) return;
      const { finalizers = [], resourceVersion, uid } = object.metadata;
      if (!finalizers.includes(finalizer)) return;
      await content.remove(uid);
      const left = finalizers.filter((one) => one !== finalizer);
      await client.patch(resource, key, { metadata: { resourceVersion, finalizers: left } });
    },
  });
}

import { type Controller, defineController, type KubeObject, type ResourceId } from '@plinth/kernel';

/** Removes the content of a kind of objects when they are deleted, before the objects go. */
export function contentRemoval(
  name: string,
  resource: ResourceId,
  finalizer: string,
  remove: (object: KubeObject) => Promise<void>,
): Controller {
  return defineController({
    name,
    resource,
    trigger: ({ object }) => object.metadata.deletionTimestamp !== undefined,
    async reconcile(key, { client }) {
      const object = client.get(resource, key);
      if (object?.metadata.deletionTimestamp === undefined) return;
      const { finalizers = [], resourceVersion } = object.metadata;
      if (!finalizers.includes(finalizer)) return;
      await remove(object);
      const left = finalizers.filter((one) => one !== finalizer);
      await client.patch(resource, key, { metadata: { resourceVersion, finalizers: left } });
    },
  });
}

import { evaluateFirst, parseJsonPath } from '@plinth/kube-selector';
import type { JsonObject, KubeObject } from '../model/object.ts';
import type { ScalePaths } from '../model/resource-type.ts';
import { badRequest, invalid } from '../model/status-error.ts';

/**
 * The scale of an object. Spec: Kubernetes autoscaling/v1 Scale; CustomResourceSubresourceScale.
 */
export function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const desired = numberAt(object, paths.specReplicasPath);
  const selector = paths.labelSelectorPath ? textAt(object, paths.labelSelectorPath) : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: desired === undefined ? {} : { replicas: desired },
    status: {
      replicas: numberAt(object, paths.statusReplicasPath) ?? 0,
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

/** Sets the replicas that a scale asks for. @throws StatusError 422 when it has none or they are not a count. */
export function setReplicas(object: KubeObject, scale: KubeObject, paths: ScalePaths): KubeObject {
  const spec = scale['spec'];
  const replicas: unknown =
    typeof spec === 'object' && spec !== null && 'replicas' in spec ? spec.replicas : 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid('autoscaling', 'Scale', object.metadata.name, [
      {
        type: 'FieldValueInvalid',
        field: 'spec.replicas',
        badValue: replicas,
        detail: 'must be a whole number greater than or equal to 0',
      },
    ]);
  }
  const fields = paths.specReplicasPath.split('.').filter((field) => field !== '');
  const last = fields.pop();
  if (last === undefined) throw badRequest('the kind has no path to its replicas');
  let at = object as JsonObject;
  for (const field of fields) {
    const below = at[field];
    if (typeof below === 'object' && below !== null && !Array.isArray(below)) at = below;
    else {
      const made: JsonObject = {};
      at[field] = made;
      at = made;
    }
  }
  at[last] = replicas;
  const { resourceVersion, uid } = scale.metadata ?? {};
  if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
  if (uid) object.metadata.uid = uid;
  return object;
}

function numberAt(object: KubeObject, path: string): number | undefined {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : undefined;
}

function textAt(object: KubeObject, path: string): string | undefined {
  const value = valueAt(object, path);
  return typeof value === 'string' ? value : undefined;
}

function valueAt(object: KubeObject, path: string): unknown {
  const parsed = parseJsonPath(path);
  return parsed.ok ? evaluateFirst(parsed.value, object) : undefined;
}

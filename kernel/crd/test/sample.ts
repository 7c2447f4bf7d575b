import { served, submit } from '../../builtin/test/submit.ts';
import type { KubeObject } from '../../model/object.ts';

export type Draft = Record<string, unknown>;

/** One version of a definition that has nothing wrong with it. */
export function version(name = 'v1', changes: Draft = {}): Draft {
  const properties = {
    spec: {
      type: 'object',
      properties: { color: { type: 'string' }, size: { type: 'number' }, replicas: { type: 'integer' } },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' } } },
  };
  return {
    name,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', properties } },
    ...changes,
  };
}

/** A definition that has nothing wrong with it. */
export function draft(changes: { spec?: Draft; names?: Draft; metadata?: Draft } = {}): Draft {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.shop.example.com', ...changes.metadata },
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', ...changes.names },
      versions: [version()],
      ...changes.spec,
    },
  };
}

/** A definition of its own name, as the API would store it. */
export function stored(
  plural: string,
  kind: string,
  changes: { spec?: Draft; names?: Draft } = {},
): KubeObject {
  const body = draft({ ...changes, names: { plural, kind, ...changes.names } });
  body['metadata'] = { name: `${plural}.shop.example.com`, uid: `uid-${plural}` };
  const { object } = submit(served('CustomResourceDefinition'), body);
  object.metadata.generation = 1;
  return object;
}

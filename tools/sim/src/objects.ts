import { formatTime, type KubeObject, type Random, type ResourceType } from '@plinth/kernel';
import { draft } from '@plinth/kernel/testing';

/** The finalizer by which clients of the simulation hold objects. */
export const holdFinalizer = 'example.dev/hold';

/** Kinds that definitions declare; two of them want the same singular, so that definitions get into conflict. */
export const kindsOf = [
  { kind: 'Widget', plural: 'widgets', singular: 'widget' },
  { kind: 'Gadget', plural: 'gadgets', singular: 'gadget' },
  { kind: 'Widgette', plural: 'widgettes', singular: 'widget' },
] as const;

/** Ages of events in milliseconds: some have expired when they are made, some do while the simulation runs. */
export const ages = [0, 60_000, 3_500_000, 4_000_000] as const;

export function namespace(name: string): KubeObject {
  return draft('v1', 'Namespace', { name });
}

/** The workspace that keeps the source directory applied. */
export function workspace(name: string, path: string): KubeObject {
  return draft('plinth.dev/v1alpha1', 'Workspace', { name }, { spec: { source: { directory: { path } } } });
}

export function configMap(name: string, place: string, random: Random): KubeObject {
  return draft('v1', 'ConfigMap', { name, namespace: place }, { data: { n: String(random.below(5)) } });
}

export function instance(
  type: ResourceType,
  name: string,
  place: string | undefined,
  random: Random,
): KubeObject {
  const meta = place === undefined ? { name } : { name, namespace: place };
  const version = type.versions[0]?.name ?? '';
  return draft(`${type.group}/${version}`, type.kind, meta, { spec: { n: String(random.below(5)) } });
}

/** A definition; a kind is in the one group namespaced and in the other cluster-scoped. */
export function definition(
  group: string,
  { kind, plural, singular }: (typeof kindsOf)[number],
  random: Random,
): KubeObject {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { n: { type: 'string' } } } },
  };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  return draft(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    { name: `${plural}.${group}` },
    {
      spec: {
        group,
        scope: random.below(4) === 0 ? 'Cluster' : 'Namespaced',
        names: { kind, plural, singular },
        versions: [version],
      },
    },
  );
}

/** A ClusterRole: one part of an aggregate, or one that gathers the parts. */
export function clusterRole(random: Random): KubeObject {
  const number = random.below(4);
  const name = `sim-${number}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  if (number === 0) {
    const clusterRoleSelectors = [{ matchLabels: { 'example.dev/part': 'yes' } }];
    return draft(
      apiVersion,
      'ClusterRole',
      { name },
      { rules: [], aggregationRule: { clusterRoleSelectors } },
    );
  }
  const rules = [{ apiGroups: ['example.dev'], resources: [`things-${random.below(3)}`], verbs: ['get'] }];
  return draft(apiVersion, 'ClusterRole', { name, labels: { 'example.dev/part': 'yes' } }, { rules });
}

export function event(name: string, place: string, lastMs: number): KubeObject {
  return draft(
    'v1',
    'Event',
    { name, namespace: place },
    {
      involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', name, namespace: place },
      reason: 'Simulated',
      message: 'something happened',
      type: 'Normal',
      firstTimestamp: formatTime(lastMs),
      lastTimestamp: formatTime(lastMs),
      count: 1,
    },
  );
}

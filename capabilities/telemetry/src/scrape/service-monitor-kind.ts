import { defineKind, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { monitorEndpointsMax } from '../limits.ts';
import { limitFields, protocolFields } from './limit-fields.ts';
import { type ScrapeStatus, scrapeColumns, scrapeStatus } from './scrape-status.ts';
import { monitorEndpoint } from './service-monitor-endpoint.ts';
import { serviceMonitorErrors, serviceMonitorWarnings } from './service-monitor-errors.ts';

const texts = (description: string, options: Record<string, unknown> = {}) =>
  Type.Optional(Type.Array(Type.String(), { description, ...options }));
const noEffect = 'Has no effect here';
const refused = 'Refused when it is set';

/** Spec: Kubernetes meta/v1 LabelSelector. */
const selector = Type.Object(
  {
    matchLabels: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Labels that must all be there with these values.',
      }),
    ),
    matchExpressions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.String({ description: 'The label that the requirement is about.' }),
            operator: Type.String({
              description: 'How the label relates to the values: In, NotIn, Exists or DoesNotExist.',
            }),
            values: texts('Values for In and NotIn; empty for the others.', {
              'x-kubernetes-list-type': 'atomic',
            }),
          },
          { description: 'One requirement.' },
        ),
        {
          'x-kubernetes-list-type': 'atomic',
          description: 'Requirements that the labels must all meet.',
        },
      ),
    ),
  },
  { 'x-kubernetes-map-type': 'atomic', description: 'Which Services, by their labels. Empty: all of them.' },
);

const spec = Type.Object(
  {
    selector,
    namespaceSelector: Type.Optional(
      Type.Object(
        {
          any: Type.Optional(Type.Boolean({ description: 'Whether Services of all namespaces are meant.' })),
          matchNames: texts('Names of the namespaces.'),
        },
        {
          description: 'Namespaces of the Services; that of the ServiceMonitor alone by default.',
        },
      ),
    ),
    endpoints: Type.Array(monitorEndpoint, {
      maxItems: monitorEndpointsMax,
      description: 'What is scraped of each Service. Each is a scrape pool of its own.',
    }),
    jobLabel: Type.Optional(
      Type.String({
        description:
          'Label of the Service whose value is the label `job`; the name of the Service where it has no such label.',
      }),
    ),
    targetLabels: texts('Labels of the Service that its targets get.'),
    podTargetLabels: texts(`Labels of pods that their targets get. ${noEffect}: there are no pods.`),
    ...protocolFields,
    ...limitFields,
    attachMetadata: Type.Optional(
      Type.Object(
        { node: Type.Optional(Type.Boolean({ description: 'Whether labels of nodes are attached.' })) },
        { description: `What targets get further labels of. ${noEffect}: there are no nodes.` },
      ),
    ),
    scrapeClass: Type.Optional(
      Type.String({
        minLength: 1,
        description: `A class of the Prometheus that scrapes. ${refused}: there are no classes.`,
      }),
    ),
    serviceDiscoveryRole: Type.Optional(
      Type.Unsafe<'Endpoints' | 'EndpointSlice'>({
        type: 'string',
        enum: ['Endpoints', 'EndpointSlice'],
        description:
          'Whether targets have the labels __meta_kubernetes_endpoint_* or __meta_kubernetes_endpointslice_*; both by default.',
      }),
    ),
    selectorMechanism: Type.Optional(
      Type.Unsafe<'RelabelConfig' | 'RoleSelector'>({
        type: 'string',
        enum: ['RelabelConfig', 'RoleSelector'],
        description: `How Services are selected. ${noEffect}: those that are not selected are never looked at.`,
      }),
    ),
    scrapeClassicHistograms: Type.Optional(
      Type.Boolean({ description: 'Whether classic buckets are read beside native ones; no by default.' }),
    ),
    scrapeNativeHistograms: Type.Optional(
      Type.Boolean({ description: 'Whether native histograms are read; they are. False is refused.' }),
    ),
    convertClassicHistogramsToNHCB: Type.Optional(
      Type.Boolean({ description: `Whether classic histograms are turned into native ones. ${refused}.` }),
    ),
    nativeHistogramBucketLimit: Type.Optional(
      Type.Integer({
        format: 'int64',
        minimum: 0,
        description: `Buckets of a native histogram. ${refused}.`,
      }),
    ),
    nativeHistogramMinBucketFactor: Type.Optional(
      Type.Unsafe<number | string>({
        'x-kubernetes-int-or-string': true,
        pattern:
          '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
        description: `How much buckets of a native histogram grow, at least. ${refused}.`,
      }),
    ),
  },
  { description: 'Which Services are scraped, and how.' },
);

export type ServiceMonitorSpec = Static<typeof spec>;
export type ServiceMonitor = KubeObject & { spec: ServiceMonitorSpec; status?: ScrapeStatus };

/**
 * Services that are scraped. All fields of the operator are in the schema: what cannot be done is refused by name, and a field says
 * of itself when it has no effect. Spec: prometheus-operator 0.93, monitoring.coreos.com/v1 ServiceMonitor.
 */
export const serviceMonitorKind = defineKind({
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'ServiceMonitor',
  plural: 'servicemonitors',
  scope: 'Namespaced',
  shortNames: ['smon'],
  categories: ['prometheus-operator', 'plinth'],
  description:
    'ServiceMonitor says which Services expose metrics, and how they are read into the metrics of the virtual cluster. Targets are ' +
    'the endpoints of the Services, as their EndpointSlices list them; there are no pods.',
  fields: { spec, status: Type.Optional(scrapeStatus) },
  columns: scrapeColumns,
  strategy: {
    validate: (object) => (isServiceMonitor(object) ? serviceMonitorErrors(object.spec) : []),
    admit(object, _old, { subresource, operation, warn }) {
      if (subresource !== '' || operation === 'delete' || !isServiceMonitor(object)) return;
      for (const warning of serviceMonitorWarnings(object.spec)) warn(warning);
    },
  },
});

/** The kind as an id for clients. */
export const serviceMonitors = {
  group: serviceMonitorKind.group,
  resource: serviceMonitorKind.plural,
} as const;

/** Whether an object that was read as a ServiceMonitor has a spec; the API has checked what is in it. */
export function isServiceMonitor(object: KubeObject): object is ServiceMonitor {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}

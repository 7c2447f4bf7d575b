import {
  type Column,
  conditionSchema,
  defineKind,
  type KubeObject,
  listMapOf,
  mapOf,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import { authorization, basicAuth, tlsConfig } from '../scrape/http-fields.ts';
import { metricsSourceErrors } from './metrics-source-errors.ts';

const prometheus = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://.+$',
      description: 'Where its HTTP API is, without /api/v1; it has to serve remote read.',
    }),
    secretNamespace: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Namespace of the Secrets and ConfigMaps; default by default.',
      }),
    ),
    basicAuth,
    authorization,
    tlsConfig,
  },
  { description: 'A Prometheus, or anything else that serves its remote read.' },
);

const query = Type.Object(
  {
    externalLabels: Type.Optional(
      mapOf(Type.String(), {
        description: 'Labels that all of its series are understood to have, unless they have such a label.',
      }),
    ),
    timeout: durationField('How long a query waits for it; 10 seconds by default.'),
  },
  { description: 'How its series come into queries.' },
);

const spec = Type.Object(
  { prometheus, query: Type.Optional(query) },
  { description: 'Another server that has metrics.' },
);

const status = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({ description: 'The generation that the status is about.' }),
    ),
    conditions: Type.Optional(listMapOf(conditionSchema, ['type'], { description: 'Ready: it answers.' })),
  },
  { description: 'What the server is at.' },
);

export type MetricsSourceSpec = Static<typeof spec>;
export type MetricsSourceStatus = Static<typeof status>;
export type MetricsSource = KubeObject & { spec: MetricsSourceSpec; status?: MetricsSourceStatus };

const columns: readonly Column[] = [
  { name: 'Url', type: 'string', description: 'Where it is.', cell: '.spec.prometheus.url' },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether it answers.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
];

/** Another server whose series are joined with those that are stored here. */
export const metricsSourceKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'MetricsSource',
  plural: 'metricssources',
  scope: 'Cluster',
  shortNames: ['msource'],
  categories: ['plinth'],
  description:
    'MetricsSource names another Prometheus whose series are joined with those that are stored here, in queries and in ' +
    'rules. While it does not answer, queries give what is stored here, with a warning.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: { validate: (object) => (isMetricsSource(object) ? metricsSourceErrors(object.spec) : []) },
});

/** The kind as an id for clients. */
export const metricsSources = {
  group: metricsSourceKind.group,
  resource: metricsSourceKind.plural,
} as const;

/** Whether an object that was read as a MetricsSource has a spec; the API has checked what is in it. */
export function isMetricsSource(object: KubeObject): object is MetricsSource {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}

import { defineKind, enumOf, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import { authorization, basicAuth, tlsConfig, urlParameters } from './http-fields.ts';
import { limitFields, protocolFields } from './limit-fields.ts';
import { relabelConfigs } from './relabel-fields.ts';
import { scrapeConfigErrors } from './scrape-config-errors.ts';
import { type ScrapeStatus, scrapeColumns, scrapeStatus } from './scrape-status.ts';

const staticConfig = Type.Object(
  {
    targets: Type.Unsafe<string[]>({
      type: 'array',
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      'x-kubernetes-list-type': 'set',
      description: 'Addresses, such as `example.org:9100`.',
    }),
    labels: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
        'x-kubernetes-map-type': 'atomic',
        description: 'Labels of these targets.',
      }),
    ),
  },
  { description: 'Targets that are listed here.' },
);

const httpSdConfig = Type.Object(
  {
    url: Type.String({ pattern: '^https?://.+$', description: 'Where the list of targets is read.' }),
    refreshInterval: durationField('How often it is read; a minute by default.'),
    authorization,
    basicAuth,
    tlsConfig,
  },
  { description: 'A list of targets that is read over HTTP.' },
);

const spec = Type.Object(
  {
    jobName: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Value of the label `job`; `scrapeConfig/NAMESPACE/NAME` by default.',
      }),
    ),
    staticConfigs: Type.Optional(Type.Array(staticConfig, { description: 'Targets that are listed here.' })),
    httpSDConfigs: Type.Optional(
      Type.Array(httpSdConfig, { description: 'Lists of targets that are read over HTTP.' }),
    ),
    metricsPath: Type.Optional(
      Type.String({ minLength: 1, description: 'Path of the metrics; /metrics by default.' }),
    ),
    scheme: Type.Optional(
      enumOf(['http', 'https', 'HTTP', 'HTTPS'], {
        description: 'Protocol of the targets; HTTP by default.',
      }),
    ),
    params: urlParameters,
    scrapeInterval: durationField('How often targets are scraped; a minute by default.'),
    scrapeTimeout: durationField(
      'How long a scrape may take; 10 seconds by default, and never more than the interval.',
    ),
    ...protocolFields,
    honorLabels: Type.Optional(
      Type.Boolean({ description: 'Whether labels that a target exposes come before those of the target.' }),
    ),
    honorTimestamps: Type.Optional(
      Type.Boolean({ description: 'Whether times that a target exposes count; yes by default.' }),
    ),
    basicAuth,
    authorization,
    tlsConfig,
    enableCompression: Type.Optional(
      Type.Boolean({ description: 'Whether targets may compress what they expose; yes by default.' }),
    ),
    relabelings: relabelConfigs('What is done with the labels of targets.', { minItems: 1 }),
    metricRelabelings: relabelConfigs('What is done with the labels of series before they are stored.', {
      minItems: 1,
    }),
    ...limitFields,
  },
  { description: 'What is scraped, and how.' },
);

export type ScrapeConfigSpec = Static<typeof spec>;
export type ScrapeConfig = KubeObject & { spec: ScrapeConfigSpec; status?: ScrapeStatus };

/**
 * Targets that are scraped. Fields that have no effect here are not in the schema.
 * Spec: prometheus-operator, monitoring.coreos.com/v1alpha1 ScrapeConfig.
 */
export const scrapeConfigKind = defineKind({
  group: 'monitoring.coreos.com',
  version: 'v1alpha1',
  kind: 'ScrapeConfig',
  plural: 'scrapeconfigs',
  scope: 'Namespaced',
  shortNames: ['scfg'],
  categories: ['prometheus-operator', 'plinth'],
  description:
    'ScrapeConfig says which targets expose metrics, and how they are read into the metrics of the virtual cluster. Targets ' +
    'are listed, or read over HTTP. What could not work is refused when it is written.',
  fields: { spec, status: Type.Optional(scrapeStatus) },
  columns: scrapeColumns,
  strategy: { validate: (object) => (isScrapeConfig(object) ? scrapeConfigErrors(object.spec) : []) },
});

/** The kind as an id for clients. */
export const scrapeConfigs = { group: scrapeConfigKind.group, resource: scrapeConfigKind.plural } as const;

/** Whether an object that was read as a ScrapeConfig has a spec; the API has checked what is in it. */
export function isScrapeConfig(object: KubeObject): object is ScrapeConfig {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}

import {
  type Column,
  conditionSchema,
  defineKind,
  enumOf,
  type KubeObject,
  listMapOf,
  mapOf,
  Type,
} from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import { authorization, basicAuth, tlsConfig } from '../scrape/http-fields.ts';
import { relabelConfigs } from '../scrape/relabel-fields.ts';
import { metricsForwardErrors } from './metrics-forward-errors.ts';

const count = (description: string, maximum: number) =>
  Type.Optional(Type.Integer({ format: 'int32', minimum: 1, maximum, description }));

/** Spec: prometheus-operator, monitoring.coreos.com/v1 QueueConfig; `logSizeLimit` is our own. */
const queueConfig = Type.Object(
  {
    minShards: count('Requests that are made at once at least; 1 by default.', 1_000),
    maxShards: count('Requests that are made at once at most; 50 by default.', 1_000),
    capacity: count('Samples that wait in memory for each shard; 10000 by default.', 1_000_000),
    maxSamplesPerSend: count('Samples of a request at most; 2000 by default.', 100_000),
    batchSendDeadline: durationField(
      'A request is sent after so long, however little there is; 5s by default.',
    ),
    minBackoff: durationField('The first pause before a request is sent again; 30ms by default.'),
    maxBackoff: durationField('The longest such pause, unless the receiver asks for more; 5s by default.'),
    retryOnRateLimit: Type.Optional(
      Type.Boolean({
        description: 'Whether a request that is answered with 429 is sent again, which it is by default.',
      }),
    ),
    sampleAgeLimit: durationField('Older samples are not sent; absent or 0s: all are.'),
    logSizeLimit: Type.Optional(
      Type.String({
        pattern: '^[0-9]+([.][0-9]+)?([KMGT]i?)?B$',
        description:
          'What may wait on disk for the receiver: 1MiB to 64GiB (tenants: to 4GiB), 1GiB by default. What is more is given up, ' +
          'the oldest first.',
      }),
    ),
  },
  { description: 'How samples wait and are sent.' },
);

const metadataConfig = Type.Object(
  {
    send: Type.Optional(
      Type.Boolean({
        description: 'Whether type, help and unit of metrics are sent, which they are by default.',
      }),
    ),
    sendInterval: durationField('How often V1.0 sends them; 1m by default.'),
  },
  { description: 'What is sent of what is known about metrics.' },
);

/** Spec: prometheus-operator, monitoring.coreos.com/v1 RemoteWriteSpec. */
const spec = Type.Object(
  {
    url: Type.String({ pattern: '^https?://.+$', description: 'Where samples are posted to.' }),
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        description: 'What the receiver is called in metrics; the name of the object by default.',
      }),
    ),
    messageVersion: Type.Optional(
      enumOf(['V1.0', 'V2.0'], { description: 'The version of remote write; V1.0 by default.' }),
    ),
    remoteTimeout: durationField('How long an answer is waited for; 30s by default.'),
    headers: Type.Optional(mapOf(Type.String(), { description: 'Headers that requests have besides.' })),
    secretNamespace: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Namespace of the Secrets and ConfigMaps; default by default.',
      }),
    ),
    basicAuth,
    authorization,
    tlsConfig,
    externalLabels: Type.Optional(
      mapOf(Type.String(), { description: 'Labels that series get unless they have such a label.' }),
    ),
    writeRelabelConfigs: relabelConfigs('Changes labels on the way, and drops series.'),
    sendNativeHistograms: Type.Optional(
      Type.Boolean({
        description: 'Whether V1.0 sends native histograms; it does not by default, V2.0 always does.',
      }),
    ),
    metadataConfig: Type.Optional(metadataConfig),
    queueConfig: Type.Optional(queueConfig),
  },
  { description: 'A receiver of remote write, and what it gets.' },
);

const number = (description: string) => Type.Optional(Type.Integer({ format: 'int64', description }));

const status = Type.Object(
  {
    observedGeneration: number('The generation that the status is about.'),
    conditions: Type.Optional(
      listMapOf(conditionSchema, ['type'], {
        description:
          'Ready: the receiver takes what it gets. Complete: in the last hour nothing was lost on the way.',
      }),
    ),
    behindSeconds: number('How old the oldest sample is that has not arrived; 0 where all have.'),
    pendingSamples: number('Samples in memory that have not arrived.'),
    pendingBytes: number('What waits on disk behind them.'),
    lostSamples: number('Samples that were refused, or given up since too much waited.'),
    lastError: Type.Optional(
      Type.String({ description: 'The last refusal of samples, which is not tried again.' }),
    ),
  },
  { description: 'How far forwarding is; numbers are up to a minute old.' },
);

export type MetricsForwardSpec = Static<typeof spec>;
export type MetricsForwardStatus = Static<typeof status>;
export type MetricsForward = KubeObject & { spec: MetricsForwardSpec; status?: MetricsForwardStatus };

const columns: readonly Column[] = [
  { name: 'Url', type: 'string', description: 'Where samples go.', cell: '.spec.url' },
  {
    name: 'Ready',
    type: 'string',
    description: 'Whether the receiver takes them.',
    cell: '.status.conditions[?(@.type=="Ready")].status',
  },
  {
    name: 'Behind',
    type: 'integer',
    description: 'How many seconds it is behind.',
    cell: '.status.behindSeconds',
  },
  {
    name: 'Lost',
    type: 'integer',
    description: 'How many samples were lost.',
    cell: '.status.lostSamples',
  },
];

/** Another server that gets what comes in here. */
export const metricsForwardKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'MetricsForward',
  plural: 'metricsforwards',
  scope: 'Cluster',
  shortNames: ['mforward'],
  categories: ['plinth'],
  description:
    'MetricsForward sends every sample that is taken from its creation on to a receiver of Prometheus remote write. While ' +
    'the receiver is away samples wait on disk, up to a limit; each arrives at least once, those of a series in order.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  strategy: { validate: (object) => (isMetricsForward(object) ? metricsForwardErrors(object.spec) : []) },
});

/** The kind as an id for clients. */
export const metricsForwards = {
  group: metricsForwardKind.group,
  resource: metricsForwardKind.plural,
} as const;

/** Whether an object that was read as a MetricsForward has a spec; the API has checked what is in it. */
export function isMetricsForward(object: KubeObject): object is MetricsForward {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}

import { type Column, defineKind, type FieldError, type KubeObject, Type } from '@plinth/kernel';
import type { Static } from 'typebox';
import { durationField } from '../duration-field.ts';
import { exemplarsMax, lateMsMax, retentionMsMax, retentionMsMin } from '../limits.ts';
import { sizeErrors } from '../scrape/field-errors.ts';
import { invalidField } from '../scrape/http-fields.ts';
import { durationMsOf } from './duration-ms.ts';

/** Spec: prometheus-operator, monitoring.coreos.com/v1 Prometheus: the fields that say what is kept. */
const spec = Type.Object(
  {
    retention: durationField(
      'How long samples are kept, 2h to 100y; 15d by default. The quota telemetry.retentionDays of a tenant comes before it.',
    ),
    retentionSize: Type.Optional(
      Type.String({
        pattern: '(^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$',
        description:
          'How large blocks may be altogether, such as 50GB; the oldest go first. Absent or 0: as large as they get.',
      }),
    ),
    tsdb: Type.Optional(
      Type.Object(
        {
          outOfOrderTimeWindow: durationField(
            'How much older than the newest sample one may be that comes late, up to 24h; by default none may.',
          ),
        },
        { description: 'How samples are taken.' },
      ),
    ),
    exemplars: Type.Optional(
      Type.Object(
        {
          maxSize: Type.Optional(
            Type.Integer({
              format: 'int64',
              minimum: 0,
              maximum: exemplarsMax,
              description: 'How many exemplars are kept, of all series together; 100000 by default. 0: none.',
            }),
          ),
        },
        { description: 'Which exemplars are kept.' },
      ),
    ),
  },
  { description: 'What is kept of the metrics of the virtual cluster.' },
);

export type MetricsStorageSpec = Static<typeof spec>;
type MetricsStorage = KubeObject & { spec: MetricsStorageSpec };

/** There are metrics of one kind in a virtual cluster, so there is one object. */
export const metricsStorageName = 'default';

const columns: readonly Column[] = [
  { name: 'Retention', type: 'string', description: 'How long samples are kept.', cell: '.spec.retention' },
  { name: 'Size', type: 'string', description: 'How large blocks may be.', cell: '.spec.retentionSize' },
  {
    name: 'Late',
    type: 'string',
    description: 'How late samples may come.',
    cell: '.spec.tsdb.outOfOrderTimeWindow',
  },
];

/** What is kept. */
export const metricsStorageKind = defineKind({
  group: 'plinth.dev',
  version: 'v1alpha1',
  kind: 'MetricsStorage',
  plural: 'metricsstorages',
  scope: 'Cluster',
  shortNames: ['mstorage'],
  categories: ['plinth'],
  description:
    'MetricsStorage says what is kept of the metrics of a virtual cluster, and how late samples may come. The one called default ' +
    'counts; a change counts within a minute.',
  fields: { spec },
  columns,
  strategy: { validate: (object) => (isMetricsStorage(object) ? storageErrors(object) : []) },
});

/** The kind as an id for clients. */
export const metricsStorages = {
  group: metricsStorageKind.group,
  resource: metricsStorageKind.plural,
} as const;

/** Whether an object that was read as a MetricsStorage has a spec; the API has checked what is in it. */
export function isMetricsStorage(object: KubeObject): object is MetricsStorage {
  return typeof object['spec'] === 'object' && object['spec'] !== null;
}

function storageErrors({ metadata, spec: { retention, retentionSize, tsdb } }: MetricsStorage): FieldError[] {
  const { name } = metadata;
  const late = tsdb?.outOfOrderTimeWindow;
  return [
    ...(name === metricsStorageName
      ? []
      : [
          invalidField(
            'metadata.name',
            name,
            `must be ${metricsStorageName}: there is one for a virtual cluster`,
          ),
        ]),
    ...durationErrors('spec.retention', retention, retentionMsMin, retentionMsMax, 'from 2h to 100y'),
    ...sizeErrors('spec.retentionSize', retentionSize),
    ...durationErrors('spec.tsdb.outOfOrderTimeWindow', late, 0, lateMsMax, 'at most 24h'),
  ];
}

function durationErrors(
  field: string,
  text: string | undefined,
  minMs: number,
  maxMs: number,
  range: string,
): FieldError[] {
  const ms = durationMsOf(text);
  if (ms === undefined || (ms >= minMs && ms <= maxMs)) return [];
  return [invalidField(field, text, `must be ${range}`)];
}

import { dns1123Label } from '@plinth/kube-selector';
import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { ageColumn, nameColumn } from '../builtin/age.ts';
import { struct } from '../builtin/schema-fields.ts';
import { defineKind, enumOf, listMapOf, mapOf } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { Column } from '../model/resource-type.ts';
import { forbidden } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { tenantNameCharsMax } from './limits.ts';
import { usageFields } from './usage-fields.ts';

const group = 'plinth.dev';
const whole = (description: string, minimum = 0) => Type.Integer({ minimum, description });

const quotas = struct('What the tenant may use. What is absent is not bounded.', {
  objects: Type.Optional(
    mapOf(Type.Integer({ minimum: 0 }), {
      description:
        'How many objects of a resource may be stored: the plural and its group, such as configmaps or ' +
        'deployments.apps. The name * bounds all that is stored, the entries of the journals of runs among them.',
    }),
  ),
  capabilities: Type.Optional(
    mapOf(Type.Number({ minimum: 0 }), {
      description:
        'What capabilities bound by themselves, by their name and that of the quota, such as telemetry.series. Which there ' +
        'are is told by each capability.',
    }),
  ),
  storedBytes: Type.Optional(whole('Characters of JSON that may be stored, over all objects.')),
  requestsPerSecond: Type.Optional(
    Type.Number({ minimum: 0.01, description: 'API requests in a second, over a longer time.' }),
  ),
  requestBurst: Type.Optional(
    whole('API requests that may come at once; absent: as many as in two seconds, and at least 10.', 1),
  ),
  runMinutes: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'Minutes that the steps of runs may work in a calendar month (UTC). Waiting costs nothing. When they are used ' +
        'up, what is under way goes on to its next wait, and runs wait for the next month or a larger quota.',
    }),
  ),
});

const spec = struct('What the tenant is, and what it may use.', {
  displayName: Type.Optional(Type.String({ maxLength: 253, description: 'A name for people.' })),
  quotas: Type.Optional(quotas),
  deletionPolicy: Type.Optional(
    enumOf(['Delete', 'Retain'], {
      description:
        'Delete: deleting the Tenant removes everything that is in it. Retain: the Tenant cannot be deleted before this ' +
        'field is changed.',
      default: 'Delete',
    }),
  ),
});

const condition = struct('A condition of the tenant.', {
  type: Type.String({ description: 'Ready, or Removed while the tenant is being deleted.' }),
  status: enumOf(['True', 'False', 'Unknown'], { description: 'True, False or Unknown.' }),
  observedGeneration: Type.Optional(Type.Integer({ description: 'The generation that it is about.' })),
  lastTransitionTime: Type.String({ description: 'When the status last changed.' }),
  reason: Type.String({ description: 'What happened, for programs, in one CamelCase word.' }),
  message: Type.String({ description: 'What happened, for people.' }),
});

const status = struct('The present state of the tenant.', {
  phase: Type.Optional(
    enumOf(['Pending', 'Ready', 'Failed', 'Terminating'], {
      description: 'Ready: it is served. Failed: it cannot be, and the conditions say why.',
    }),
  ),
  observedGeneration: Type.Optional(
    Type.Integer({ description: 'The generation that the status is about.' }),
  ),
  url: Type.Optional(Type.String({ description: 'Path below which the API of the tenant is served.' })),
  usage: Type.Optional(usageFields),
  removed: Type.Optional(
    struct('What the deletion of the tenant has removed so far.', {
      objects: Type.Optional(whole('Objects, and entries of the journals of runs.')),
      auditEntries: Type.Optional(whole('Entries of the audit log.')),
      files: Type.Optional(
        whole('Files of the audit log and of capabilities; logs of runs are not counted.'),
      ),
    }),
  ),
  conditions: Type.Optional(listMapOf(condition, ['type'], { description: 'Ready, and Removed.' })),
});

export type TenantSpec = Static<typeof spec>;
export type TenantQuotas = Static<typeof quotas>;
export type TenantStatus = Static<typeof status>;
export type Tenant = KubeObject & { spec: TenantSpec; status?: TenantStatus };

/** The kind as an id for clients. */
export const tenants = { group, resource: 'tenants' } as const;

/** Keeps a Tenant until all that is in it is removed. */
export const tenantFinalizer = 'plinth.dev/tenant-contents';

/** Names that no tenant may have: they mean something else where a tenant is named. */
const reservedTenantNames: ReadonlySet<string> = new Set([
  'admin',
  'api',
  'apis',
  'audit',
  'cluster',
  'clusters',
  'default',
  'healthz',
  'host',
  'kube-node-lease',
  'kube-public',
  'kube-system',
  'livez',
  'localhost',
  'metrics',
  'openapi',
  'plinth',
  'plinth-system',
  'portal',
  'readyz',
  'root',
  'system',
  'tenant',
  'tenants',
  'version',
  'www',
]);

/** Whether an object that was read as a Tenant has a spec; the API has checked what is in it. */
export function isTenant(object: KubeObject): object is Tenant {
  return isObject(object['spec']);
}

const columns: readonly Column[] = [
  nameColumn,
  { name: 'Phase', type: 'string', description: 'Whether the tenant is served.', cell: '.status.phase' },
  { name: 'URL', type: 'string', description: 'Where its API is served.', cell: '.status.url' },
  { name: 'Objects', type: 'integer', description: 'What is stored.', cell: '.status.usage.objects' },
  {
    name: 'Display',
    type: 'string',
    description: 'The name for people.',
    priority: 1,
    cell: '.spec.displayName',
  },
  ageColumn,
];

/** A virtual cluster of its own. Only the host serves the kind. */
export const tenantKind = defineKind({
  group,
  version: 'v1alpha1',
  kind: 'Tenant',
  plural: 'tenants',
  scope: 'Cluster',
  categories: ['plinth'],
  description:
    'Tenant is a virtual cluster at /clusters/NAME: with its own namespaces, kinds, rights, service accounts, audit log ' +
    'and runs. Nothing of one tenant can be seen from another, and no role changes that. Deleting a Tenant removes ' +
    'everything that is in it.',
  fields: { spec, status: Type.Optional(status) },
  columns,
  ownColumns: true,
  strategy: {
    prepare(object) {
      object['spec'] ??= {};
      if (object.metadata.deletionTimestamp !== undefined) return;
      const { finalizers = [] } = object.metadata;
      if (!finalizers.includes(tenantFinalizer))
        object.metadata.finalizers = [...finalizers, tenantFinalizer];
    },
    validate,
    admit(object, _old, { operation }) {
      if (operation !== 'delete' || !isTenant(object) || object.spec.deletionPolicy !== 'Retain') return;
      const why = 'spec.deletionPolicy is Retain: set it to Delete first, then everything in the tenant goes';
      throw forbidden({ ...tenants, name: object.metadata.name }, why);
    },
    nameErrors,
  },
});

function nameErrors(name: string): string[] {
  const errors = dns1123Label(name);
  if (name.length > tenantNameCharsMax) errors.push(`must be no more than ${tenantNameCharsMax} characters`);
  if (reservedTenantNames.has(name) || name.startsWith('system-')) {
    errors.push(`${JSON.stringify(name)} is reserved: choose another name`);
  }
  return errors;
}

function validate(object: KubeObject): FieldError[] {
  if (!isTenant(object)) return [];
  const errors: FieldError[] = [];
  for (const name of Object.keys(object.spec.quotas?.objects ?? {})) {
    if (name === '*' || /^[a-z0-9-]+(\.[a-z0-9.-]+)?$/.test(name)) continue;
    const detail = 'must be a plural with its group, such as configmaps or deployments.apps, or *';
    errors.push(invalidValue(`spec.quotas.objects[${JSON.stringify(name)}]`, name, detail));
  }
  const { requestBurst, requestsPerSecond } = object.spec.quotas ?? {};
  if (requestBurst !== undefined && requestsPerSecond === undefined) {
    const detail = 'needs requestsPerSecond beside it';
    errors.push(invalidValue('spec.quotas.requestBurst', requestBurst, detail));
  }
  return errors;
}

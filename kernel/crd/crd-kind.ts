import { dns1123Subdomain } from '@plinth/kube-selector';
import { unknownSchemaFields } from '@plinth/structural-schema';
import { nameAndCreatedAt } from '../builtin/age.ts';
import { ownRecord, recordOf, textOf } from '../builtin/field-access.ts';
import {
  conditionFields,
  flag,
  int32,
  int64,
  listOf,
  requiredText,
  struct,
  text,
  texts,
} from '../builtin/schema-fields.ts';
import { anyObject, defineKind, listMapOf } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { Type } from '../model/type-builders.ts';
import { crdOf } from './crd-object.ts';
import { unknownFieldWarningsMax } from './limits.ts';
import { validateCrd } from './validate-crd.ts';

/** The API group of CustomResourceDefinitions. */
export const apiextensionsGroup = 'apiextensions.k8s.io';

/** Keeps a deleted definition until all its instances are gone. */
export const instancesFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

function prepare(object: KubeObject, _old: KubeObject | undefined, context: WriteContext): void {
  dropNullFields(object);
  const spec = recordOf(object['spec']);
  completeNames(recordOf(spec['names']));
  if (!isObject(spec['conversion'])) spec['conversion'] = { strategy: 'None' };
  if (spec['preserveUnknownFields'] === false) delete spec['preserveUnknownFields'];
  if (context.operation === 'create') {
    const finalizers = object.metadata.finalizers ?? [];
    if (!finalizers.includes(instancesFinalizer))
      object.metadata.finalizers = [...finalizers, instancesFinalizer];
  }
  if (context.subresource === '') noteStorageVersion(object);
}

/** Null means absent, but not within a schema, where `default: null` is a value. */
function dropNullFields(object: Record<string, unknown>): void {
  for (const key in object) {
    const value = object[key];
    if (value === null) delete object[key];
    else if (key === 'openAPIV3Schema') continue;
    else if (isObject(value)) dropNullFields(value);
    else if (Array.isArray(value)) {
      for (const item of value) if (isObject(item)) dropNullFields(item);
    }
  }
}

function completeNames(names: Record<string, unknown>): void {
  const kind = textOf(names['kind']);
  if (kind === '') return;
  names['singular'] ||= kind.toLowerCase();
  names['listKind'] ||= `${kind}List`;
}

/** Objects may be stored in the storage version from now on, so it counts as stored before the first one is. */
function noteStorageVersion(object: KubeObject): void {
  const { versions, storedVersions } = crdOf(object);
  const storage = versions.find((version) => version.storage)?.name;
  if (storage === undefined || storedVersions.includes(storage)) return;
  ownRecord(object, 'status')['storedVersions'] = [...storedVersions, storage];
}

/** Warns of what is accepted and does less than its author may think. */
function warn(object: KubeObject, _old: KubeObject | undefined, context: WriteContext): void {
  if (context.operation === 'delete' || context.subresource !== '') return;
  const crd = crdOf(object);
  const unknown = crd.versions.flatMap(({ schema }, i) =>
    unknownSchemaFields(schema, `spec.versions[${i}].schema.openAPIV3Schema`),
  );
  for (const field of unknown.slice(0, unknownFieldWarningsMax)) context.warn(`unknown field "${field}"`);
}

const names = (description: string) =>
  struct(description, {
    categories: texts('Groups of resources that this one is listed with, such as "all".'),
    kind: requiredText('The kind: CamelCase and singular.'),
    listKind: text('The kind of lists; the kind with "List" behind it by default.'),
    plural: requiredText('The plural in lower case, as it stands in URLs.'),
    shortNames: texts('Short names for the command line.'),
    singular: text('The singular; the kind in lower case by default.'),
  });

const subresources = struct('What else is served of each object.', {
  scale: Type.Optional(
    struct('Serves /scale: the number of replicas, read and set.', {
      labelSelectorPath: text(
        'Where the label selector of the replicas stands, as text; below .status or .spec.',
      ),
      specReplicasPath: requiredText('Where the wanted number of replicas stands; below .spec.'),
      statusReplicasPath: requiredText('Where the present number of replicas stands; below .status.'),
    }),
  ),
  status: Type.Optional(
    anyObject({
      description: 'Serves /status: the status is then written there and nowhere else. An empty object.',
    }),
  ),
});

const printerColumn = struct('A column of `kubectl get`.', {
  description: text('What the column shows.'),
  format: text('How the value is formatted, such as "date-time".'),
  jsonPath: requiredText('Where the value stands in the object.'),
  name: requiredText('Heading of the column.'),
  priority: int32('0 shows always, anything above only with -o wide.'),
  type: requiredText('string, integer, number, boolean or date.'),
});

const crdVersion = struct('One version of the kind.', {
  additionalPrinterColumns: Type.Optional(
    listOf('Columns of `kubectl get`; the age when empty.', printerColumn),
  ),
  deprecated: flag('Whether answers about this version carry a warning.'),
  deprecationWarning: text('The text of that warning instead of the usual one.'),
  name: requiredText('Name of the version, such as "v1".'),
  schema: Type.Optional(
    struct('What objects of this version look like.', {
      openAPIV3Schema: Type.Optional(
        anyObject({
          description: 'A structural OpenAPI v3 schema: validation, pruning, defaults and documentation.',
        }),
      ),
    }),
  ),
  selectableFields: Type.Optional(
    listOf(
      'Fields that field selectors may name, at most 8.',
      struct('A field.', {
        jsonPath: requiredText('Where the field stands: a simple path such as .spec.color.'),
      }),
    ),
  ),
  served: Type.Boolean({ description: 'Whether this version is served.' }),
  storage: Type.Boolean({ description: 'Whether objects are stored in this version; exactly one is.' }),
  subresources: Type.Optional(subresources),
});

const conversion = struct('How objects are converted between versions.', {
  strategy: requiredText(
    'None: only apiVersion is changed. Webhook is refused when there are several versions.',
  ),
  webhook: Type.Optional(
    struct('The webhook that would convert objects. It is never called.', {
      clientConfig: Type.Optional(
        struct('Where the webhook is.', {
          caBundle: text('CAs that its certificate is checked with: PEM in base64.'),
          service: Type.Optional(
            struct('The service in front of it.', {
              name: requiredText('Name of the service.'),
              namespace: requiredText('Namespace of the service.'),
              path: text('Path of the URL.'),
              port: int32('Port of the service; 443 by default.'),
            }),
          ),
          url: text('The URL, instead of a service.'),
        }),
      ),
      conversionReviewVersions: listOf(
        'Versions of ConversionReview that it understands.',
        Type.Unsafe<string>({ type: 'string' }),
      ),
    }),
  ),
});

/** Spec: Kubernetes apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const customResourceDefinitionKind = defineKind({
  group: apiextensionsGroup,
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  description: 'A CustomResourceDefinition adds a kind to the API. Its name is <plural>.<group>.',
  fields: {
    spec: struct('The kind and how it is served.', {
      conversion: Type.Optional(conversion),
      group: requiredText('API group of the kind, a domain such as "example.com".'),
      names: names('What the kind is called.'),
      preserveUnknownFields: flag(
        'Must be false or absent; use x-kubernetes-preserve-unknown-fields in the schema.',
      ),
      scope: requiredText('Namespaced or Cluster.'),
      versions: listOf('The versions of the kind.', crdVersion),
    }),
    status: Type.Optional(
      struct('How the definition is doing.', {
        acceptedNames: Type.Optional(names('The names that are served.')),
        conditions: Type.Optional(
          listMapOf(
            struct('A condition of the definition.', {
              ...conditionFields,
              observedGeneration: int64('The generation that the condition is about.'),
            }),
            ['type'],
            { description: 'NamesAccepted, Established, Terminating and ValidationRulesEnforced.' },
          ),
        ),
        observedGeneration: int64('The generation that this status is about.'),
        storedVersions: texts(
          'Versions that objects may be stored in; they cannot be removed from the spec.',
        ),
      }),
    ),
  },
  columns: nameAndCreatedAt,
  ownColumns: true,
  strategy: { prepare, validate: validateCrd, admit: warn, nameErrors: dns1123Subdomain },
});

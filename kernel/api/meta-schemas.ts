/**
 * Schemas of what every object has, as they stand in OpenAPI documents.
 * Spec: Kubernetes meta/v1 ObjectMeta, ListMeta, OwnerReference, ManagedFieldsEntry, DeleteOptions, Status.
 */
const prefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** A reference to one of the schemas below. */
export function metaRef(name: 'ObjectMeta' | 'ListMeta' | 'Status' | 'DeleteOptions' | 'Patch'): {
  $ref: string;
} {
  return { $ref: `#/components/schemas/${prefix}.${name}` };
}

const text = (description: string): object => ({ type: 'string', description });
const instant = (description: string): object => ({ type: 'string', format: 'date-time', description });
const texts = (description: string): object => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});

const ownerReference = {
  type: 'object',
  description: 'Names an object that this object belongs to; it is deleted with its last owner.',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  'x-kubernetes-map-type': 'atomic',
  properties: {
    apiVersion: text('API version of the owner.'),
    kind: text('Kind of the owner.'),
    name: text('Name of the owner.'),
    uid: text('UID of the owner.'),
    controller: { type: 'boolean', description: 'Whether the owner manages this object.' },
    blockOwnerDeletion: {
      type: 'boolean',
      description: 'Whether a foreground deletion of the owner waits for this object.',
    },
  },
};

const managedFieldsEntry = {
  type: 'object',
  description: 'The fields that one manager set, in one version and through one endpoint.',
  properties: {
    manager: text('Name of the manager.'),
    operation: text('Apply or Update.'),
    apiVersion: text('API version that the fields are given in.'),
    time: instant('When the manager last changed its fields.'),
    fieldsType: text('Form of the fields; FieldsV1.'),
    fieldsV1: {
      type: 'object',
      description: 'The fields, as a tree of f:<field>, k:<keys>, v:<value> and i:<index>.',
    },
    subresource: text('Subresource that the fields were set through; empty for the object itself.'),
  },
};

/** The schema of metadata. */
export const objectMeta = {
  type: 'object',
  description: 'What every object has: its name, its labels and what the server keeps about it.',
  properties: {
    name: text('Name, unique among the objects of the kind in the namespace. It cannot be changed.'),
    generateName: text('Prefix that the server completes to a unique name when name is absent.'),
    namespace: text('Namespace that the object lies in. It cannot be changed.'),
    selfLink: text('No longer set.'),
    uid: text('Identity of this object in time and space, set by the server.'),
    resourceVersion: text(
      'Opaque version of the object; sent back with a write, it guards against lost updates.',
    ),
    generation: { type: 'integer', format: 'int64', description: 'Counts the changes of the desired state.' },
    creationTimestamp: instant('When the object was created.'),
    deletionTimestamp: instant(
      'When its deletion was asked for; the object is gone once no finalizer is left.',
    ),
    deletionGracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      description: 'Seconds until it may be removed.',
    },
    labels: texts('Keys and values that selectors pick objects by.'),
    annotations: texts('Keys and values for tools; selectors do not see them.'),
    ownerReferences: {
      type: 'array',
      items: { allOf: [{ $ref: `#/components/schemas/${prefix}.OwnerReference` }], default: {} },
      description: 'Objects that this object belongs to.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-merge-key': 'uid',
      'x-kubernetes-patch-strategy': 'merge',
    },
    finalizers: {
      type: 'array',
      items: { type: 'string', default: '' },
      description: 'What must be done before the object may be removed; each is taken off by who does it.',
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: {
      type: 'array',
      items: { allOf: [{ $ref: `#/components/schemas/${prefix}.ManagedFieldsEntry` }], default: {} },
      description: 'Who set which fields; server-side apply works by it.',
      'x-kubernetes-list-type': 'atomic',
    },
  },
};

const listMeta = {
  type: 'object',
  description: 'What every list has.',
  properties: {
    continue: text('Token that gets the next page of a list that was limited.'),
    remainingItemCount: { type: 'integer', format: 'int64', description: 'Objects after this page.' },
    resourceVersion: text('Version that the list shows; a watch from it misses nothing.'),
    selfLink: text('No longer set.'),
  },
};

const status = {
  type: 'object',
  description: 'The outcome of a call that does not answer with an object.',
  properties: {
    apiVersion: text('v1'),
    kind: text('Status'),
    metadata: { $ref: `#/components/schemas/${prefix}.ListMeta` },
    status: text('Success or Failure.'),
    message: text('What happened, for people.'),
    reason: text('What happened, for programs.'),
    details: { type: 'object', description: 'What it is about, with one cause for each fault.' },
    code: { type: 'integer', format: 'int32', description: 'HTTP status code.' },
  },
  'x-kubernetes-group-version-kind': [{ group: '', kind: 'Status', version: 'v1' }],
};

const deleteOptions = {
  type: 'object',
  description: 'How an object is deleted.',
  properties: {
    apiVersion: text('v1'),
    kind: text('DeleteOptions'),
    dryRun: {
      type: 'array',
      items: { type: 'string', default: '' },
      description: 'All: check only, delete nothing.',
    },
    gracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      description: 'Accepted; there is nothing to wait for.',
    },
    orphanDependents: { type: 'boolean', description: 'Old form of propagationPolicy Orphan.' },
    preconditions: { type: 'object', description: 'uid and resourceVersion that the object must have.' },
    propagationPolicy: text('Background, Foreground or Orphan.'),
  },
  'x-kubernetes-group-version-kind': [{ group: '', kind: 'DeleteOptions', version: 'v1' }],
};

/** The schemas by their names in `components.schemas`. */
export const metaSchemas: Readonly<Record<string, object>> = {
  [`${prefix}.ObjectMeta`]: objectMeta,
  [`${prefix}.ListMeta`]: listMeta,
  [`${prefix}.OwnerReference`]: ownerReference,
  [`${prefix}.ManagedFieldsEntry`]: managedFieldsEntry,
  [`${prefix}.Status`]: status,
  [`${prefix}.DeleteOptions`]: deleteOptions,
  [`${prefix}.Patch`]: {
    type: 'object',
    description: 'A patch of one of the media types that the endpoint takes.',
  },
};

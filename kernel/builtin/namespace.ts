import { dns1123Label, qualifiedName } from '@plinth/kube-selector';
import { type FieldError, invalidValue } from '@plinth/structural-schema';
import { defineKind, listMapOf } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { forbidden } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { ownRecord, recordOf, textOf, textsOf } from './field-access.ts';
import { conditionFields, struct, text, texts } from './schema-fields.ts';

/** The label that every namespace carries with its own name, so that selectors can mean it. */
const namespaceNameLabel = 'kubernetes.io/metadata.name';

/** The finalizer in `spec.finalizers` that keeps a namespace until its contents are gone. */
const namespaceFinalizer = 'kubernetes';

// Without these the control plane itself could not go on. Spec: Kubernetes NamespaceLifecycle admission.
const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

function prepare(object: KubeObject, old: KubeObject | undefined, context: WriteContext): void {
  const { metadata } = object;
  // Whether there is a name is checked later.
  if (metadata.name) metadata.labels = { ...metadata.labels, [namespaceNameLabel]: metadata.name };
  const spec = ownRecord(object, 'spec');
  if (context.operation === 'create') {
    const finalizers = textsOf(spec['finalizers']);
    if (!finalizers.includes(namespaceFinalizer)) finalizers.push(namespaceFinalizer);
    spec['finalizers'] = finalizers;
    object['status'] = { phase: 'Active' };
  } else if (old && context.subresource !== 'finalize') {
    // Only `/finalize` changes these, so that a replace without them does not free the namespace.
    const kept = recordOf(old['spec'])['finalizers'];
    if (kept === undefined) delete spec['finalizers'];
    else spec['finalizers'] = kept;
  }
}

function validate(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  textsOf(recordOf(object['spec'])['finalizers']).forEach((finalizer, i) => {
    for (const message of qualifiedName(finalizer)) {
      errors.push(invalidValue(`spec.finalizers[${i}]`, finalizer, message));
    }
  });
  const phase = textOf(recordOf(object['status'])['phase']);
  if (old && phase !== textOf(recordOf(old['status'])['phase'])) {
    const deleting = object.metadata.deletionTimestamp !== undefined;
    const expected = deleting ? 'Terminating' : 'Active';
    if (phase !== expected) {
      const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${deleting ? 'not empty' : 'empty'}`;
      errors.push(invalidValue('status.phase', phase, detail));
    }
  }
  return errors;
}

function admit(object: KubeObject, _old: KubeObject | undefined, context: WriteContext): void {
  const { name } = object.metadata;
  if (context.operation === 'delete' && immortal.has(name)) {
    throw forbidden({ group: '', resource: 'namespaces', name }, 'this namespace may not be deleted');
  }
}

/** Spec: Kubernetes core/v1 Namespace. */
export const namespaceKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
  shortNames: ['ns'],
  description:
    'A Namespace holds objects whose names need to be unique only in it; rights are given per namespace.',
  fields: {
    spec: Type.Optional(
      struct('What is wanted of the namespace.', {
        finalizers: texts('Names that must be gone from this list before the namespace is removed for good.'),
      }),
    ),
    status: Type.Optional(
      struct('The present state of the namespace.', {
        conditions: Type.Optional(
          listMapOf(struct('A condition of the namespace.', conditionFields), ['type'], {
            description: 'What stands in the way of the removal of the namespace.',
          }),
        ),
        phase: text('Active, or Terminating once it has been deleted and its contents are being removed.'),
      }),
    ),
  },
  columns: [
    {
      name: 'Status',
      type: 'string',
      description: 'The phase of the namespace.',
      cell: (object) => textOf(recordOf(object['status'])['phase']),
    },
  ],
  selectableFields: ['status.phase'],
  strategy: { prepare, validate, admit, nameErrors: dns1123Label },
});

import { requiredValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { recordOf, textOf, textsOf } from '../builtin/field-access.ts';
import { labelSelector, struct, text } from '../builtin/schema-fields.ts';
import { defineKind } from '../model/define-kind.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { completeMatch } from './complete-match.ts';
import { matchResources } from './match-schema.ts';
import { policyGroup } from './policy-ids.ts';
import { bindingErrors } from './validate-binding.ts';

const paramRef = struct(
  'The objects that hold the parameters: one by its name, or all that have some labels.',
  {
    name: text('Name of the object; not together with selector.'),
    namespace: text(
      'Namespace of the objects. Absent: the namespace of the object that is judged. Only for kinds in namespaces.',
    ),
    selector: Type.Optional(
      labelSelector('Labels of the objects; the policy is worked out for each. Not together with name.'),
    ),
    parameterNotFoundAction: text(
      'What happens when there is none: Deny treats it as a failure of the policy, Allow lets the request through.',
    ),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const spec = struct('Where a policy is in force, and what its verdict leads to.', {
  policyName: text('Name of the policy. While there is none, the binding does nothing.'),
  paramRef: Type.Optional(paramRef),
  matchResources: Type.Optional(
    matchResources('Requests that the policy is in force for, of those that it is about; absent means all.'),
  ),
  validationActions: Type.Optional(
    Type.Unsafe<string[]>({
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
      description:
        'What a broken rule leads to: Deny refuses the request, Warn warns whoever sent it, Audit notes it in the audit ' +
        'entry. Deny and Warn exclude each other.',
    }),
  ),
});

export type AdmissionBindingSpec = Static<typeof spec>;
export type AdmissionBinding = KubeObject & { spec: AdmissionBindingSpec };

/** Whether an object that was read as a ValidatingAdmissionPolicyBinding has a spec; the API has checked it. */
export function isAdmissionBinding(object: KubeObject): object is AdmissionBinding {
  return isObject(object['spec']);
}

/** Says what a binding will not do as its author may expect; an empty list when all is well. */
export type BindingDoubts = (binding: AdmissionBinding) => readonly string[];

/**
 * Spec: Kubernetes admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding.
 * @param doubts told to whoever writes a binding, as warnings
 */
export function admissionBindingKind(doubts: BindingDoubts): ReturnType<typeof defineKind> {
  return defineKind({
    group: policyGroup,
    version: 'v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    scope: 'Cluster',
    categories: ['api-extensions'],
    description:
      'A ValidatingAdmissionPolicyBinding puts a ValidatingAdmissionPolicy into force: for which requests, with which ' +
      'parameters, and with what consequence.',
    fields: { spec: Type.Optional(spec) },
    columns: [
      {
        name: 'PolicyName',
        type: 'string',
        description: 'The policy that is put into force.',
        cell: '.spec.policyName',
      },
      {
        name: 'ParamRef',
        type: 'string',
        description: 'Where its parameters are.',
        cell: (object) => paramText(recordOf(object['spec'])['paramRef']),
      },
      {
        name: 'Actions',
        type: 'string',
        description: 'What a broken rule leads to.',
        priority: 1,
        cell: (object) => textsOf(recordOf(object['spec'])['validationActions']).join(','),
      },
    ],
    strategy: {
      prepare: (object) => completeMatch(recordOf(object['spec'])['matchResources']),
      validate: (object) =>
        isAdmissionBinding(object) ? bindingErrors(object) : [requiredValue('spec', '')],
      admit(object, _old, { operation, warn }) {
        if (operation === 'delete' || !isAdmissionBinding(object)) return;
        for (const doubt of doubts(object)) warn(doubt);
      },
    },
  });
}

function paramText(ref: unknown): string {
  if (!isObject(ref)) return '<unset>';
  const { name, namespace, selector } = ref;
  const place = textOf(namespace) === '' ? '*' : textOf(namespace);
  return isObject(selector) ? `${place}/<selector>` : `${place}/${textOf(name)}`;
}

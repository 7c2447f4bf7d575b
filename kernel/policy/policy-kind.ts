import { requiredValue } from '@plinth/structural-schema';
import type { Static } from 'typebox';
import { listOfValues, recordOf, textOf } from '../builtin/field-access.ts';
import { conditionFields, int64, listOf, requiredText, struct, text } from '../builtin/schema-fields.ts';
import { defineKind, listMapOf } from '../model/define-kind.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { Type } from '../model/type-builders.ts';
import { completeMatch } from './complete-match.ts';
import { matchResources } from './match-schema.ts';
import { policyGroup } from './policy-ids.ts';
import { policyErrors } from './validate-policy.ts';

const matchCondition = struct('A condition under which the policy judges a request at all.', {
  name: text('Name of the condition, unique in the policy; a qualified name.'),
  expression: text('CEL that is true or false. When it fails, failurePolicy says what happens.'),
});

const variable = struct('A value that expressions read as `variables.<name>`.', {
  name: text('Name of the variable, unique in the policy; a CEL identifier.'),
  expression: text(
    'CEL that makes the value, worked out at most once and only when it is read. It may read variables before it.',
  ),
});

const validation = struct('A rule that requests have to keep.', {
  expression: text('CEL that is true when the request is fine.'),
  message: text('What is said when it is not; one line.'),
  messageExpression: text(
    'CEL that makes the message; when it fails or is empty, the fixed message is taken. It has no authorizer.',
  ),
  reason: text('Reason of the refusal: Forbidden, RequestEntityTooLarge, or Invalid, the default.'),
});

const auditAnnotation = struct('A fact that goes into the audit entry of the request.', {
  key: text('Key of the fact; in the entry the name of the policy and a slash stand before it.'),
  valueExpression: text(
    'CEL that makes the value as a string; with null or an empty string there is no fact.',
  ),
});

const spec = struct('Which requests are judged, and by what.', {
  paramKind: Type.Optional(
    struct(
      'The kind of the objects that hold parameters; bindings say which of them. Absent: there are none.',
      {
        apiVersion: text('Group and version of the kind.'),
        kind: text('The kind.'),
      },
      { 'x-kubernetes-map-type': 'atomic' },
    ),
  ),
  matchConstraints: Type.Optional(matchResources('Requests that the policy is about.')),
  validations: Type.Optional(
    listOf('Rules that requests have to keep; at least one here or in auditAnnotations.', validation),
  ),
  failurePolicy: text(
    'What happens when the policy cannot be worked out: Fail, the default, refuses the request, Ignore lets it through.',
  ),
  auditAnnotations: Type.Optional(listOf('Facts for the audit entry of the request.', auditAnnotation)),
  matchConditions: Type.Optional(
    listMapOf(matchCondition, ['name'], {
      description: 'Conditions that all have to be true, or the policy does not judge the request.',
    }),
  ),
  variables: Type.Optional(
    listMapOf(variable, ['name'], { description: 'Values that several expressions read, in their order.' }),
  ),
});

const status = struct('What the server found in the policy.', {
  observedGeneration: int64('The generation that this is about.'),
  typeChecking: Type.Optional(
    struct('What the types of the kinds that are matched say about the expressions.', {
      expressionWarnings: Type.Optional(
        listOf(
          'Expressions that would fail on objects of a kind.',
          struct('One such expression.', {
            fieldRef: requiredText('Where the expression stands, such as spec.validations[0].expression.'),
            warning: requiredText('What is wrong with it, and for which kind.'),
          }),
        ),
      ),
    }),
  ),
  conditions: Type.Optional(
    listMapOf(
      struct('A condition of the policy.', {
        ...conditionFields,
        observedGeneration: int64('The generation that the condition is about.'),
      }),
      ['type'],
      {
        description:
          'Ready: whether it can be worked out; False names a kind that is not served. Bound: whether a binding puts it ' +
          'into force.',
      },
    ),
  ),
});

export type AdmissionPolicySpec = Static<typeof spec>;
export type AdmissionPolicyStatus = Static<typeof status>;
export type AdmissionPolicy = KubeObject & { spec: AdmissionPolicySpec; status?: AdmissionPolicyStatus };

/** Whether an object that was read as a ValidatingAdmissionPolicy has a spec; the API has checked what is in it. */
export function isAdmissionPolicy(object: KubeObject): object is AdmissionPolicy {
  return isObject(object['spec']);
}

function prepare(object: KubeObject): void {
  const written = object['spec'];
  if (!isObject(written)) return;
  if (written['failurePolicy'] === undefined) written['failurePolicy'] = 'Fail';
  completeMatch(written['matchConstraints']);
}

/** Says what a policy will not do as its author may expect; an empty list when all is well. */
export type PolicyDoubts = (policy: AdmissionPolicy) => readonly string[];

/**
 * Spec: Kubernetes admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy.
 * @param doubts told to whoever writes a policy, as warnings
 */
export function admissionPolicyKind(doubts: PolicyDoubts): ReturnType<typeof defineKind> {
  return defineKind({
    group: policyGroup,
    version: 'v1',
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    scope: 'Cluster',
    categories: ['api-extensions'],
    description:
      'A ValidatingAdmissionPolicy judges writes by rules in CEL. It is in force where a ' +
      'ValidatingAdmissionPolicyBinding names it.',
    fields: { spec: Type.Optional(spec), status: Type.Optional(status) },
    columns: [
      {
        name: 'Validations',
        type: 'integer',
        description: 'Rules that requests have to keep.',
        cell: (object) => listOfValues(recordOf(object['spec'])['validations']).length,
      },
      {
        name: 'ParamKind',
        type: 'string',
        description: 'The kind of its parameters.',
        cell: (object) => {
          const { apiVersion, kind } = recordOf(recordOf(object['spec'])['paramKind']);
          return typeof kind === 'string' ? `${textOf(apiVersion)}/${kind}` : '<unset>';
        },
      },
    ],
    strategy: {
      prepare,
      validate(object, old) {
        if (!isAdmissionPolicy(object)) return [requiredValue('spec', '')];
        // What was right when it was written stays, also where this version would judge otherwise.
        return old && equalJson(old['spec'], object.spec) ? [] : policyErrors(object);
      },
      admit(object, old, { operation, subresource, warn }) {
        if (operation === 'delete' || subresource !== '' || !isAdmissionPolicy(object)) return;
        if (old && equalJson(old['spec'], object.spec)) return;
        for (const doubt of doubts(object)) warn(doubt);
      },
    },
  });
}

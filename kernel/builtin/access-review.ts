import { type FieldError, invalidValue } from '@plinth/structural-schema';
import type { Attributes, Authorizer, UserInfo } from '../auth/port.ts';
import { anyObject, defineKind, type KindDefinition } from '../model/define-kind.ts';
import type { KubeObject } from '../model/object.ts';
import type { WriteContext } from '../model/resource-type.ts';
import { badRequest } from '../model/status-error.ts';
import { Type } from '../model/type-builders.ts';
import { recordOf, textOf, textsOf } from './field-access.ts';
import { flag, listOf, struct, text, texts, textsMap } from './schema-fields.ts';

const resourceAttributes = Type.Optional(
  struct('The resource that is to be accessed; not together with nonResourceAttributes.', {
    fieldSelector: Type.Optional(anyObject({ description: 'Limits lists and watches by fields.' })),
    group: text('Group of the resource; "*" means all.'),
    labelSelector: Type.Optional(anyObject({ description: 'Limits lists and watches by labels.' })),
    name: text('Name of the object; empty means all.'),
    namespace: text('Namespace; empty means all, or none for cluster-scoped resources.'),
    resource: text('The resource, such as "secrets"; "*" means all.'),
    subresource: text('The subresource, such as "status"; empty means none.'),
    verb: text('The verb, such as "get" or "create"; "*" means all.'),
    version: text('Version of the API; "*" means all.'),
  }),
);

const nonResourceAttributes = Type.Optional(
  struct('The path that is to be accessed; not together with resourceAttributes.', {
    path: text('The path of the URL.'),
    verb: text('The HTTP method in lower case.'),
  }),
);

const status = Type.Optional(
  struct('The answer, filled in by the server.', {
    allowed: Type.Boolean({ description: 'Whether the access is allowed.' }),
    denied: flag('Whether the access is forbidden whatever others say.'),
    evaluationError: text('What went wrong while the answer was looked for; the answer may still hold.'),
    reason: text('Why it is allowed or not.'),
  }),
);

const subjectFields = {
  extra: textsMap('Further facts about the user, as the authenticator knows them.'),
  groups: texts('Groups to ask for.'),
  nonResourceAttributes,
  resourceAttributes,
  uid: text('Unique id of the user.'),
  user: text('The user to ask for; at least one of user and groups is required.'),
} as const;

/** One of the two kinds of attributes must be there, and only one. */
function attributesErrors(object: KubeObject): FieldError[] {
  const spec = recordOf(object['spec']);
  const resource = spec['resourceAttributes'];
  const other = spec['nonResourceAttributes'];
  if (resource !== undefined && other !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', other, detail)];
  }
  if (resource === undefined && other === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalidValue('spec.resourceAttributes', null, detail)];
  }
  return [];
}

function subjectErrors(object: KubeObject): FieldError[] {
  const spec = recordOf(object['spec']);
  const errors = attributesErrors(object);
  if (textOf(spec['user']) === '' && textsOf(spec['groups']).length === 0) {
    errors.push(
      invalidValue('spec.user', spec['user'] ?? '', 'at least one of user or group must be specified'),
    );
  }
  return errors;
}

function localErrors(object: KubeObject): FieldError[] {
  const spec = recordOf(object['spec']);
  const other = spec['nonResourceAttributes'];
  if (other !== undefined) {
    return [invalidValue('spec.nonResourceAttributes', other, 'disallowed on this kind of request')];
  }
  return subjectErrors(object);
}

function attributesOf(object: KubeObject, user: UserInfo): Attributes {
  const spec = recordOf(object['spec']);
  if (spec['nonResourceAttributes'] !== undefined) {
    const { path, verb } = recordOf(spec['nonResourceAttributes']);
    const none = { group: '', resource: '', subresource: '', namespace: '', name: '' };
    return { user, verb: textOf(verb), path: textOf(path), ...none };
  }
  const { verb, group, resource, subresource, namespace, name } = recordOf(spec['resourceAttributes']);
  return {
    user,
    verb: textOf(verb),
    group: textOf(group),
    resource: textOf(resource),
    subresource: textOf(subresource),
    namespace: textOf(namespace),
    name: textOf(name),
  };
}

function subjectOf(object: KubeObject): UserInfo {
  const spec = recordOf(object['spec']);
  const extra: Record<string, string[]> = {};
  for (const [key, values] of Object.entries(recordOf(spec['extra']))) extra[key] = textsOf(values);
  const uid = textOf(spec['uid']);
  return {
    username: textOf(spec['user']),
    groups: textsOf(spec['groups']),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/**
 * SubjectAccessReview, LocalSubjectAccessReview, SelfSubjectAccessReview and SelfSubjectRulesReview: questions about
 * rights, which are answered and not stored.
 *
 * Spec: Kubernetes authorization.k8s.io/v1.
 */
export function accessReviewKinds(services: { readonly authorizer: Authorizer }): KindDefinition[] {
  const { authorizer } = services;
  const answer = (object: KubeObject, user: UserInfo): KubeObject => {
    const { allowed, reason } = authorizer.authorize(attributesOf(object, user));
    return { ...object, status: reason === '' ? { allowed } : { allowed, reason } };
  };
  const shared = {
    group: 'authorization.k8s.io',
    version: 'v1',
    scope: 'Cluster',
    statusSubresource: false,
    verbs: ['create'],
  } as const;
  const self = defineKind({
    ...shared,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    description: 'A SelfSubjectAccessReview asks whether the caller may do something.',
    fields: { spec: struct('What is asked.', { nonResourceAttributes, resourceAttributes }), status },
    strategy: { validate: attributesErrors, answer: (object, context) => answer(object, context.user) },
  });
  const subject = defineKind({
    ...shared,
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    description: 'A SubjectAccessReview asks whether a user or a group may do something.',
    fields: { spec: struct('What is asked, and for whom.', subjectFields), status },
    strategy: { validate: subjectErrors, answer: (object) => answer(object, subjectOf(object)) },
  });
  const local = defineKind({
    ...shared,
    scope: 'Namespaced',
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    description:
      'A LocalSubjectAccessReview asks whether a user or a group may do something in its namespace.',
    fields: { spec: struct('What is asked, and for whom.', subjectFields), status },
    strategy: {
      validate: localErrors,
      answer: (object) => {
        const asked = textOf(recordOf(recordOf(object['spec'])['resourceAttributes'])['namespace']);
        const own = object.metadata.namespace ?? '';
        if (asked !== own) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${own}`);
        return answer(object, subjectOf(object));
      },
    },
  });
  return [self, subject, local, rulesReviewKind(authorizer)];
}

function rulesReviewKind(authorizer: Authorizer): KindDefinition {
  const verbs = texts('The verbs that are allowed; "*" means all.');
  return defineKind({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    scope: 'Cluster',
    statusSubresource: false,
    verbs: ['create'],
    description: 'A SelfSubjectRulesReview lists what the caller may do in a namespace.',
    fields: {
      spec: struct('What is asked.', { namespace: text('The namespace; required.') }),
      status: Type.Optional(
        struct('The answer, filled in by the server.', {
          evaluationError: text('What went wrong while the rules were collected.'),
          incomplete: Type.Boolean({ description: 'Whether there are rights that cannot be listed.' }),
          nonResourceRules: listOf(
            'What is allowed on paths that are no resources.',
            struct('Verbs on paths.', { nonResourceURLs: texts('Paths; "*" means all.'), verbs }),
          ),
          resourceRules: listOf(
            'What is allowed on resources.',
            struct('Verbs on resources.', {
              apiGroups: texts('Groups of the resources; "*" means all.'),
              resourceNames: texts('Names that the rule is limited to; empty means all.'),
              resources: texts('The resources; "*" means all.'),
              verbs,
            }),
          ),
        }),
      ),
    },
    strategy: { answer: (object, context) => rulesAnswer(object, context, authorizer) },
  });
}

function rulesAnswer(object: KubeObject, context: WriteContext, authorizer: Authorizer): KubeObject {
  const namespace = textOf(recordOf(object['spec'])['namespace']);
  if (namespace === '') throw badRequest('no namespace on request');
  const resourceRules: unknown[] = [];
  const nonResourceRules: unknown[] = [];
  for (const rule of authorizer.rulesFor(context.user, namespace)) {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    if (nonResourceURLs !== undefined && nonResourceURLs.length > 0)
      nonResourceRules.push({ verbs, nonResourceURLs });
    if (resources === undefined || resources.length === 0) continue;
    const limited = resourceNames === undefined || resourceNames.length === 0 ? {} : { resourceNames };
    resourceRules.push({ verbs, apiGroups: apiGroups ?? [''], resources, ...limited });
  }
  return { ...object, status: { resourceRules, nonResourceRules, incomplete: false } };
}

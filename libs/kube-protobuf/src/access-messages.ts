import { field, type Message, message } from './message.ts';

/**
 * Messages of rbac.authorization.k8s.io/v1.
 *
 * Spec: Kubernetes api rbac/v1/generated.proto
 */
export const RBAC_MESSAGES: Readonly<Record<string, Message>> = {
  Role: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'rules', 'PolicyRule', 'list', 'always'),
  ),
  ClusterRole: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'rules', 'PolicyRule', 'list', 'always'),
    field(3, 'aggregationRule', 'AggregationRule', 'pointer'),
  ),
  AggregationRule: message(field(1, 'clusterRoleSelectors', 'LabelSelector', 'list')),
  PolicyRule: message(
    field(1, 'verbs', 'string', 'list', 'always'),
    field(2, 'apiGroups', 'string', 'list'),
    field(3, 'resources', 'string', 'list'),
    field(4, 'resourceNames', 'string', 'list'),
    field(5, 'nonResourceURLs', 'string', 'list'),
  ),
  RoleBinding: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'subjects', 'Subject', 'list'),
    field(3, 'roleRef', 'RoleRef', 'always'),
  ),
  ClusterRoleBinding: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'subjects', 'Subject', 'list'),
    field(3, 'roleRef', 'RoleRef', 'always'),
  ),
  Subject: message(
    field(1, 'kind', 'string', 'always'),
    field(2, 'apiGroup', 'string'),
    field(3, 'name', 'string', 'always'),
    field(4, 'namespace', 'string'),
  ),
  RoleRef: message(
    field(1, 'apiGroup', 'string', 'always'),
    field(2, 'kind', 'string', 'always'),
    field(3, 'name', 'string', 'always'),
  ),
};

/**
 * Messages of authorization.k8s.io/v1.
 *
 * Spec: Kubernetes api authorization/v1/generated.proto
 */
export const AUTHORIZATION_MESSAGES: Readonly<Record<string, Message>> = {
  SubjectAccessReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'SubjectAccessReviewSpec', 'always'),
    field(3, 'status', 'SubjectAccessReviewStatus', 'always'),
  ),
  LocalSubjectAccessReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'SubjectAccessReviewSpec', 'always'),
    field(3, 'status', 'SubjectAccessReviewStatus', 'always'),
  ),
  SelfSubjectAccessReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'SelfSubjectAccessReviewSpec', 'always'),
    field(3, 'status', 'SubjectAccessReviewStatus', 'always'),
  ),
  SubjectAccessReviewSpec: message(
    field(1, 'resourceAttributes', 'ResourceAttributes', 'pointer'),
    field(2, 'nonResourceAttributes', 'NonResourceAttributes', 'pointer'),
    field(3, 'user', 'string'),
    field(4, 'groups', 'string', 'list'),
    field(5, 'extra', 'StringList', 'map'),
    field(6, 'uid', 'string'),
  ),
  SelfSubjectAccessReviewSpec: message(
    field(1, 'resourceAttributes', 'ResourceAttributes', 'pointer'),
    field(2, 'nonResourceAttributes', 'NonResourceAttributes', 'pointer'),
  ),
  SubjectAccessReviewStatus: message(
    field(1, 'allowed', 'bool', 'always'),
    field(4, 'denied', 'bool'),
    field(2, 'reason', 'string'),
    field(3, 'evaluationError', 'string'),
  ),
  ResourceAttributes: message(
    field(1, 'namespace', 'string'),
    field(2, 'verb', 'string'),
    field(3, 'group', 'string'),
    field(4, 'version', 'string'),
    field(5, 'resource', 'string'),
    field(6, 'subresource', 'string'),
    field(7, 'name', 'string'),
    field(8, 'fieldSelector', 'FieldSelectorAttributes', 'pointer'),
    field(9, 'labelSelector', 'LabelSelectorAttributes', 'pointer'),
  ),
  FieldSelectorAttributes: message(
    field(1, 'rawSelector', 'string'),
    field(2, 'requirements', 'FieldSelectorRequirement', 'list'),
  ),
  LabelSelectorAttributes: message(
    field(1, 'rawSelector', 'string'),
    field(2, 'requirements', 'LabelSelectorRequirement', 'list'),
  ),
  NonResourceAttributes: message(field(1, 'path', 'string'), field(2, 'verb', 'string')),
  SelfSubjectRulesReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'SelfSubjectRulesReviewSpec', 'always'),
    field(3, 'status', 'SubjectRulesReviewStatus', 'always'),
  ),
  SelfSubjectRulesReviewSpec: message(field(1, 'namespace', 'string')),
  SubjectRulesReviewStatus: message(
    field(1, 'resourceRules', 'ResourceRule', 'list', 'always'),
    field(2, 'nonResourceRules', 'NonResourceRule', 'list', 'always'),
    field(3, 'incomplete', 'bool', 'always'),
    field(4, 'evaluationError', 'string'),
  ),
  ResourceRule: message(
    field(1, 'verbs', 'string', 'list', 'always'),
    field(2, 'apiGroups', 'string', 'list'),
    field(3, 'resources', 'string', 'list'),
    field(4, 'resourceNames', 'string', 'list'),
  ),
  NonResourceRule: message(
    field(1, 'verbs', 'string', 'list', 'always'),
    field(2, 'nonResourceURLs', 'string', 'list'),
  ),
};

/**
 * Messages of authentication.k8s.io/v1.
 *
 * Spec: Kubernetes api authentication/v1/generated.proto
 */
export const AUTHENTICATION_MESSAGES: Readonly<Record<string, Message>> = {
  TokenReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'TokenReviewSpec', 'always'),
    field(3, 'status', 'TokenReviewStatus', 'always'),
  ),
  TokenReviewSpec: message(field(1, 'token', 'string'), field(2, 'audiences', 'string', 'list')),
  TokenReviewStatus: message(
    field(1, 'authenticated', 'bool'),
    field(2, 'user', 'UserInfo', 'always'),
    field(4, 'audiences', 'string', 'list'),
    field(3, 'error', 'string'),
  ),
  UserInfo: message(
    field(1, 'username', 'string'),
    field(2, 'uid', 'string'),
    field(3, 'groups', 'string', 'list'),
    field(4, 'extra', 'StringList', 'map'),
  ),
  TokenRequest: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'spec', 'TokenRequestSpec', 'always'),
    field(3, 'status', 'TokenRequestStatus', 'always'),
  ),
  TokenRequestSpec: message(
    field(1, 'audiences', 'string', 'list', 'always'),
    field(4, 'expirationSeconds', 'int64', 'pointer'),
    field(3, 'boundObjectRef', 'BoundObjectReference', 'pointer'),
    field(5, 'attestations', 'StringList', 'map'),
  ),
  TokenRequestStatus: message(field(1, 'token', 'string', 'always'), field(2, 'expirationTimestamp', 'Time')),
  BoundObjectReference: message(
    field(1, 'kind', 'string'),
    field(2, 'apiVersion', 'string'),
    field(3, 'name', 'string'),
    field(4, 'uid', 'string'),
  ),
  SelfSubjectReview: message(
    field(1, 'metadata', 'ObjectMeta', 'always'),
    field(2, 'status', 'SelfSubjectReviewStatus', 'always'),
  ),
  SelfSubjectReviewStatus: message(field(1, 'userInfo', 'UserInfo', 'always')),
};

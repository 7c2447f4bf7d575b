import type { Static } from 'typebox';
import { labelSelector, listOf, struct, text, texts } from '../builtin/schema-fields.ts';
import { Type } from '../model/type-builders.ts';

const rule = struct(
  'Requests that are meant; all fields have to fit.',
  {
    resourceNames: texts('Names of the objects that are meant; empty means all.'),
    operations: texts('CREATE, UPDATE, DELETE, CONNECT, or "*" for all of them.'),
    apiGroups: texts('API groups of the resources; "" is the core group, "*" means all.'),
    apiVersions: texts('API versions of the resources; "*" means all.'),
    resources: texts(
      'The resources: "pods" is the resource alone, "pods/status" a subresource, "pods/*" all subresources, "*" all ' +
        'resources without subresources, "*/*" everything.',
    ),
    scope: text('Cluster, Namespaced, or "*" for both, which is the default.'),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const fields = {
  namespaceSelector: Type.Optional(
    labelSelector(
      'Labels of the namespace of the object; a Namespace is judged by its own. Other cluster-scoped objects always ' +
        'fit. Empty, which is the default, fits all.',
    ),
  ),
  objectSelector: Type.Optional(
    labelSelector(
      'Labels of the object as it was or as it is to be. Whoever may set them may leave the policy, so it suits ' +
        'opt-in only. Empty, which is the default, fits all.',
    ),
  ),
  resourceRules: Type.Optional(listOf('Requests that are meant: those that fit any of these.', rule)),
  excludeResourceRules: Type.Optional(
    listOf('Requests that are not meant, whatever resourceRules say.', rule),
  ),
  matchPolicy: text(
    'Exact: only requests in the listed versions. Equivalent, the default: requests in another version of the ' +
      'resource too; the object is then shown in the listed one.',
  ),
} as const;

/** The fields that say which requests a policy or binding is about. Spec: Kubernetes MatchResources. */
export function matchResources(description: string): ReturnType<typeof Type.Object<typeof fields>> {
  return struct(description, fields, { 'x-kubernetes-map-type': 'atomic' });
}

/** Which requests are meant, as the API has checked it. */
export type MatchResources = Static<ReturnType<typeof matchResources>>;
/** One rule of which requests are meant. */
export type ResourceRule = Static<typeof rule>;

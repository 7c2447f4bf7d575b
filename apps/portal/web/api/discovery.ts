import { json } from './client.ts';
import { listAt, textAt, textsAt } from './json.ts';

/** A kind as discovery tells it. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Its subresources, such as `status`. */
  readonly subresources: readonly string[];
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The documents that tell what is served; `kindsOf` reads them. Spec: KEP-3352, Aggregated Discovery. */
export async function discover(): Promise<unknown[]> {
  return await Promise.all(['/api', '/apis'].map((path) => json(path, { accept })));
}

/** The kinds in a discovery document that can be listed, in their preferred versions. */
export function kindsOf(document: unknown): Kind[] {
  return listAt(document, 'items').flatMap((group) => {
    const seen = new Set<string>();
    return listAt(group, 'versions').flatMap((version) =>
      listAt(version, 'resources').flatMap((resource) => {
        const name = textAt(resource, 'resource');
        if (seen.has(name)) return [];
        seen.add(name);
        const kind: Kind = {
          group: textAt(group, 'metadata', 'name'),
          version: textAt(version, 'version'),
          resource: name,
          kind: textAt(resource, 'responseKind', 'kind'),
          namespaced: textAt(resource, 'scope') === 'Namespaced',
          verbs: textsAt(resource, 'verbs'),
          shortNames: textsAt(resource, 'shortNames'),
          categories: textsAt(resource, 'categories'),
          subresources: listAt(resource, 'subresources').map((one) => textAt(one, 'subresource')),
        };
        return kind.verbs.includes('list') ? [kind] : [];
      }),
    );
  });
}

/** How a kind is called in addresses: `stacks.infra.plinth.dev`, `configmaps`. */
export function slugOf({ resource, group }: Pick<Kind, 'resource' | 'group'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** Path of a kind's collection, or of one object. */
export function pathOf({ group, version, resource }: Kind, namespace = '', name = ''): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${resource}${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
}

/** A right of SelfSubjectRulesReview. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
}

/** What the user may do in a namespace and in the whole cluster. */
export async function rulesIn(namespace: string): Promise<Rule[]> {
  const answer = await json('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    method: 'POST',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
  });
  return listAt(answer, 'status', 'resourceRules').map((rule) => ({
    verbs: textsAt(rule, 'verbs'),
    groups: textsAt(rule, 'apiGroups'),
    resources: textsAt(rule, 'resources'),
  }));
}

/** Whether rules give a right to a resource of a kind. */
export function allows(
  rules: readonly Rule[],
  { group, resource }: Pick<Kind, 'group' | 'resource'>,
  verb: string,
): boolean {
  const has = (list: readonly string[], one: string): boolean => list.includes('*') || list.includes(one);
  return rules.some(
    (rule) => has(rule.verbs, verb) && has(rule.groups, group) && has(rule.resources, resource),
  );
}

import { Failure } from '../cli/failure.ts';
import { nearest } from '../cli/suggest.ts';
import type { ApiClient } from './api-client.ts';
import { isObject, listAt, memberOf, textAt } from './json.ts';

const accept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

/** A resource that the server serves, in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/**
 * Asks what the server serves.
 * @returns resources in all versions; within a group the preferred version first
 * Spec: KEP-3352, Aggregated Discovery.
 */
export async function discover(client: ApiClient): Promise<Resource[]> {
  const documents = await Promise.all(['/api', '/apis'].map((path) => client.json(path, { accept })));
  return documents.flatMap(({ body }) =>
    listAt(body, 'items').flatMap((group) =>
      listAt(group, 'versions').flatMap((version) =>
        listAt(version, 'resources').map((resource) => resourceOf(group, version, resource)),
      ),
    ),
  );
}

function resourceOf(group: unknown, version: unknown, resource: unknown): Resource {
  const texts = (value: readonly unknown[]): string[] => value.filter((item) => typeof item === 'string');
  const plural = textAt(resource, 'resource');
  const kind = textAt(resource, 'responseKind', 'kind');
  return {
    group: textAt(group, 'metadata', 'name'),
    version: textAt(version, 'version'),
    plural,
    singular: textAt(resource, 'singularResource') || kind.toLowerCase(),
    kind,
    shortNames: texts(listAt(resource, 'shortNames')),
    namespaced: textAt(resource, 'scope') === 'Namespaced',
    verbs: texts(listAt(resource, 'verbs')),
  };
}

/**
 * Finds a resource by what a person calls it: kind, plural, singular or short name, with `.group` or `.version.group`.
 *
 * @throws Failure with the nearest name when there is none
 */
export function findResource(resources: readonly Resource[], typed: string): Resource {
  const text = typed.toLowerCase();
  const found = resources.find((resource) => namesOf(resource).includes(text));
  if (found) return found;
  const known = resources.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
  const meant = nearest(text, known);
  throw new Failure(`the server has no kind "${typed}"`, {
    hint: `${meant === undefined ? '' : `did you mean ${meant}? `}all kinds: kubectl api-resources`,
  });
}

/** Finds the resource of an object by its apiVersion and kind. */
export function resourceOfKind(
  resources: readonly Resource[],
  apiVersion: string,
  kind: string,
): Resource | undefined {
  return resources.find((resource) => resource.kind === kind && groupVersionOf(resource) === apiVersion);
}

/** `v1`, `apps/v1`. */
export function groupVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of a resource or of one object of it. */
export function pathOf(resource: Resource, namespace: string | undefined, name?: string): string {
  const { group, version, plural } = resource;
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (resource.namespaced && namespace !== undefined) parts.push('namespaces', namespace);
  parts.push(plural);
  if (name !== undefined) parts.push(name);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** How a resource is named in output: `configmap`, `workspace.plinth.dev`. */
export function shownName({ singular, group }: Resource): string {
  return group === '' ? singular : `${singular}.${group}`;
}

function namesOf({ group, version, plural, singular, kind, shortNames }: Resource): string[] {
  const bare = [plural, singular, kind.toLowerCase(), ...shortNames];
  return bare.flatMap((name) => [name, `${name}.${group}`, `${name}.${version}.${group}`]);
}

/** The objects of a list, without what only servers read. */
export function withoutManagedFields(object: unknown): unknown {
  const metadata = memberOf(object, 'metadata');
  if (!isObject(object) || !isObject(metadata)) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

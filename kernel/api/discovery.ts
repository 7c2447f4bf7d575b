import { createHash } from 'node:crypto';
import { compareVersions } from '../crd/version-priority.ts';
import { groupVersion, type ResourceType, type ResourceVersion } from '../model/resource-type.ts';
import type { Registry } from './registry.ts';

/** The forms in which discovery is asked for. Spec: KEP-3352, Aggregated Discovery. */
export type DiscoveryForm = 'plain' | 'v2' | 'v2beta1';

/** A discovery document with the hash that clients send back in `If-None-Match`. */
export interface DiscoveryDocument {
  readonly text: string;
  readonly etag: string;
}

/** Finds the form in an Accept header. The client's order decides, as in the Kubernetes API. */
export function discoveryForm(accept: string | undefined): DiscoveryForm {
  for (const range of (accept ?? '').split(',')) {
    const parts = range.split(';').map((part) => part.trim());
    if (parts.includes('as=APIGroupDiscoveryList') && parts.includes('g=apidiscovery.k8s.io')) {
      if (parts.includes('v=v2')) return 'v2';
      if (parts.includes('v=v2beta1')) return 'v2beta1';
    } else if (parts[0] === 'application/json' && !parts.some((part) => part.startsWith('as=')))
      return 'plain';
  }
  return 'plain';
}

/** The media type that a form is answered with. */
export function discoveryContentType(form: DiscoveryForm): string {
  return form === 'plain'
    ? 'application/json'
    : `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
}

/** The discovery documents of a registry, made anew when it changes. */
export class Discovery {
  readonly #registry: Registry;
  #generation = -1;
  readonly #documents = new Map<string, DiscoveryDocument | undefined>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** `/api` */
  core(form: DiscoveryForm, serverAddress: string): DiscoveryDocument {
    if (form !== 'plain')
      return this.#once(`core ${form}`, () => aggregated(groupsOf(this.#registry, true), form));
    return this.#once(`core ${serverAddress}`, () => ({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }));
  }

  /** `/apis` */
  groups(form: DiscoveryForm): DiscoveryDocument {
    if (form !== 'plain')
      return this.#once(`groups ${form}`, () => aggregated(groupsOf(this.#registry, false), form));
    return this.#once('groups', () => ({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupsOf(this.#registry, false).map(apiGroup),
    }));
  }

  /** `/apis/<group>`; undefined when nothing of it is served. */
  group(name: string): DiscoveryDocument | undefined {
    return this.#maybe(`group ${name}`, () => {
      const group = groupsOf(this.#registry, false).find((candidate) => candidate.name === name);
      return group && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
    });
  }

  /** `/api/v1` and `/apis/<group>/<version>`; undefined when nothing of it is served. */
  resources(group: string, version: string): DiscoveryDocument | undefined {
    return this.#maybe(`resources ${group}/${version}`, () => {
      const types = this.#registry.all().filter((type) => type.group === group);
      const resources = types.flatMap((type) => {
        const served = type.versions.find((candidate) => candidate.name === version);
        return served ? apiResources(type, served) : [];
      });
      if (resources.length === 0) return undefined;
      return {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: groupVersion(group, version),
        resources,
      };
    });
  }

  #once(key: string, make: () => unknown): DiscoveryDocument {
    const document = this.#maybe(key, make);
    if (!document) throw new Error(`no discovery document for ${key}`);
    return document;
  }

  #maybe(key: string, make: () => unknown): DiscoveryDocument | undefined {
    if (this.#generation !== this.#registry.generation) {
      this.#documents.clear();
      this.#generation = this.#registry.generation;
    }
    if (!this.#documents.has(key)) {
      const made = make();
      this.#documents.set(key, made === undefined ? undefined : documentOf(made));
    }
    return this.#documents.get(key);
  }
}

function documentOf(value: unknown): DiscoveryDocument {
  const text = JSON.stringify(value);
  return { text, etag: `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"` };
}

interface Group {
  readonly name: string;
  readonly versions: readonly string[];
  readonly types: readonly ResourceType[];
}

/** Served groups with their versions in the order of preference. */
function groupsOf(registry: Registry, core: boolean): Group[] {
  const groups = new Map<string, ResourceType[]>();
  for (const type of registry.all()) {
    if ((type.group === '') !== core) continue;
    const types = groups.get(type.group) ?? [];
    types.push(type);
    groups.set(type.group, types);
  }
  return [...groups].map(([name, types]) => ({
    name,
    types,
    versions: [...new Set(types.flatMap((type) => type.versions.map((version) => version.name)))].sort(
      compareVersions,
    ),
  }));
}

function apiGroup(group: Group): { name: string; versions: unknown[]; preferredVersion: unknown } {
  const versions = group.versions.map((version) => ({
    groupVersion: groupVersion(group.name, version),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function apiResources(type: ResourceType, version: ResourceVersion): unknown[] {
  const main = {
    name: type.resource,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    // Clients compare it to see whether the stored form is that of another version; any stable text does.
    storageVersionHash: createHash('sha256')
      .update(`${type.group}/${type.storageVersion}/${type.kind}`)
      .digest('base64')
      .slice(0, 12),
  };
  const others = subresourcesOf(type, version).map((sub) => ({
    name: `${type.resource}/${sub.name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(sub.group === type.group && sub.version === version.name
      ? {}
      : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [main, ...others];
}

interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** The subresources that a version serves. */
export function subresourcesOf(type: ResourceType, version: ResourceVersion): Subresource[] {
  const verbs = ['get', 'patch', 'update'];
  const own = { group: type.group, version: version.name, kind: type.kind };
  const subresources: Subresource[] = [];
  if (version.status) subresources.push({ name: 'status', ...own, verbs });
  if (type.group === '' && type.resource === 'namespaces') {
    subresources.push({ name: 'finalize', ...own, verbs: ['update', 'patch'] });
  }
  if (version.scale) {
    subresources.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs });
  }
  for (const [name, action] of Object.entries(type.strategy.actions ?? {})) {
    const { group, version: actionVersion, kind } = action;
    subresources.push({ name, group, version: actionVersion, kind, verbs: ['create'] });
  }
  for (const name of Object.keys(type.strategy.streams ?? {})) {
    subresources.push({ name, ...own, verbs: ['get'] });
  }
  return subresources;
}

function aggregated(groups: readonly Group[], form: 'v2' | 'v2beta1'): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { name: group.name, creationTimestamp: null },
      versions: group.versions.map((version) => ({
        version,
        freshness: 'Current',
        resources: group.types.flatMap((type) => {
          const served = type.versions.find((candidate) => candidate.name === version);
          return served ? [aggregatedResource(type, served)] : [];
        }),
      })),
    })),
  };
}

function aggregatedResource(type: ResourceType, version: ResourceVersion): unknown {
  const subresources = subresourcesOf(type, version).map((sub) => ({
    subresource: sub.name,
    responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
    verbs: sub.verbs,
  }));
  return {
    resource: type.resource,
    responseKind: { group: type.group, version: version.name, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

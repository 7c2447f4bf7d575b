import type { Verb } from '../model/resource-type.ts';

/** What a URL asks for. Spec: Kubernetes apiserver RequestInfo. */
export interface RequestInfo {
  readonly path: string;
  readonly query: URLSearchParams;
  /** For requests of resources; undefined for all other paths. */
  readonly target: ResourceTarget | undefined;
}

export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for cluster-scoped resources and lists over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  readonly verb: Verb;
}

const noQuery = new URLSearchParams();

const clustersPrefix = '/clusters/';

/**
 * The tenant whose virtual cluster a URL is about, and the rest of the URL as that cluster sees it.
 * @returns no tenant for a URL of the host
 */
export function splitCluster(url: string): { readonly tenant?: string; readonly url: string } {
  if (!url.startsWith(clustersPrefix)) return { url };
  const [, tenant = '', rest = ''] = /^([^/?]*)(.*)$/.exec(url.slice(clustersPrefix.length)) ?? [];
  return { tenant, url: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Takes a request line apart. @throws URIError when the path is not valid percent-encoding. */
export function parseRequest(method: string, url: string): RequestInfo {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? noQuery : new URLSearchParams(url.slice(mark + 1));
  return { path, query, target: parseTarget(method, path, query) };
}

function parseTarget(method: string, path: string, query: URLSearchParams): ResourceTarget | undefined {
  if (!path.startsWith('/api')) return undefined;
  const parts = (path.includes('%') ? decodeURIComponent(path) : path).split('/');
  if (parts.at(-1) === '') parts.pop();
  let at: number;
  let group = '';
  if (parts[1] === 'api') at = 2;
  else if (parts[1] === 'apis') {
    group = parts[2] ?? '';
    at = 3;
  } else return undefined;
  const version = parts[at];
  let resource = parts[at + 1];
  if (version === undefined || resource === undefined) return undefined;
  let namespace = '';
  let name = parts[at + 2] ?? '';
  let rest = at + 3;
  if (resource === 'namespaces' && group === '' && name !== '') {
    // `/namespaces/x/status` is a subresource of the namespace; `/namespaces/x/configmaps` is what lies in it.
    namespace = name;
    const below = parts[at + 3];
    if (below === 'namespaces') return undefined;
    if (below !== undefined && below !== 'status' && below !== 'finalize') {
      resource = below;
      name = parts[at + 4] ?? '';
      rest = at + 5;
    }
  } else if (resource === 'namespaces' && group !== '' && name !== '' && parts[at + 3] !== undefined) {
    namespace = name;
    resource = parts[at + 3] ?? '';
    name = parts[at + 4] ?? '';
    rest = at + 5;
  }
  const subresource = parts.slice(rest).join('/');
  const verb = verbOf(method, name, query);
  if (verb === undefined) return undefined;
  return { group, version, resource, subresource, namespace, name, verb };
}

function verbOf(method: string, name: string, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isTrue(query.get('watch'))) return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

/** How Kubernetes reads a boolean query parameter. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

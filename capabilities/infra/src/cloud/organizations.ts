import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import {
  type CloudServices,
  contentResource,
  lockResource,
  nameOf,
  objectsOf,
  statesIn,
} from './cloud-services.ts';
import { document, noContent } from './json-api.ts';

/** The version of the API that clients ask for: 2.5 is the least that `cloud {}` takes. */
const apiVersion = '2.5';

/** Answers whether there is such an API. */
export function ping(): HttpReply {
  return noContent({ 'TFP-API-Version': apiVersion });
}

/** An organization is a namespace. */
export function showOrganization(services: CloudServices, request: HttpRequest): HttpReply {
  const name = organizationOf(services, request);
  const at = { namespace: name, name: '' };
  return document({
    id: name,
    type: 'organizations',
    attributes: {
      name,
      'external-id': name,
      'default-execution-mode': 'local',
      permissions: { 'can-create-workspace': request.may({ ...objectsOf, verb: 'create', at }) },
    },
  });
}

/**
 * What an organization can do: it keeps states. Without `operations` clients run all plans and applies themselves; with it a
 * workspace says whether they do.
 */
export function showEntitlements(services: CloudServices, request: HttpRequest): HttpReply {
  const name = organizationOf(services, request);
  return document({
    id: `org-${name}`,
    type: 'entitlement-sets',
    attributes: {
      operations: services.stacks !== undefined,
      'state-storage': true,
      'private-module-registry': true,
    },
  });
}

/** The one project that each organization has: workspaces are grouped by namespaces. */
export function listProjects(services: CloudServices, request: HttpRequest): HttpReply {
  const name = organizationOf(services, request);
  const asked = request.query.get('filter[names]');
  const isAsked = asked === null || asked.split(',').includes(projectName);
  const project = { id: projectId(name), type: 'projects', attributes: { name: projectName } };
  const found = isAsked ? [project] : [];
  return document(found, { meta: { pagination: onePage(found.length) } });
}

/** @throws StatusError 422, always */
export function createProject(services: CloudServices, request: HttpRequest): HttpReply {
  const name = organizationOf(services, request);
  throw new StatusError(
    422,
    'Invalid',
    `project: the organization ${name} has the project "${projectName}" and no other; leave out project, or use another organization, ` +
      'which is a namespace',
  );
}

const projectName = 'Default Project';

export function projectId(organization: string): string {
  return `prj-${organization}`;
}

/** Spec: Terraform Enterprise API, Pagination. */
function onePage(count: number): object {
  return {
    'current-page': 1,
    'page-size': Math.max(count, 1),
    'prev-page': null,
    'next-page': null,
    'total-pages': 1,
    'total-count': count,
  };
}

/** The namespace that an organization is. Who has no right there is told that there is none. @throws StatusError 404 */
export function organizationOf(services: CloudServices, { parameters, may }: HttpRequest): string {
  const { organization = '' } = parameters;
  const namespace = services.client.get({ group: '', resource: 'namespaces' }, { name: organization });
  const at = { namespace: organization, name: '' };
  const isSeen =
    may({ verb: 'get', resource: contentResource, at }) ||
    may({ verb: 'update', resource: lockResource, at }) ||
    may({ ...objectsOf, verb: 'create', at }) ||
    statesIn(services, organization).some((state) =>
      may({ verb: 'get', resource: contentResource, at: nameOf(state) }),
    );
  if (namespace && isSeen) return organization;
  throw new StatusError(
    404,
    'NotFound',
    `there is no organization ${organization} for you: it is the name of a namespace in which you have a right to states`,
  );
}

import type { HttpAccess, HttpEndpoint, HttpProtocol, HttpReply, HttpRequest } from '@plinth/kernel';
import { announcementBytesMax, lockBytesMax, settingsBytesMax, stateBytesMax } from '../limits.ts';
import { outputOf, type StateName, versionOf, workspaceOf } from './cloud-ids.ts';
import { currentOutputs, showOutput, versionOutputs } from './cloud-outputs.ts';
import { cloudPath } from './cloud-path.ts';
import { type CloudServices, contentResource, lockResource, objectsOf } from './cloud-services.ts';
import {
  createVersion,
  currentVersion,
  downloadVersion,
  showVersion,
  uploadJson,
  uploadVersion,
} from './cloud-versions.ts';
import { errorDocument } from './json-api.ts';
import { createProject, listProjects, ping, showEntitlements, showOrganization } from './organizations.ts';
import { forceUnlockWorkspace, lockWorkspace, unlockWorkspace } from './workspace-locks.ts';
import { addTags, listTagBindings, listTags, removeTags } from './workspace-tags.ts';
import {
  createWorkspace,
  deleteWorkspace,
  listWorkspaces,
  showWorkspace,
  updateWorkspace,
} from './workspaces.ts';

type Handler = (services: CloudServices, request: HttpRequest) => Promise<HttpReply> | HttpReply;
type Parameters = Readonly<Record<string, string>>;
type Access = HttpEndpoint['access'];

/** The object that a path names by an id, or by its organization and name. */
const objectIn = ({ organization, workspace = '', version, output }: Parameters): StateName => {
  if (version !== undefined) return versionOf(version);
  if (output !== undefined) return outputOf(output);
  return organization === undefined ? workspaceOf(workspace) : { namespace: organization, name: workspace };
};
const right = (verb: HttpAccess['verb'], of: Pick<HttpAccess, 'resource' | 'group'>): HttpAccess => ({
  verb,
  ...of,
  object: objectIn,
});
const content = { resource: contentResource };
const lock = { resource: lockResource };
/** Whoever may read the content may know of the workspace. */
const reads = right('get', content);

/**
 * The part of the API of Terraform Enterprise that `cloud {}` asks for when plans and applies run where Terraform does: it keeps the
 * states of the state backend under other names.
 * Spec: Terraform Enterprise API v2; JSON:API 1.1; github.com/hashicorp/go-tfe 1.70.
 */
export function cloudProtocol(services: CloudServices): HttpProtocol {
  const endpoint = (
    method: HttpEndpoint['methods'][number],
    below: string,
    access: Access,
    handle: Handler,
    more: Partial<Pick<HttpEndpoint, 'bodyBytesMax' | 'grant'>> = {},
  ): HttpEndpoint => ({
    methods: [method],
    path: `${cloudPath.prefix}${below}`,
    access,
    bodyBytesMax: 0,
    ...more,
    handle: (request) => handle(services, request),
  });
  return {
    ...cloudPath,
    endpoints: [
      ...organizationEndpoints(endpoint),
      ...workspaceEndpoints(endpoint),
      ...tagEndpoints(endpoint),
      ...versionEndpoints(endpoint, services),
    ],
    refuse: errorDocument,
  };
}

type MakeEndpoint = (
  method: HttpEndpoint['methods'][number],
  below: string,
  access: Access,
  handle: Handler,
  more?: Partial<Pick<HttpEndpoint, 'bodyBytesMax' | 'grant'>>,
) => HttpEndpoint;

const settings = { bodyBytesMax: settingsBytesMax };

function organizationEndpoints(endpoint: MakeEndpoint): HttpEndpoint[] {
  const organization = '/organizations/{organization}';
  return [
    endpoint('GET', '/ping', 'known', ping),
    endpoint('GET', organization, 'known', showOrganization),
    endpoint('GET', `${organization}/entitlement-set`, 'known', showEntitlements),
    endpoint('GET', `${organization}/projects`, 'known', listProjects),
    endpoint('POST', `${organization}/projects`, right('create', objectsOf), createProject, settings),
    endpoint('GET', `${organization}/workspaces`, 'known', listWorkspaces),
    endpoint('POST', `${organization}/workspaces`, right('create', objectsOf), createWorkspace, settings),
  ];
}

function workspaceEndpoints(endpoint: MakeEndpoint): HttpEndpoint[] {
  const both = ['/workspaces/{workspace}', '/organizations/{organization}/workspaces/{workspace}'];
  const isSafe =
    (safe: boolean): Handler =>
    (services, request) =>
      deleteWorkspace(services, request, { isSafe: safe });
  return both.flatMap((path) => [
    endpoint('GET', path, reads, showWorkspace),
    endpoint('PATCH', path, right('update', objectsOf), updateWorkspace, settings),
    endpoint('DELETE', path, right('delete', objectsOf), isSafe(false)),
    endpoint('POST', `${path}/actions/safe-delete`, right('delete', objectsOf), isSafe(true), settings),
    endpoint('POST', `${path}/actions/lock`, right('update', lock), lockWorkspace, {
      bodyBytesMax: lockBytesMax,
    }),
    endpoint('POST', `${path}/actions/unlock`, right('update', lock), unlockWorkspace, settings),
    endpoint('POST', `${path}/actions/force-unlock`, right('update', lock), forceUnlockWorkspace, settings),
  ]);
}

function tagEndpoints(endpoint: MakeEndpoint): HttpEndpoint[] {
  const path = '/workspaces/{workspace}';
  const tags = `${path}/relationships/tags`;
  const changes = right('update', objectsOf);
  return [
    endpoint('GET', tags, reads, listTags),
    endpoint('POST', tags, changes, (services, request) => addTags(services, request, 'tags'), settings),
    endpoint('DELETE', tags, changes, removeTags, settings),
    endpoint('GET', `${path}/tag-bindings`, reads, (services, request) =>
      listTagBindings(services, request, 'tag-bindings'),
    ),
    endpoint('GET', `${path}/effective-tag-bindings`, reads, (services, request) =>
      listTagBindings(services, request, 'effective-tag-bindings'),
    ),
    endpoint(
      'PATCH',
      `${path}/tag-bindings`,
      changes,
      (services, request) => addTags(services, request, 'tag-bindings'),
      settings,
    ),
  ];
}

function versionEndpoints(endpoint: MakeEndpoint, { urls }: CloudServices): HttpEndpoint[] {
  const workspace = '/workspaces/{workspace}';
  const version = '/state-versions/{version}';
  const writes = right('update', content);
  const grant: HttpEndpoint['grant'] = (request) => urls.read(request);
  return [
    endpoint('POST', `${workspace}/state-versions`, writes, createVersion, {
      bodyBytesMax: announcementBytesMax,
    }),
    endpoint('PUT', `${version}/content`, writes, uploadVersion, { bodyBytesMax: stateBytesMax, grant }),
    // The same state takes about twice as many bytes in the form for programs.
    endpoint('PUT', `${version}/json`, writes, uploadJson, { bodyBytesMax: 2 * stateBytesMax, grant }),
    endpoint('GET', `${workspace}/current-state-version`, reads, currentVersion),
    endpoint('GET', `${workspace}/current-state-version-outputs`, reads, currentOutputs),
    endpoint('GET', version, reads, showVersion),
    endpoint('GET', `${version}/download`, reads, downloadVersion),
    endpoint('GET', `${version}/outputs`, reads, versionOutputs),
    endpoint('GET', '/state-version-outputs/{output}', reads, showOutput),
  ];
}

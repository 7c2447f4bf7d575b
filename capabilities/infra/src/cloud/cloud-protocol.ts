import {
  type HttpAccess,
  type HttpEndpoint,
  type HttpProtocol,
  type HttpReply,
  type HttpRequest,
  runs,
} from '@plinth/kernel';
import {
  announcementBytesMax,
  configurationBytesMax,
  lockBytesMax,
  settingsBytesMax,
  stateBytesMax,
} from '../limits.ts';
import { stacks } from '../stack/stack-fields.ts';
import { outputOf, remoteObject, remoteOf, type StateName, versionOf, workspaceOf } from './cloud-ids.ts';
import { currentOutputs, showOutput, versionOutputs } from './cloud-outputs.ts';
import { cloudPath } from './cloud-path.ts';
import {
  applyResource,
  type CloudServices,
  configurationResource,
  contentResource,
  lockResource,
  objectsOf,
} from './cloud-services.ts';
import {
  createVersion,
  currentVersion,
  downloadVersion,
  showVersion,
  uploadJson,
  uploadVersion,
} from './cloud-versions.ts';
import { createConfiguration, showConfiguration, uploadConfiguration } from './configuration-uploads.ts';
import { errorDocument } from './json-api.ts';
import { createProject, listProjects, ping, showEntitlements, showOrganization } from './organizations.ts';
import {
  cancelRun,
  confirmRun,
  createRun,
  discardRun,
  listQueue,
  listRunEvents,
  listRuns,
  planForDrawing,
  planJson,
  policyOutput,
  readLog,
  showApply,
  showPlan,
  showPolicyCheck,
  showRun,
} from './remote-runs.ts';
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
const objectIn = ({
  organization,
  workspace = '',
  version,
  output,
  configuration,
  run,
  plan,
}: Parameters): StateName => {
  if (version !== undefined) return versionOf(version);
  if (output !== undefined) return outputOf(output);
  const remote = configuration ?? run ?? plan;
  if (remote !== undefined) return remoteOf(remote);
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
 * The part of the API of Terraform Enterprise that `cloud {}` asks for: it keeps the states of the state backend under other names,
 * and has plans and applies run by stacks.
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
      ...configurationEndpoints(endpoint, services),
      ...runEndpoints(endpoint),
      ...phaseEndpoints(endpoint, services),
    ],
    refuse: errorDocument,
  };
}

/** What runs where Plinth runs. */
const uploads = { resource: configurationResource };
const mayReadRun = (resource: string): HttpAccess => ({
  verb: 'get',
  group: runs.group,
  resource,
  object: ({ run, plan, apply, check }) => remoteObject(remoteOf(run ?? plan ?? apply ?? check ?? '')),
});
const readsRun = mayReadRun(runs.resource);

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

function configurationEndpoints(endpoint: MakeEndpoint, { urls }: CloudServices): HttpEndpoint[] {
  const configuration = '/configuration-versions/{configuration}';
  const creates = right('create', uploads);
  return [
    endpoint(
      'POST',
      '/workspaces/{workspace}/configuration-versions',
      creates,
      createConfiguration,
      settings,
    ),
    endpoint('GET', configuration, creates, showConfiguration),
    endpoint('PUT', `${configuration}/content`, creates, uploadConfiguration, {
      bodyBytesMax: configurationBytesMax,
      grant: (request) => urls.read(request),
    }),
  ];
}

function runEndpoints(endpoint: MakeEndpoint): HttpEndpoint[] {
  const run = '/runs/{run}';
  const creates = right('create', uploads);
  const applies = right('create', { resource: applyResource });
  return [
    // The body names the workspace, at which the right is asked for.
    endpoint('POST', '/runs', 'known', createRun, settings),
    endpoint('GET', run, readsRun, showRun),
    endpoint('GET', `${run}/run-events`, readsRun, listRunEvents),
    endpoint('POST', `${run}/actions/apply`, applies, confirmRun, settings),
    endpoint('POST', `${run}/actions/discard`, creates, discardRun, settings),
    endpoint('POST', `${run}/actions/cancel`, creates, cancelRun, settings),
    endpoint('GET', '/workspaces/{workspace}/runs', reads, listRuns),
    endpoint('GET', '/organizations/{organization}/runs/queue', 'known', listQueue),
  ];
}

function phaseEndpoints(endpoint: MakeEndpoint, { urls }: CloudServices): HttpEndpoint[] {
  const [plan, apply, check] = ['/plans/{plan}', '/applies/{apply}', '/policy-checks/{check}'];
  const readsLog = mayReadRun(`${runs.resource}/log`);
  const readsPlan = right('get', { resource: `${stacks.resource}/plan` });
  const grant: HttpEndpoint['grant'] = (request) => urls.read(request);
  const signature = 'plinth-signature/{signature}';
  return [
    endpoint('GET', plan, readsRun, showPlan),
    endpoint('GET', `${plan}/json-output`, readsPlan, planJson),
    endpoint('GET', `${plan}/json-output-redacted`, readsPlan, planForDrawing),
    endpoint('GET', apply, readsRun, showApply),
    endpoint('GET', check, readsRun, showPolicyCheck),
    endpoint('GET', `${check}/output`, readsRun, policyOutput),
    endpoint('GET', `${plan}/log/${signature}`, readsLog, (s, r) => readLog(s, r, 'plan'), { grant }),
    endpoint('GET', `${apply}/log/${signature}`, readsLog, (s, r) => readLog(s, r, 'apply'), { grant }),
  ];
}

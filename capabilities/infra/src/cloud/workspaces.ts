import { draft, type HttpReply, type HttpRequest, isAlreadyThere, StatusError } from '@plinth/kernel';
import { descriptionMax, listedWorkspacesMax } from '../limits.ts';
import type { Stack } from '../stack/stack-fields.ts';
import { type TerraformState, terraformStateKind, terraformStates } from '../state/terraform-state-kind.ts';
import { remoteId, type StateName, workspaceId, workspaceOf } from './cloud-ids.ts';
import {
  applyResource,
  type CloudServices,
  configurationResource,
  contentResource,
  lockResource,
  nameOf,
  objectsOf,
  stateAt,
  statesIn,
} from './cloud-services.ts';
import {
  document,
  invalid,
  noContent,
  type Resource,
  readResource,
  related,
  type SentResource,
  textOf,
} from './json-api.ts';
import { organizationOf, projectId } from './organizations.ts';
import { currentRun, remoteNameOf, remoteStack } from './remote-stacks.ts';
import { readTags, tagNames, tagsOf } from './workspace-tags.ts';

/** A workspace is a TerraformState of the namespace that its organization is. */
export function workspaceResource(
  services: CloudServices,
  state: TerraformState,
  { may }: HttpRequest,
): Resource {
  const { spec, status, metadata } = state;
  const name = nameOf(state);
  const stack = remoteStack(services, name);
  const mayDo = (verb: 'update' | 'delete' | 'get', resource: string): boolean =>
    may({ verb, resource, at: name });
  const mayRun = (resource: string): boolean =>
    stack !== undefined && may({ verb: 'create', resource, at: name });
  const mayDelete = may({ ...objectsOf, verb: 'delete', at: name });
  return {
    id: workspaceId(name),
    type: 'workspaces',
    attributes: {
      name: name.name,
      description: spec?.description ?? '',
      locked: status?.lock !== undefined,
      'execution-mode': stack ? 'remote' : 'local',
      operations: stack !== undefined,
      // Plans are drawn here, alike for terminals and for pull requests.
      'structured-run-output-enabled': false,
      'working-directory': stack ? stack.spec.workingDirectory.replace(/^\.\/?/, '') : '',
      // Which version runs is the client's affair.
      'terraform-version': 'latest',
      'resource-count': status?.resources ?? 0,
      'created-at': metadata.creationTimestamp,
      'updated-at': status?.updatedAt ?? metadata.creationTimestamp,
      'tag-names': tagNames(state),
      permissions: {
        'can-lock': mayDo('update', lockResource),
        'can-unlock': mayDo('update', lockResource),
        'can-force-unlock': mayDo('delete', lockResource),
        'can-read-settings': true,
        'can-update': may({ ...objectsOf, verb: 'update', at: name }),
        'can-destroy': mayDelete,
        'can-force-delete': mayDelete,
        'can-queue-run': mayRun(configurationResource),
        'can-queue-apply': mayRun(applyResource),
        'can-queue-destroy': mayRun(applyResource),
      },
    },
    relationships: {
      organization: { data: { id: name.namespace, type: 'organizations' } },
      project: { data: { id: projectId(name.namespace), type: 'projects' } },
      ...currentRunOf(services, stack),
    },
  };
}

function currentRunOf(services: CloudServices, stack: Stack | undefined): Resource['relationships'] & object {
  const run = stack && currentRun(services, stack);
  return run ? { 'current-run': { data: { id: remoteId('run', remoteNameOf(run)), type: 'runs' } } } : {};
}

export function showWorkspace(services: CloudServices, request: HttpRequest): HttpReply {
  return document(workspaceResource(services, stateAt(services, workspaceNamed(request)), request));
}

/** The workspaces whose content somebody may read. */
export function listWorkspaces(services: CloudServices, request: HttpRequest): HttpReply {
  const organization = organizationOf(services, request);
  const { query, may } = request;
  const isAsked = filterOf(query);
  const all = statesIn(services, organization)
    .filter((state) => may({ verb: 'get', resource: contentResource, at: nameOf(state) }))
    .filter(isAsked)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const size = Math.min(Math.max(pageOf(query, 'size', 20), 1), listedWorkspacesMax);
  const pages = Math.max(Math.ceil(all.length / size), 1);
  const page = Math.max(pageOf(query, 'number', 1), 1);
  const shown = all.slice((page - 1) * size, page * size);
  return document(
    shown.map((state) => workspaceResource(services, state, request)),
    {
      meta: {
        pagination: {
          'current-page': page,
          'page-size': size,
          'prev-page': page > 1 ? page - 1 : null,
          'next-page': page < pages ? page + 1 : null,
          'total-pages': pages,
          'total-count': all.length,
        },
      },
    },
  );
}

/** Spec: Terraform Enterprise API, List workspaces: query parameters. */
function filterOf(query: URLSearchParams): (state: TerraformState) => boolean {
  const listed = (name: string): string[] => (query.get(name) ?? '').split(',').filter((one) => one !== '');
  const [tags, excluded] = [listed('search[tags]'), listed('search[exclude-tags]')];
  const part = query.get('search[name]') ?? '';
  const bindings = [...query]
    .map(([name, key]) => [/^filter\[tagged\]\[(\d+)\]\[key\]$/.exec(name)?.[1], key] as const)
    .filter(([number]) => number !== undefined)
    .map(([number, key]) => [key, query.get(`filter[tagged][${number}][value]`) ?? ''] as const);
  return (state) => {
    const own = tagsOf(state);
    return (
      state.metadata.name.includes(part) &&
      tags.every((key) => Object.hasOwn(own, key)) &&
      !excluded.some((key) => Object.hasOwn(own, key)) &&
      bindings.every(([key, value]) => Object.hasOwn(own, key) && (value === '' || own[key] === value))
    );
  };
}

/** @throws StatusError 400 */
function pageOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(`page[${name}]`);
  if (text === null) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new StatusError(400, 'BadRequest', `page[${name}]: expected a whole number`);
}

export async function createWorkspace(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const namespace = organizationOf(services, request);
  const sent = readResource(request.body, 'workspaces');
  const name = textOf(sent, 'name', 253) ?? '';
  // The form of names of objects, which the API would explain in terms that no client of this one knows.
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    throw invalid('name', `expected lower-case letters, digits and dashes, found ${JSON.stringify(name)}`);
  }
  const spec = { ...settingsOf(services, sent, { namespace, name }), tags: sentTags(sent) };
  const { group, version, kind } = terraformStateKind;
  await request.enter('create', { workspace: workspaceId({ namespace, name }) });
  try {
    const object = { ...draft(`${group}/${version}`, kind, { namespace, name }), spec };
    const state = await services.client.create(terraformStates, object);
    return document(workspaceResource(services, state, request), { status: 201 });
  } catch (error) {
    if (isAlreadyThere(error)) throw invalid('name', `there is a workspace ${namespace}/${name} already`);
    throw error;
  }
}

function sentTags(sent: SentResource): Record<string, string> {
  const names = related(sent, 'tags', 'tags') ?? [];
  return readTags([...names, ...(related(sent, 'tag-bindings', 'tag-bindings') ?? [])]);
}

/**
 * Changes the description. The version of the program is taken and says nothing, as runs are the client's; clients set it in
 * every workspace that they make.
 */
export async function updateWorkspace(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const name = workspaceNamed(request);
  const state = stateAt(services, name);
  const sent = readResource(request.body, 'workspaces');
  const renamed = textOf(sent, 'name', 253);
  if (renamed !== undefined && renamed !== name.name) {
    throw invalid('name', 'a workspace keeps its name; make another one and move the state to it');
  }
  const settings = settingsOf(services, sent, name);
  if (Object.keys(settings).length === 0) return document(workspaceResource(services, state, request));
  await request.enter('update', { workspace: workspaceId(name) });
  const changed = await services.client.patch(terraformStates, name, { spec: settings });
  return document(workspaceResource(services, changed, request));
}

/** @throws StatusError 422 for what no workspace here can be */
function settingsOf(services: CloudServices, sent: SentResource, name: StateName): { description?: string } {
  const expected = remoteStack(services, name) ? 'remote' : 'local';
  const mode = textOf(sent, 'execution-mode', 64) ?? expected;
  if (mode !== expected) {
    const why = 'a workspace is remote when a Stack of its name has the source upload';
    throw invalid('execution-mode', `expected "${expected}", found ${JSON.stringify(mode)}: ${why}`);
  }
  const description = textOf(sent, 'description', descriptionMax);
  return description === undefined ? {} : { description };
}

/** Deletes a workspace with all of its versions; `isSafe` only one that knows of no resources. */
export async function deleteWorkspace(
  services: CloudServices,
  request: HttpRequest,
  { isSafe }: { readonly isSafe: boolean },
): Promise<HttpReply> {
  const name = workspaceNamed(request);
  const { status, metadata } = stateAt(services, name);
  const resources = status?.resources ?? 0;
  if (isSafe && resources > 0) {
    throw new StatusError(
      409,
      'Conflict',
      `the workspace still has resources (${resources}); destroy them before, or delete it by force`,
    );
  }
  const { uid, resourceVersion } = metadata;
  await services.client.delete(terraformStates, name, {
    uid,
    // What was looked at is what goes.
    ...(isSafe && resourceVersion !== undefined ? { resourceVersion } : {}),
  });
  return noContent();
}

/** The workspace that a path names, by its id or by its organization and name. */
export function workspaceNamed({ parameters }: Pick<HttpRequest, 'parameters'>): StateName {
  const { workspace = '', organization } = parameters;
  return organization === undefined ? workspaceOf(workspace) : { namespace: organization, name: workspace };
}

import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import { uploadMs } from '../limits.ts';
import { addressOf } from './address.ts';
import { type RemoteName, remoteId, remoteObject, remoteOf } from './cloud-ids.ts';
import { cloudPath } from './cloud-path.ts';
import type { CloudServices } from './cloud-services.ts';
import { document, flagOf, type Resource, readResource } from './json-api.ts';
import { stackAt } from './remote-stacks.ts';
import { workspaceNamed } from './workspaces.ts';

// A configuration is announced, and put to a URL that the answer names, as a state is. Its name is chosen here; it is there when its
// files are.

/** Announces a configuration, and tells where its files are to be put. */
export function createConfiguration(services: CloudServices, request: HttpRequest): HttpReply {
  const { urls, random, tenant } = services;
  const workspace = workspaceNamed(request);
  const { stack } = stackAt(services, workspace);
  if (stack.spec.suspend) {
    const { namespace, name } = workspace;
    throw new StatusError(
      409,
      'Conflict',
      `Stack ${namespace}/${name} is suspended: set its spec.suspend to false first`,
    );
  }
  const sent = readResource(request.body, 'configuration-versions');
  const speculative = flagOf(sent, 'speculative') ?? false;
  const name = { ...workspace, suffix: Buffer.from(random.bytes(5)).toString('hex') };
  const upload = urls.sign({
    method: 'PUT',
    path: `${cloudPath.prefix}/configuration-versions/${remoteId('cv', name)}/content`,
    user: request.user,
    lifetimeMs: uploadMs,
    facts: { speculative: String(speculative) },
  });
  const address = addressOf(request, tenant);
  const resource = configurationResource(name, { status: 'pending', speculative });
  const attributes = { ...resource.attributes, 'upload-url': `${address}${upload}` };
  return document({ ...resource, attributes }, { status: 201 });
}

/** Takes the files of a configuration that was announced. */
export async function uploadConfiguration(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { body, facts, user } = request;
  const named = configurationNamed(request);
  const { stack, parts } = stackAt(services, named);
  const speculative = facts['speculative'] === 'true';
  await parts.configurations.upload({
    stack,
    name: remoteObject(named).name,
    speculative,
    archive: body,
    by: user.username,
    entry: (sha256) =>
      request.entry('upload', { configuration: remoteId('cv', named), sha256, bytes: body.length }),
  });
  return { status: 200, contentType: 'text/plain', body: '' };
}

/** A configuration, which clients ask for until its files are there. */
export function showConfiguration(services: CloudServices, request: HttpRequest): HttpReply {
  const named = configurationNamed(request);
  const { parts } = stackAt(services, named);
  const found = parts.configurations.find(remoteObject(named));
  const status = found ? 'uploaded' : 'pending';
  return document(configurationResource(named, { status, speculative: found?.spec.speculative ?? false }));
}

function configurationResource(
  name: RemoteName,
  { status, speculative }: { readonly status: 'pending' | 'uploaded'; readonly speculative: boolean },
): Resource {
  return {
    id: remoteId('cv', name),
    type: 'configuration-versions',
    attributes: { status, speculative, provisional: false, 'auto-queue-runs': false, source: 'tfe-api' },
  };
}

function configurationNamed({ parameters }: HttpRequest): RemoteName {
  return remoteOf(parameters['configuration'] ?? '');
}

import { type HttpReply, type HttpRequest, StatusError } from '@plinth/kernel';
import { snapshotIntervalSeconds, uploadMs } from '../limits.ts';
import { asState } from '../state/as-state.ts';
import { contentReply } from '../state/content-reply.ts';
import type { KeptVersion } from '../state/state-versions.ts';
import { addressOf } from './address.ts';
import { type StateName, type VersionName, versionId, versionOf, workspaceId } from './cloud-ids.ts';
import { cloudPath } from './cloud-path.ts';
import { type CloudServices, stateAt, urlOf } from './cloud-services.ts';
import { document, invalid, type Resource, readResource, type SentResource, textOf } from './json-api.ts';
import { ownLockId } from './workspace-locks.ts';
import { workspaceNamed } from './workspaces.ts';

// A state comes in two steps: a version is announced, and its content is put to a URL that the answer names. Nothing is kept of
// the first step. What it decided on goes with the URL, signed, and the second step is the write of the state backend.

/** Clients write while they work as often as this says, so that one that dies loses little. */
const snapshotHeaders = { 'X-Terraform-Snapshot-Interval': String(snapshotIntervalSeconds) };

/** Announces a version, and tells where its content is to be put. @throws StatusError 409 when it would be refused there */
export async function createVersion(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { states, urls, clock } = services;
  const { user } = request;
  const name = workspaceNamed(request);
  const state = stateAt(services, name);
  const sent = readResource(request.body, 'state-versions');
  const serial = serialOf(sent);
  const md5 = textOf(sent, 'md5', 32) ?? '';
  if (!/^[0-9a-f]{32}$/.test(md5)) throw invalid('md5', 'expected an MD5 digest in hexadecimal');
  if (sent.attributes['state'] !== undefined) {
    throw invalid(
      'state',
      'the content is put to hosted-state-upload-url; use a newer version of the client',
    );
  }
  const lineage = textOf(sent, 'lineage', 256);
  const lockId = ownLockId(state.status?.lock, user.username);
  await states.requireWritable(name, {
    serial,
    ...(lineage === undefined ? {} : { lineage }),
    md5: Buffer.from(md5, 'hex').toString('base64'),
    lockId,
    by: user.username,
  });
  const id = versionId({ ...name, serial });
  const upload = (below: string): string =>
    urls.sign({
      method: 'PUT',
      path: `${cloudPath.prefix}/state-versions/${id}/${below}`,
      user,
      lifetimeMs: uploadMs,
      facts: { md5, lock: lockId },
    });
  const address = addressOf(request, services.tenant);
  return document(
    {
      id,
      type: 'state-versions',
      attributes: {
        serial,
        status: 'pending',
        'created-at': new Date(clock.now()).toISOString(),
        'hosted-state-upload-url': `${address}${upload('content')}`,
        'hosted-json-state-upload-url': `${address}${upload('json')}`,
      },
    },
    { status: 201, headers: snapshotHeaders },
  );
}

function serialOf({ attributes }: SentResource): number {
  const { serial } = attributes;
  if (typeof serial === 'number' && Number.isSafeInteger(serial) && serial >= 0) return serial;
  throw invalid('serial', 'expected a whole number');
}

/** Takes the content of a version that was announced. */
export async function uploadVersion(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { body, facts, user } = request;
  const { serial, ...name } = versionNamed(request);
  const packed = await asState(() => services.states.packer.pack(body));
  if (Buffer.from(packed.md5, 'base64').toString('hex') !== facts['md5']) {
    throw new StatusError(400, 'BadRequest', `the content is not what was announced: md5 is ${packed.md5}`);
  }
  if (packed.header.serial !== serial) {
    throw invalid('serial', `${serial} was announced, and the content has ${packed.header.serial}`);
  }
  const entry = request.entry('write', { serial, sha256: packed.sha256, bytes: packed.sizeBytes });
  const lockId = facts['lock'] ?? '';
  await services.states.write(name, { packed, lockId, by: user.username, entry });
  return { status: 200, contentType: 'text/plain', body: '' };
}

/**
 * Takes the state as `terraform show -json` prints it, and lets it go: clients insist on sending it, it says what the content says,
 * and would be another copy of all secrets.
 */
export function uploadJson(): HttpReply {
  return { status: 200, contentType: 'text/plain', body: '' };
}

/** The newest version. @throws StatusError 404 when nothing has been written */
export async function currentVersion(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const { name, version } = await newestVersion(services, request);
  return document(versionResource(services, request, name, version), { headers: snapshotHeaders });
}

/** The newest version of the workspace that a path names. @throws StatusError 404 */
export async function newestVersion(
  services: CloudServices,
  request: HttpRequest,
): Promise<{ readonly name: StateName; readonly version: KeptVersion }> {
  const name = workspaceNamed(request);
  const { status } = stateAt(services, name);
  if (status?.serial === undefined) throw notWritten(name);
  return { name, version: await findVersion(services, { ...name, serial: status.serial }) };
}

export async function showVersion(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const named = versionNamed(request);
  return document(versionResource(services, request, named, await findVersion(services, named)));
}

/** The content, byte for byte as it came. */
export async function downloadVersion(services: CloudServices, request: HttpRequest): Promise<HttpReply> {
  const named = versionNamed(request);
  const state = stateAt(services, named);
  const version = await findVersion(services, named);
  const [reply] = await Promise.all([
    contentReply(services.states.versions, { state, version }, request),
    request.enter('read', { serial: named.serial }),
  ]);
  return reply;
}

/** @throws StatusError 404 */
export async function findVersion(services: CloudServices, named: VersionName): Promise<KeptVersion> {
  const found = await services.states.versions.find(stateAt(services, named), named.serial);
  if (found) return found;
  const { serial, ...name } = named;
  throw new StatusError(404, 'NotFound', `the workspace ${workspaceId(name)} has no serial ${serial}`);
}

function notWritten({ namespace, name }: StateName): StatusError {
  return new StatusError(404, 'NotFound', `nothing has been written to the workspace ${namespace}/${name}`);
}

function versionResource(
  services: CloudServices,
  request: HttpRequest,
  { namespace, name }: StateName,
  version: KeptVersion,
): Resource {
  const { serial } = version;
  const id = versionId({ namespace, name, serial });
  return {
    id,
    type: 'state-versions',
    attributes: {
      serial,
      status: 'finalized',
      'created-at': version.at,
      'state-version': 4,
      'terraform-version': version.terraformVersion,
      size: version.sizeBytes,
      'resources-processed': true,
      'hosted-state-download-url': urlOf(services, request, `/state-versions/${id}/download`),
    },
    relationships: { workspace: { data: { id: workspaceId({ namespace, name }), type: 'workspaces' } } },
  };
}

function versionNamed({ parameters }: HttpRequest): VersionName {
  return versionOf(parameters['version'] ?? '');
}

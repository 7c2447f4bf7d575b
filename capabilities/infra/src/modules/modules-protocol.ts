import {
  type CapabilityContext,
  type HttpAccess,
  type HttpEndpoint,
  type HttpProtocol,
  type HttpReply,
  type HttpRequest,
  SignedUrls,
  StatusError,
} from '@plinth/kernel';
import { moduleDocs } from '@plinth/terraform-module';
import { clusterPath } from '../cloud/address.ts';
import { archiveBytesMax, downloadMs } from '../limits.ts';
import { addressOf, type ModuleAddress, moduleObject, versionIn } from './module-names.ts';
import { modulesPath } from './module-path.ts';
import type { ModuleVersionObject } from './module-version-kind.ts';
import type { Modules } from './modules.ts';

const module = `${modulesPath.prefix}/{namespace}/{name}/{provider}`;
const version = `${module}/{version}`;

const right = (verb: HttpAccess['verb']): HttpAccess => ({
  verb,
  resource: 'modules/content',
  object: ({ namespace = '', name = '', provider = '' }) => ({
    namespace,
    name: moduleObject({ name, provider }),
  }),
});

/**
 * The private registry of modules, and how versions come into it.
 * Spec: Terraform, Module Registry Protocol (modules.v1).
 */
export function modulesProtocol(
  registry: Modules,
  { keys, clock, tenant }: Pick<CapabilityContext, 'keys' | 'clock' | 'tenant'>,
): HttpProtocol {
  const urls = new SignedUrls(() => keys.all('URLs of module archives'), clock);
  const endpoint = (
    method: HttpEndpoint['methods'][number],
    path: string,
    handle: HttpEndpoint['handle'],
    more: Partial<HttpEndpoint> = {},
  ): HttpEndpoint => ({
    methods: [method],
    path,
    access: right('get'),
    bodyBytesMax: 0,
    ...more,
    handle,
  });
  return {
    ...modulesPath,
    endpoints: [
      endpoint('GET', `${module}/versions`, (request) => listVersions(registry, request)),
      endpoint('GET', `${version}/download`, (request) => download(registry, urls, tenant, request)),
      // Clients fetch archives without their credential.
      endpoint('GET', `${version}/archive.tar.gz`, (request) => archive(registry, request), {
        grant: (request) => urls.read(request),
      }),
      endpoint('GET', `${version}/docs`, (request) => docs(registry, request)),
      endpoint('GET', version, (request) => jsonReply(200, told(versionAt(registry, request)))),
      endpoint('PUT', version, (request) => upload(registry, request), {
        access: right('create'),
        bodyBytesMax: archiveBytesMax,
      }),
    ],
    refuse: ({ code, message }) => jsonReply(code, { errors: [message] }),
  };
}

function jsonReply(status: number, value: unknown): HttpReply {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

function versionAt(registry: Modules, { parameters }: HttpRequest): ModuleVersionObject {
  return registry.version(addressOf(parameters), versionIn(parameters));
}

function sourceOf({ namespace, name, provider }: ModuleAddress): string {
  return `${namespace}/${name}/${provider}`;
}

/** The versions that clients choose from, with what speaks against one. */
function listVersions(registry: Modules, { parameters }: HttpRequest): HttpReply {
  const address = addressOf(parameters);
  const found = registry.versions(address);
  if (found.length === 0)
    throw new StatusError(404, 'NotFound', `there is no module ${sourceOf(address)}, or no version of it`);
  const versions = found.map(({ spec }) => ({
    version: spec.version,
    root: { providers: spec.interface.providers, dependencies: spec.interface.modules },
    ...(spec.deprecated === undefined ? {} : { deprecation: { reason: spec.deprecated } }),
  }));
  return jsonReply(200, { modules: [{ source: sourceOf(address), versions }] });
}

/** Tells where the archive is. */
function download(registry: Modules, urls: SignedUrls, tenant: string, request: HttpRequest): HttpReply {
  const { spec } = versionAt(registry, request);
  const path = request.path.replace(/\/download\/?$/, '/archive.tar.gz');
  const signed = urls.sign({
    method: 'GET',
    path,
    user: request.user,
    lifetimeMs: downloadMs,
    facts: { sha256: spec.sha256 },
  });
  const headers = { 'X-Terraform-Get': `${clusterPath(tenant)}${signed}` };
  return { status: 204, contentType: 'application/json', headers, body: '' };
}

async function archive(registry: Modules, request: HttpRequest): Promise<HttpReply> {
  const found = versionAt(registry, request);
  const { sha256, version: served } = found.spec;
  // The version may have been deleted, and another one published under its name.
  if (request.facts['sha256'] !== sha256)
    throw new StatusError(404, 'NotFound', 'the archive that this URL was given for is not there any more');
  const [body] = await Promise.all([
    registry.archive(found),
    request.enter('read', { version: served, sha256 }),
  ]);
  return {
    status: 200,
    contentType: 'application/gzip',
    headers: { ETag: `"${sha256}"` },
    body,
    isRaw: true,
  };
}

/** A page of Markdown about a version. */
function docs(registry: Modules, request: HttpRequest): HttpReply {
  const address = addressOf(request.parameters);
  const { spec } = versionAt(registry, request);
  const body = moduleDocs({
    source: `${request.headers.host ?? 'HOST'}/${sourceOf(address)}`,
    version: spec.version,
    description: registry.module(address)?.spec?.description,
    deprecated: spec.deprecated,
    interface: spec.interface,
  });
  return { status: 200, contentType: 'text/markdown; charset=utf-8', body };
}

/** Publishes an archive as a version. */
async function upload(registry: Modules, request: HttpRequest): Promise<HttpReply> {
  const { parameters, body, user } = request;
  const address = addressOf(parameters);
  const asked = versionIn(parameters);
  const { object, isNew } = await registry.publish({
    address,
    version: asked,
    archive: body,
    by: user.username,
    entry: (sha256) =>
      request.entry('publish', {
        module: sourceOf(address),
        version: asked.text,
        sha256,
        bytes: body.length,
      }),
  });
  return jsonReply(isNew ? 201 : 200, told(object));
}

/** What is told of a version. */
function told({ spec, status }: ModuleVersionObject): object {
  const { version: text, sha256, sizeBytes, files, deprecated } = spec;
  const { publishedAt, publishedBy, changes = [] } = status ?? {};
  return {
    version: text,
    sha256,
    sizeBytes,
    files,
    ...(deprecated === undefined ? {} : { deprecated }),
    publishedAt,
    publishedBy,
    changes,
    interface: spec.interface,
  };
}

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
import { clusterPath } from '../cloud/address.ts';
import { downloadMs, providerBytesMax } from '../limits.ts';
import { packageIn, providerIn, versionIn } from './provider-names.ts';
import type { ProviderPackage } from './provider-package-kind.ts';
import { providersPath } from './provider-path.ts';
import type { Providers } from './providers.ts';

const provider = `${providersPath.prefix}/{hostname}/{namespace}/{type}`;
const archivePath = `${provider}/{version}/{platform}`;

/** The name of the object of a right is the source of the provider, so that rights can be given for one alone. */
const right = (verb: HttpAccess['verb']): HttpAccess => ({
  verb,
  resource: 'providers/content',
  object: ({ hostname = '', namespace = '', type = '' }) => ({
    namespace: '',
    name: `${hostname}/${namespace}/${type}`,
  }),
});

/**
 * The mirror of providers, and how packages come into it.
 * Spec: Terraform, Provider Network Mirror Protocol.
 */
export function providersProtocol(
  mirror: Providers,
  { keys, clock, tenant }: Pick<CapabilityContext, 'keys' | 'clock' | 'tenant'>,
): HttpProtocol {
  const urls = new SignedUrls(() => keys.all('URLs of provider packages'), clock);
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
    ...providersPath,
    endpoints: [
      endpoint('GET', `${provider}/index.json`, (request) => listVersions(mirror, request)),
      endpoint('GET', `${provider}/{file}`, (request) => listPackages(mirror, urls, tenant, request)),
      // Clients fetch archives without their credential.
      endpoint('GET', `${archivePath}/{file}`, (request) => archive(mirror, request), {
        grant: (request) => urls.read(request),
      }),
      endpoint('PUT', archivePath, (request) => upload(mirror, request), {
        access: right('create'),
        bodyBytesMax: providerBytesMax,
      }),
    ],
    refuse: ({ code, message }) => jsonReply(code, { errors: [message] }),
  };
}

function jsonReply(status: number, value: unknown): HttpReply {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

function listVersions(mirror: Providers, { parameters }: HttpRequest): HttpReply {
  const found = mirror.packages(providerIn(parameters));
  if (found.length === 0) throw new StatusError(404, 'NotFound', 'there is no package of this provider');
  return jsonReply(200, { versions: Object.fromEntries(found.map(({ spec }) => [spec.version, {}])) });
}

/** The packages of a version, with the hashes by which clients tell that they have the right ones. */
function listPackages(
  mirror: Providers,
  urls: SignedUrls,
  tenant: string,
  { parameters, user, path }: HttpRequest,
): HttpReply {
  const [, version] = /^(.+)\.json$/.exec(parameters['file'] ?? '') ?? [];
  if (version === undefined)
    throw new StatusError(404, 'NotFound', 'expected index.json, or a version with .json');
  const asked = versionIn({ version });
  const found = mirror.packages(providerIn(parameters)).filter(({ spec }) => spec.version === asked);
  if (found.length === 0) throw new StatusError(404, 'NotFound', `there is no version ${asked}`);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const archives = found.map(({ spec: { type, platform, sha256, h1 } }) => {
    const file = `terraform-provider-${type}_${asked}_${platform}.zip`;
    const signed = urls.sign({
      method: 'GET',
      path: `${directory}/${asked}/${platform}/${file}`,
      user,
      lifetimeMs: downloadMs,
      facts: { sha256 },
    });
    return [platform, { url: `${clusterPath(tenant)}${signed}`, hashes: [h1, `zh:${sha256}`] }] as const;
  });
  return jsonReply(200, { archives: Object.fromEntries<object>(archives) });
}

async function archive(mirror: Providers, request: HttpRequest): Promise<HttpReply> {
  const found = mirror.package(packageIn(request.parameters));
  const { sha256, version, platform } = found.spec;
  // The package may have been deleted, and another one published under its name.
  if (request.facts['sha256'] !== sha256)
    throw new StatusError(404, 'NotFound', 'the archive that this URL was given for is not there any more');
  const [body] = await Promise.all([
    mirror.archive(found),
    request.enter('read', { version, platform, sha256 }),
  ]);
  return { status: 200, contentType: 'application/zip', headers: { ETag: `"${sha256}"` }, body, isRaw: true };
}

/** Publishes an archive; `hash` may stand in the query as often as there are hashes that it must have. */
async function upload(mirror: Providers, request: HttpRequest): Promise<HttpReply> {
  const { parameters, query, body, user } = request;
  const address = packageIn(parameters);
  const { version, platform } = address;
  const { object, isNew } = await mirror.publish({
    address,
    archive: body,
    hashes: query.getAll('hash'),
    by: user.username,
    entry: (sha256) => request.entry('publish', { version, platform, sha256, bytes: body.length }),
  });
  return jsonReply(isNew ? 201 : 200, told(object));
}

function told({ spec, status }: ProviderPackage): object {
  const { version, platform, sizeBytes, sha256, h1 } = spec;
  const { publishedAt, publishedBy } = status ?? {};
  return { version, platform, sizeBytes, hashes: [h1, `zh:${sha256}`], publishedAt, publishedBy };
}

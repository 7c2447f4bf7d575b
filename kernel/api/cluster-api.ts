import type { IncomingMessage } from 'node:http';
import type { AuditTrail } from '../audit/trail.ts';
import type { Authenticator, Authorizer, UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import { forbidden, methodNotAllowed, StatusError, unknownPath } from '../model/status-error.ts';
import { Discovery, discoveryContentType, discoveryForm } from './discovery.ts';
import { accessOf, hasRight, requireAccess } from './endpoint-access.ts';
import {
  type FoundEndpoint,
  type HttpEndpoint,
  type HttpMethod,
  type HttpProtocol,
  type HttpRequest,
  HttpRouter,
  type UrlGrant,
} from './http-protocol.ts';
import { impersonated } from './impersonation.ts';
import { bodyBytesMax } from './limits.ts';
import type { Objects } from './objects.ts';
import { OpenApi } from './openapi.ts';
import { openApiV2Protobuf } from './openapi-v2-protobuf.ts';
import type { Registry } from './registry.ts';
import type { RequestInfo } from './request-info.ts';
import { ResourceRoutes } from './resource-routes.ts';
import type { Exchange } from './respond.ts';
import { signaturePlace } from './signed-urls.ts';

/** What the API of a cluster stands on. */
export interface ClusterApiOptions {
  /** The tenant whose virtual cluster it is. */
  readonly name: string;
  readonly objects: Objects;
  readonly registry: Registry;
  /** Knows those who belong to this cluster, and nobody else. */
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly audit: AuditTrail;
  /** What answers GETs of paths below a prefix, after authorization of the path. */
  readonly paths: readonly PathRoute[];
  /** What capabilities serve beside the Kubernetes API. */
  readonly protocols: readonly HttpProtocol[];
  /** Version of the program, such as `0.1.0`. */
  readonly version: string;
  /** The text of `/metrics`; absent: there is no such path. */
  readonly metrics?: () => string;
  /**
   * Asked before a request is served.
   * @throws StatusError 429
   */
  readonly admit?: () => void;
}

/** Answers requests for paths that are not resources. */
export interface PathRoute {
  /** With a leading slash and without a closing one. */
  readonly prefix: string;
  /** @throws StatusError of any refusal */
  handle(exchange: Exchange, info: RequestInfo, user: UserInfo): Promise<void> | void;
}

/** The Kubernetes release whose API this server speaks. */
const kubernetesVersion = { major: '1', minor: '33' } as const;

/** The Kubernetes API of one virtual cluster: all of it but connections, authentication and whose turn it is. */
export class ClusterApi {
  readonly #options: ClusterApiOptions;
  readonly #routes: ResourceRoutes;
  readonly #discovery: Discovery;
  readonly #openapi: OpenApi;
  readonly #router: HttpRouter;
  #isClosed = false;

  constructor(options: ClusterApiOptions) {
    this.#options = options;
    this.#routes = new ResourceRoutes(options.objects, options.registry);
    this.#discovery = new Discovery(options.registry);
    this.#openapi = new OpenApi(options.registry, options.version);
    this.#router = new HttpRouter(options.protocols);
  }

  get name(): string {
    return this.#options.name;
  }

  get authenticator(): Authenticator {
    return this.#options.authenticator;
  }

  get audit(): AuditTrail {
    return this.#options.audit;
  }

  get registry(): Registry {
    return this.#options.registry;
  }

  /** Watches that are open. */
  get watching(): number {
    return this.#routes.watching;
  }

  /** Ends all watches, so that their clients reconnect elsewhere or later. */
  endWatches(): void {
    this.#routes.endWatches();
  }

  /** From now on nothing is answered any more, also what was let in already. */
  close(): void {
    this.#isClosed = true;
    this.#routes.endWatches();
  }

  /** Counts a request of somebody who is of this cluster, wherever it goes. @throws StatusError 429 */
  charge(): void {
    this.#options.admit?.();
  }

  /**
   * Lets a request of a known sender in: notes the login, takes on whom it is for, and checks that they may do this.
   * @returns the user whom it is for
   * @throws StatusError 403, 429
   */
  admit(exchange: Exchange, info: RequestInfo, sender: UserInfo): UserInfo {
    const { authorizer, audit } = this.#options;
    this.charge();
    audit.loggedIn(sender, exchange.origin);
    exchange.user = sender;
    // A URL is good for one user.
    const user = exchange.grant ? sender : impersonated(exchange.request.headers, sender, authorizer);
    if (user !== sender) exchange.impersonatedBy = sender.username;
    exchange.user = user;
    this.#authorize(exchange, info, user);
    return user;
  }

  /** Whom the URL of a request was given to; undefined for requests that have to bring a credential. */
  grantOf({ method = 'GET' }: IncomingMessage, { path, query }: RequestInfo): UrlGrant | undefined {
    // Endpoints are loaded on demand: nobody has to be known to ask for them, so only where there is a signature.
    const protocol = signaturePlace({ path, query }) ? this.#router.protocol(path) : undefined;
    const found = protocol && this.#router.findIfAny(protocol, method, path);
    return found?.endpoint.grant?.({ method: methodOf(found.endpoint, method), path, query });
  }

  /** The protocol that a path belongs to; undefined for the Kubernetes API and the kernel's own paths. */
  protocolAt(path: string): HttpProtocol | undefined {
    return this.#router.protocol(path);
  }

  /** Bytes that the body of a request may have. */
  bodyBytesMax({ endpoint }: Exchange, { target }: RequestInfo): number {
    if (endpoint) return endpoint.endpoint.bodyBytesMax;
    const served = target && this.#options.registry.at(target.group, target.version, target.resource);
    return served?.type.bodyBytesMax ?? bodyBytesMax;
  }

  /** Answers a request that was let in. @throws StatusError of any refusal */
  answer(exchange: Exchange, info: RequestInfo, user: UserInfo): Promise<void> | void {
    if (this.#isClosed) throw unknownPath();
    if (exchange.endpoint) return this.#serveEndpoint(exchange, info, exchange.endpoint, user);
    if (info.target) return this.#routes.handle(exchange, info, info.target, user);
    const route = this.#options.paths.find(({ prefix }) => isBelow(info.path, prefix));
    return route ? route.handle(exchange, info, user) : this.#path(exchange, info);
  }

  #authorize(exchange: Exchange, info: RequestInfo, user: UserInfo): void {
    if (exchange.protocol) {
      this.#authorizeProtocol(exchange, exchange.protocol, info, user);
      return;
    }
    const { target, path } = info;
    const attributes = target
      ? {
          user,
          verb: target.verb,
          group: target.group,
          resource: target.resource,
          subresource: target.subresource,
          namespace: target.namespace,
          name: target.name === '' ? selectedName(info.query) : target.name,
        }
      : {
          user,
          verb: (exchange.request.method ?? 'GET').toLowerCase(),
          path,
          group: '',
          resource: '',
          subresource: '',
          namespace: '',
          name: '',
        };
    const decision = this.#options.authorizer.authorize(attributes);
    if (decision.allowed) return;
    const why = refusalMessage(attributes);
    if (!target) throw new StatusError(403, 'Forbidden', `forbidden: ${why}`, {});
    throw forbidden({ group: target.group, resource: target.resource, name: target.name }, why);
  }

  /** What deletes is entered in the audit log before it does: it may leave nothing that could be seen later. */
  async #serveEndpoint(
    exchange: Exchange,
    info: RequestInfo,
    found: FoundEndpoint,
    user: UserInfo,
  ): Promise<void> {
    const { verb, resource } = accessOf(found);
    if (verb === 'delete') {
      const group = exchange.protocol?.group ?? '';
      const data = {
        action: verb,
        resource: `${resource}.${group}`,
        query: info.query.toString().slice(0, 1_024),
      };
      await this.#options.audit.acted(info.path, user, exchange.origin, data);
    }
    const { protocol, origin } = exchange;
    const { audit, authorizer } = this.#options;
    const told: Told = (action, facts) => [
      info.path,
      user,
      origin,
      { action, resource: `${resource}.${protocol?.group ?? ''}`, ...facts },
    ];
    await serveEndpoint(exchange, info, found, {
      user,
      facts: exchange.grant?.facts ?? {},
      may: (right) => protocol !== undefined && hasRight(authorizer, protocol, found, user, right),
      entry: (...entry) => audit.action(...told(...entry)),
      enter: async (...entry) => await audit.acted(...told(...entry)),
    });
  }

  #authorizeProtocol(
    exchange: Exchange,
    protocol: HttpProtocol,
    { path }: RequestInfo,
    user: UserInfo,
  ): void {
    const found = this.#router.find(protocol, exchange.request.method ?? 'GET', path);
    if (found.endpoint.grant && !exchange.grant) throw unknownPath();
    exchange.endpoint = found;
    requireAccess(this.#options.authorizer, protocol, found, user);
  }

  /** Paths that are not resources. */
  #path(exchange: Exchange, info: RequestInfo): void {
    const { request } = exchange;
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const path = info.path.length > 1 && info.path.endsWith('/') ? info.path.slice(0, -1) : info.path;
    if (path === '/version') exchange.json(200, JSON.stringify(this.#version()));
    else if (path === '/metrics' && this.#options.metrics)
      exchange.text(200, this.#options.metrics(), 'text/plain; version=0.0.4; charset=utf-8');
    else if (path === '/') exchange.json(200, JSON.stringify({ paths: this.#paths() }));
    else if (path === '/openapi/v2') this.#openApiV2(exchange);
    else if (path.startsWith('/openapi/v3')) this.#openApi(exchange, path);
    else if (path === '/api' || path.startsWith('/api/') || path === '/apis' || path.startsWith('/apis/')) {
      this.#discover(exchange, path);
    } else throw unknownPath();
  }

  #discover(exchange: Exchange, path: string): void {
    const { headers, socket } = exchange.request;
    const form = discoveryForm(headers.accept);
    const parts = path.split('/').slice(2);
    const isCore = path.startsWith('/api/') || path === '/api';
    const [first, second] = parts;
    if (first === undefined) {
      const document = isCore
        ? this.#discovery.core(form, `${socket.localAddress}:${socket.localPort}`)
        : this.#discovery.groups(form);
      this.#tagged(exchange, document.text, document.etag, discoveryContentType(form));
      return;
    }
    const document = isCore
      ? this.#discovery.resources('', first)
      : second === undefined
        ? this.#discovery.group(first)
        : this.#discovery.resources(first, second);
    if (!document || parts.length > (isCore ? 1 : 2)) throw unknownPath();
    exchange.json(200, document.text);
  }

  #openApi(exchange: Exchange, path: string): void {
    if (path === '/openapi/v3') {
      exchange.json(200, this.#openapi.index());
      return;
    }
    const document = this.#openapi.document(path.slice('/openapi/v3/'.length));
    if (!document) throw unknownPath();
    this.#tagged(exchange, document.text, `"${document.hash}"`, 'application/json');
  }

  #openApiV2(exchange: Exchange): void {
    const { text, hash, protobuf } = this.#openapi.swagger();
    const wantsProtobuf = exchange.request.headers.accept?.includes('+protobuf') === true;
    if (wantsProtobuf) exchange.bytes(200, protobuf, openApiV2Protobuf);
    else this.#tagged(exchange, text, `"${hash}"`, 'application/json');
  }

  /** Answers with a document that the client may have already. */
  #tagged(exchange: Exchange, text: string, etag: string, contentType: string): void {
    if (exchange.request.headers['if-none-match'] === etag) {
      exchange.response.writeHead(304, { ETag: etag }).end();
      return;
    }
    exchange.json(200, text, contentType, { ETag: etag, Vary: 'Accept' });
  }

  #version(): object {
    const { major, minor } = kubernetesVersion;
    return {
      major,
      minor,
      gitVersion: `v${major}.${minor}.0+plinth-${this.#options.version}`,
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: `node ${process.version}`,
      compiler: 'node',
      platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    };
  }

  #paths(): string[] {
    const paths = new Set([
      '/api',
      '/apis',
      '/healthz',
      '/livez',
      ...(this.#options.metrics ? ['/metrics'] : []),
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ]);
    for (const type of this.#options.registry.all()) {
      for (const version of type.versions) {
        if (type.group !== '') paths.add(`/apis/${type.group}`);
        paths.add(type.group === '' ? `/api/${version.name}` : `/apis/${type.group}/${version.name}`);
      }
    }
    return [...paths].sort();
  }
}

/** What the audit log is told of an action. */
type Told = (...entry: Parameters<HttpRequest['entry']>) => Parameters<AuditTrail['action']>;

/** Lets an endpoint of a protocol answer. */
async function serveEndpoint(
  exchange: Exchange,
  { path, query }: RequestInfo,
  { endpoint, parameters }: FoundEndpoint,
  sender: Pick<HttpRequest, 'user' | 'facts' | 'may' | 'entry' | 'enter'>,
): Promise<void> {
  const { request, response, body } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const method = methodOf(endpoint, request.method);
  const { headers } = request;
  const { signal } = gone;
  exchange.reply(
    await endpoint.handle({
      method,
      path,
      parameters,
      // Of a URL that was given to somebody no query counts that stands beside the signature.
      query: exchange.grant && signaturePlace({ path, query }) === 'query' ? new URLSearchParams() : query,
      headers,
      body,
      signal,
      ...sender,
    }),
  );
}

/** The method of a request that has found an endpoint: GET for a HEAD. */
function methodOf({ methods }: HttpEndpoint, sent: string | undefined): HttpMethod {
  return methods.find((one) => one === sent) ?? 'GET';
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The one name that a list or watch selects: a right to that object alone then suffices. */
function selectedName(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  const match = selector === null ? null : /^metadata\.name==?([^,=!]+)$/.exec(selector);
  return match?.[1] ?? '';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AuditTrail } from '../audit/trail.ts';
import type { Authenticator, Authorizer, UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import {
  forbidden,
  internal,
  methodNotAllowed,
  StatusError,
  tooManyRequests,
  unauthorized,
  unknownPath,
} from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import { StoreError } from '../store/port.ts';
import { Discovery, discoveryContentType, discoveryForm } from './discovery.ts';
import { answerHealth, type HealthCheck } from './health.ts';
import { impersonated } from './impersonation.ts';
import { bodyBytesMax, headerBytesMax, readsMax, requestMsMax, watchesMax, writesMax } from './limits.ts';
import { formatMetrics, type MetricSource, RequestMetrics } from './metrics.ts';
import { type Objects, statusOf } from './objects.ts';
import { OpenApi } from './openapi.ts';
import { openApiV2Protobuf } from './openapi-v2-protobuf.ts';
import { readBody } from './read-body.ts';
import type { Registry } from './registry.ts';
import { parseRequest, type RequestInfo } from './request-info.ts';
import { ResourceRoutes } from './resource-routes.ts';
import { Exchange } from './respond.ts';

/** What the API server stands on. */
export interface ApiServerOptions {
  readonly objects: Objects;
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** PEM texts: the server's key and certificate, and the CA that client certificates must come from. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string };
  /** Version of the program, such as `0.1.0`. */
  readonly version: string;
  readonly checks: readonly HealthCheck[];
  readonly metrics: readonly MetricSource[];
  readonly audit: AuditTrail;
  /** What answers GETs of paths below a prefix, after authorization of the path. */
  readonly paths: readonly PathRoute[];
  /** Told of errors that are ours, with the request line. */
  readonly onFault: (request: string, error: unknown) => void;
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

/** Characters of a path that an entry of the audit keeps. */
const subjectCharsMax = 1_024;

/** The Kubernetes API over HTTPS. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #routes: ResourceRoutes;
  readonly #discovery: Discovery;
  readonly #openapi: OpenApi;
  readonly #requests = new RequestMetrics();
  readonly #server: Server;
  #reads = 0;
  #writes = 0;
  #closing = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#routes = new ResourceRoutes(options.objects, options.registry);
    this.#discovery = new Discovery(options.registry);
    this.#openapi = new OpenApi(options.registry, options.version);
    this.#server = createServer(
      {
        ...options.tls,
        requestCert: true,
        // A client without a certificate of ours may still bring a token; the authenticator looks at what was verified.
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        maxHeaderSize: headerBytesMax,
        requestTimeout: requestMsMax,
        keepAliveTimeout: 120_000,
        noDelay: true,
      },
      (request, response) => this.#handle(request, response),
    );
  }

  /**
   * Starts to listen.
   * @returns the port
   * @throws Error with code EADDRINUSE or EACCES
   */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, 1024, () => {
        this.#server.removeListener('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Stops in good order: no new connections, watches end, requests under way are answered for at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#routes.endWatches();
    this.#server.closeIdleConnections();
    const cancel = this.#options.clock.after(graceMs, () => this.#server.closeAllConnections());
    await closed;
    cancel();
  }

  /** Renews the certificate that new connections get. */
  renewCertificate(tls: ApiServerOptions['tls']): void {
    this.#server.setSecureContext(tls);
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(request, response);
    if (this.#closing) response.setHeader('Connection', 'close');
    try {
      const info = parseRequest(request.method ?? 'GET', request.url ?? '/');
      const health = answerHealth(info.path, info.query, this.#options.checks);
      if (health) {
        exchange.text(health.code, health.text);
        return;
      }
      if (info.target?.verb !== 'watch') this.#track(exchange, info);
      const user = this.#authenticate(request);
      if (user instanceof Promise) {
        user
          .then((known) => this.#serve(exchange, info, known))
          .catch((error) => this.#fail(exchange, error));
      } else this.#serve(exchange, info, user);
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #authenticate(request: IncomingMessage): UserInfo | undefined | Promise<UserInfo | undefined> {
    const { authorization } = request.headers;
    const bearer = authorization?.startsWith('Bearer ') ? authorization.slice(7).trim() : undefined;
    return this.#options.authenticator.authenticate({
      socket: request.socket as TLSSocket,
      ...(bearer ? { bearer } : {}),
    });
  }

  #serve(exchange: Exchange, info: RequestInfo, sender: UserInfo | undefined): void {
    if (!sender) throw unauthorized();
    const { authorizer, audit } = this.#options;
    audit.loggedIn(sender, exchange.origin);
    exchange.user = sender;
    const user = impersonated(exchange.request.headers, sender, authorizer);
    if (user !== sender) exchange.impersonatedBy = sender.username;
    exchange.user = user;
    const { target } = info;
    this.#authorize(exchange, info, user);
    if (target?.verb === 'watch') {
      if (this.#routes.watching >= watchesMax)
        throw tooManyRequests('too many watches are open; try again later', 5);
      this.#run(exchange, () => this.#routes.handle(exchange, info, target, user));
      return;
    }
    if (target === undefined || target.verb === 'get' || target.verb === 'list') {
      this.#answer(exchange, info, user, false);
      return;
    }
    const served = this.#options.registry.at(target.group, target.version, target.resource);
    // A client that is slow to send holds no place that another could use.
    readBody(exchange.request, served?.type.bodyBytesMax ?? bodyBytesMax)
      .then((body) => {
        exchange.body = body;
        this.#answer(exchange, info, user, true);
      })
      .catch((error: unknown) => this.#fail(exchange, error));
  }

  #answer(exchange: Exchange, info: RequestInfo, user: UserInfo, isWrite: boolean): void {
    const { target } = info;
    this.#enter(isWrite);
    exchange.response.once('close', () => this.#leave(isWrite));
    this.#run(exchange, () => {
      if (target) return this.#routes.handle(exchange, info, target, user);
      const route = this.#options.paths.find(({ prefix }) => isBelow(info.path, prefix));
      return route ? route.handle(exchange, info, user) : this.#path(exchange, info);
    });
  }

  #run(exchange: Exchange, work: () => Promise<void> | void): void {
    try {
      const running = work();
      if (running instanceof Promise) running.catch((error) => this.#fail(exchange, error));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  /** Counts a request and its duration, whatever becomes of it. */
  #track(exchange: Exchange, info: RequestInfo): void {
    const { clock } = this.#options;
    const startedMs = clock.monotonic();
    this.#requests.inflight++;
    exchange.response.once('close', () => {
      this.#requests.inflight--;
      this.#observe(exchange, info, (clock.monotonic() - startedMs) / 1000);
    });
  }

  #enter(isWrite: boolean): void {
    // Writes have room of their own, so that no number of reads keeps them out.
    if (isWrite ? this.#writes >= writesMax : this.#reads >= readsMax) {
      throw tooManyRequests('too many requests are under way; try again later', 1);
    }
    if (isWrite) this.#writes++;
    else this.#reads++;
  }

  #leave(isWrite: boolean): void {
    if (isWrite) this.#writes--;
    else this.#reads--;
  }

  #observe(exchange: Exchange, info: RequestInfo, seconds: number): void {
    const { target } = info;
    const { statusCode } = exchange.response;
    // Names that are not served would make a series each.
    const served = target && this.#options.registry.at(target.group, target.version, target.resource);
    if (!target || !served) this.#requests.observe('other', '', '', '', statusCode, seconds);
    else {
      const subresource = target.subresource.length > 32 ? '' : target.subresource;
      this.#requests.observe(target.verb, target.group, target.resource, subresource, statusCode, seconds);
    }
  }

  #authorize(exchange: Exchange, info: RequestInfo, user: UserInfo): void {
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

  #fail(exchange: Exchange, error: unknown): void {
    const { request, response } = exchange;
    const known =
      error instanceof URIError
        ? unknownPath()
        : error instanceof StoreError
          ? statusOf(error, { group: '', resource: '' })
          : error;
    const refusal = known instanceof StatusError ? known : internal('the request could not be served', error);
    if (!(known instanceof StatusError)) this.#options.onFault(`${request.method} ${request.url}`, error);
    if (response.headersSent) {
      // Half an answer is no answer: the client must not take it for a whole one.
      response.destroy();
      return;
    }
    // What is left of a refused body is not read, so the connection cannot be used again.
    if (!request.complete) {
      response.setHeader('Connection', 'close');
      request.resume();
    }
    this.#auditRefusal(exchange, refusal)
      .catch((unwritten: unknown) => this.#options.onFault(`${request.method} ${request.url}`, unwritten))
      .finally(() => exchange.error(refusal));
  }

  /** Enters what was denied, and to whom, before it is answered. */
  async #auditRefusal(exchange: Exchange, { code, reason }: StatusError): Promise<void> {
    const { audit } = this.#options;
    const { method = 'GET', url = '/' } = exchange.request;
    const subject = (url.split('?', 1)[0] ?? '/').slice(0, subjectCharsMax);
    const data = { verb: method, code, reason };
    if (code === 401) await audit.refused(subject, exchange.origin, data);
    else if (code === 403 && exchange.user) {
      await audit.denied(subject, exchange.user, exchange.origin, data);
    }
  }

  /** Paths that are not resources. */
  #path(exchange: Exchange, info: RequestInfo): void {
    const { request } = exchange;
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const path = info.path.length > 1 && info.path.endsWith('/') ? info.path.slice(0, -1) : info.path;
    if (path === '/version') exchange.json(200, JSON.stringify(this.#version()));
    else if (path === '/metrics')
      exchange.text(200, this.#metrics(), 'text/plain; version=0.0.4; charset=utf-8');
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

  #metrics(): string {
    const own = this.#requests.collect();
    const watches = {
      name: 'apiserver_longrunning_requests',
      help: 'Watches that are open.',
      type: 'gauge',
      samples: [{ labels: { verb: 'watch' }, value: this.#routes.watching }],
    } as const;
    return formatMetrics([...own, watches, ...this.#options.metrics.flatMap((source) => source())]);
  }

  #paths(): string[] {
    const paths = new Set([
      '/api',
      '/apis',
      '/healthz',
      '/livez',
      '/metrics',
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

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The one name that a list or watch selects: a right to that object alone then suffices. */
function selectedName(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  const match = selector === null ? null : /^metadata\.name==?([^,=!]+)$/.exec(selector);
  return match?.[1] ?? '';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Credentials, UserInfo } from '../auth/port.ts';
import { peerPrefix } from '../cluster/peer-logs.ts';
import type { MetricFamily } from '../control/metrics.ts';
import { internal, StatusError, tooManyRequests, unauthorized, unknownPath } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import { StoreError } from '../store/port.ts';
import type { ClusterApi } from './cluster-api.ts';
import { accessOf } from './endpoint-access.ts';
import { answerHealth, type HealthCheck } from './health.ts';
import { discardedBytesMax, headerBytesMax, requestMsMax, tenantSeatsShare, watchesMax } from './limits.ts';
import { formatMetrics, type MetricSource, RequestMetrics } from './metrics.ts';
import { PolicyDenial } from './policy-denial.ts';
import { readBody } from './read-body.ts';
import { statusOf } from './refusals.ts';
import { parseRequest, type RequestInfo, splitCluster } from './request-info.ts';
import { RequestTurns } from './request-turns.ts';
import { Exchange } from './respond.ts';
import { isForWebsite, type Website } from './website.ts';

/** What the API server stands on. */
export interface ApiServerOptions {
  /** What is served at `/`. */
  readonly host: ClusterApi;
  /** What is served below `/clusters/`. */
  readonly tenants: TenantClusters;
  readonly clock: Clock;
  /** PEM texts: the server's key and certificate, and the CA that client certificates must come from. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly checks: readonly HealthCheck[];
  readonly metrics: readonly MetricSource[];
  /** Set when the process does other work than serving the API, to what it does: then it answers of its health alone. */
  readonly healthOnly?: string;
  /** What browsers get; absent: nothing is served for them. */
  readonly website?: Website;
  /** Told of errors that are ours, with the request line. */
  readonly onFault: (request: string, error: unknown) => void;
}

/** The virtual clusters of tenants, as requests find them. */
export interface TenantClusters {
  /** The cluster of a tenant; undefined when there is none of that name, or none that is served. */
  find(name: string): ClusterApi | undefined;
  /**
   * The cluster that credentials claim to be of, whether or not they are valid; undefined when they claim none.
   * @throws StatusError 401 when that cannot be told
   */
  home(credentials: Credentials): ClusterApi | undefined;
  all(): Iterable<ClusterApi>;
}

/** Characters of a path that an entry of the audit keeps. */
const subjectCharsMax = 1_024;

/**
 * The Kubernetes API over HTTPS: connections, who sends a request and to which cluster, whose turn it is, errors.
 *
 * A sender belongs to one cluster. To everything of another it gets the answer that a tenant gets which does not exist,
 * before anything else is looked at, so that no role can make an exception.
 */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #turns: RequestTurns;
  readonly #requests = new RequestMetrics();
  readonly #server: Server;
  #closing = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#turns = new RequestTurns(options.clock);
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
    for (const cluster of this.#clusters()) cluster.endWatches();
    this.#server.closeIdleConnections();
    const cancel = this.#options.clock.after(graceMs, () => this.#server.closeAllConnections());
    await closed;
    cancel();
  }

  /** Renews the certificate that new connections get. */
  renewCertificate(tls: ApiServerOptions['tls']): void {
    this.#server.setSecureContext(tls);
  }

  /** How many tenants there are beside the host: they share the server from now on. */
  shareAmong(tenants: number): void {
    this.#turns.tenants = tenants + 1;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(request, response);
    if (this.#closing) response.setHeader('Connection', 'close');
    try {
      const { host, tenants, checks } = this.#options;
      const { tenant, url } = splitCluster(request.url ?? '/');
      const info = parseRequest(request.method ?? 'GET', url);
      const cluster = tenant === undefined ? host : tenants.find(tenant);
      if (cluster === host) {
        const health = answerHealth(info.path, info.query, checks);
        if (health) {
          exchange.text(health.code, health.text);
          return;
        }
      }
      exchange.cluster = cluster;
      this.#requireApi(info);
      const { website } = this.#options;
      if (website && isForWebsite(request, info.path)) {
        this.#run(exchange, () => website.answer(request, response, info.path));
        return;
      }
      if (info.target?.verb !== 'watch') this.#track(exchange, info);
      const credentials = credentialsOf(request);
      exchange.grant = cluster?.grantOf(request, info);
      const user = exchange.grant?.user ?? cluster?.authenticator.authenticate(credentials);
      const serve = (known: UserInfo | undefined): Promise<void> | void => {
        if (!cluster || !known) return this.#refuseStranger(exchange, credentials);
        this.#serve(exchange, info, cluster, known);
      };
      this.#run(exchange, () => (user instanceof Promise ? user.then(serve) : serve(user)));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  /** @throws StatusError 404 for what a process without the API does not answer */
  #requireApi({ path }: RequestInfo): void {
    const { healthOnly } = this.#options;
    if (healthOnly === undefined || path === '/metrics' || path === '/version') return;
    if (path.startsWith(`${peerPrefix}/`)) return;
    const why = `this process has the role ${healthOnly} and serves no API; ask one with the role api or all`;
    throw new StatusError(404, 'NotFound', why, {});
  }

  /**
   * Answers who does not belong here: those of another cluster as if there were nothing, others as nobody.
   * @throws StatusError 401 or 404, always
   */
  async #refuseStranger(exchange: Exchange, credentials: Credentials): Promise<never> {
    const home = this.#options.tenants.home(credentials);
    const user = home === exchange.cluster ? undefined : await home?.authenticator.authenticate(credentials);
    if (!home || !user) throw unauthorized();
    home.charge();
    const { method = 'GET' } = exchange.request;
    const data = { verb: method, code: 404, reason: 'NotFound' };
    await home.audit.denied(pathOf(exchange), user, exchange.origin, data);
    throw unknownPath();
  }

  #serve(exchange: Exchange, info: RequestInfo, cluster: ClusterApi, sender: UserInfo): void {
    exchange.protocol = cluster.protocolAt(info.path);
    const user = cluster.admit(exchange, info, sender);
    const { target } = info;
    const { endpoint } = exchange;
    if (target?.verb === 'watch') {
      this.#admitWatch(cluster);
      this.#run(exchange, () => cluster.answer(exchange, info, user));
      return;
    }
    const answer = (): Promise<void> | void => cluster.answer(exchange, info, user);
    const verb = endpoint ? accessOf(endpoint).verb : target?.verb;
    const isRead = verb === undefined || verb === 'get' || verb === 'list';
    if (isRead && !endpoint) {
      this.#answer(exchange, cluster, false, answer);
      return;
    }
    endpoint?.endpoint.admit?.();
    // A client that is slow to send holds no place that another could use.
    readBody(exchange.request, cluster.bodyBytesMax(exchange, info))
      .then((body) => {
        exchange.body = body;
        this.#answer(exchange, cluster, !isRead, answer);
      })
      .catch((error: unknown) => this.#fail(exchange, error));
  }

  #answer(
    exchange: Exchange,
    { name }: ClusterApi,
    isWrite: boolean,
    work: () => Promise<void> | void,
  ): void {
    const { response } = exchange;
    // Nobody waits for the answer any more, and nothing would tell when its seat is free.
    if (response.destroyed) return;
    const leave = this.#turns.take(name, isWrite, () => this.#run(exchange, work));
    response.once('close', leave);
  }

  /** @throws StatusError 429 */
  #admitWatch(cluster: ClusterApi): void {
    const isShared = this.#turns.tenants > 1;
    const own = isShared ? watchesMax * tenantSeatsShare : watchesMax;
    if (cluster.watching >= own || this.#watching() >= watchesMax)
      throw tooManyRequests('too many watches are open; try again later', 5);
  }

  #watching(): number {
    let count = 0;
    for (const { watching } of this.#clusters()) count += watching;
    return count;
  }

  #clusters(): ClusterApi[] {
    return [this.#options.host, ...this.#options.tenants.all()];
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

  #observe(exchange: Exchange, info: RequestInfo, seconds: number): void {
    const { target } = info;
    const { statusCode } = exchange.response;
    const { host } = this.#options;
    // Names that are not served would make a series each, and so would those that tenants define.
    const served = target && exchange.cluster?.registry.at(target.group, target.version, target.resource);
    const isNamed = served && (exchange.cluster === host || served.type.origin === 'builtin');
    if (!target || !isNamed) this.#requests.observe('other', '', '', '', statusCode, seconds);
    else {
      const subresource = target.subresource.length > 32 ? '' : target.subresource;
      this.#requests.observe(target.verb, target.group, target.resource, subresource, statusCode, seconds);
    }
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
    if (!request.complete) {
      // Letting go of a short body costs less than a connection does.
      const isShort = Number(request.headers['content-length']) <= discardedBytesMax;
      if (!isShort) response.setHeader('Connection', 'close');
      request.resume();
    }
    this.#auditRefusal(exchange, refusal)
      .catch((unwritten: unknown) => this.#options.onFault(`${request.method} ${request.url}`, unwritten))
      .finally(() => exchange.error(refusal));
  }

  /** Enters what was denied, and to whom, before it is answered. */
  async #auditRefusal(exchange: Exchange, refusal: StatusError): Promise<void> {
    const { code, reason } = refusal;
    const { audit } = exchange.cluster ?? this.#options.host;
    const { method = 'GET' } = exchange.request;
    const subject = pathOf(exchange);
    const data = { verb: method, code, reason };
    if (refusal instanceof PolicyDenial && exchange.user) {
      const { policy, binding, annotations } = refusal;
      const denied = { ...data, policy, binding };
      await audit.denied(subject, exchange.user, exchange.origin, denied, annotations);
    } else if (code === 401) await audit.refused(subject, exchange.origin, data);
    else if (code === 403 && exchange.user) {
      await audit.denied(subject, exchange.user, exchange.origin, data);
    }
  }

  /** All metrics in the text format of Prometheus. */
  metricsText(): string {
    const own = this.#requests.collect();
    const gauge = (name: string, help: string, value: number): MetricFamily => ({
      name,
      help,
      type: 'gauge',
      samples: [{ labels: {}, value }],
    });
    const watches: MetricFamily = {
      name: 'apiserver_longrunning_requests',
      help: 'Watches that are open.',
      type: 'gauge',
      samples: [{ labels: { verb: 'watch' }, value: this.#watching() }],
    };
    const shared = [
      gauge('plinth_tenants', 'Tenants that are served, the host not counted.', this.#turns.tenants - 1),
      gauge(
        'plinth_waiting_requests',
        'Requests that wait for the turn of their tenant.',
        this.#turns.waiting,
      ),
    ];
    return formatMetrics([
      ...own,
      watches,
      ...shared,
      ...this.#options.metrics.flatMap((source) => source()),
    ]);
  }
}

function credentialsOf(request: IncomingMessage): Credentials {
  const { authorization = '' } = request.headers;
  const bearer = authorization.startsWith('Bearer ')
    ? authorization.slice(7).trim()
    : authorization.startsWith('Basic ')
      ? passwordOf(authorization.slice(6))
      : undefined;
  return { socket: request.socket as TLSSocket, ...(bearer ? { bearer } : {}) };
}

/** The password of Basic credentials, which clients that know nothing else send a token as. Spec: RFC 7617. */
function passwordOf(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

/** The path of a request as the audit log keeps it. */
function pathOf({ request }: Exchange): string {
  return (request.url?.split('?', 1)[0] ?? '/').slice(0, subjectCharsMax);
}

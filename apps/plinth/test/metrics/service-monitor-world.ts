import { ok } from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Answer, at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { ask } from './metrics-client.ts';

/** A target as `/api/v1/targets` lists it. */
export interface ListedTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
  readonly lastScrape: string;
}

const kinds: Readonly<Record<string, readonly [apiVersion: string, collection: string]>> = {
  Service: ['v1', 'services'],
  Endpoints: ['v1', 'endpoints'],
  Secret: ['v1', 'secrets'],
  ConfigMap: ['v1', 'configmaps'],
  EndpointSlice: ['discovery.k8s.io/v1', 'endpointslices'],
  ServiceMonitor: ['monitoring.coreos.com/v1', 'servicemonitors'],
  ScrapeConfig: ['monitoring.coreos.com/v1alpha1', 'scrapeconfigs'],
};

/** Objects of one virtual cluster, and targets on this machine. */
export class MonitorWorld {
  readonly client: HttpsClient;
  readonly root: string;
  readonly #servers: Server[] = [];

  /** @param root - the path of a tenant; empty for the host */
  constructor(client: HttpsClient, root = '') {
    this.client = client;
    this.root = root;
  }

  /** Serves on this machine. @returns the port */
  async serve(answer: RequestListener, tls?: { key: string; cert: string }): Promise<number> {
    const server = tls ? createSecureServer(tls, answer) : createServer(answer);
    this.#servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    return (server.address() as AddressInfo).port;
  }

  /** Serves metrics. @returns the port */
  async expose(text: string | (() => string)): Promise<number> {
    return await this.serve((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(typeof text === 'string' ? text : text());
    });
  }

  async namespace(name: string): Promise<void> {
    const made = await this.client.post(`${this.root}/api/v1/namespaces`, { metadata: { name } });
    ok(made.status === 201, made.text);
  }

  path(kind: string, namespace: string, name: string): string {
    const [apiVersion = '', collection = ''] = kinds[kind] ?? [];
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${this.root}${group}/namespaces/${namespace}/${collection}/${name}`;
  }

  /** Applies an object as kubectl does with --server-side; the answer may be a refusal. */
  async tryApply(kind: string, namespace: string, name: string, fields: object): Promise<Answer> {
    const [apiVersion] = kinds[kind] ?? [];
    const { metadata, ...rest } = fields as { metadata?: object };
    const body = { apiVersion, kind, metadata: { ...metadata, name, namespace }, ...rest };
    return await this.client.patch(
      `${this.path(kind, namespace, name)}?fieldManager=test&force=true`,
      JSON.stringify(body),
      'application/apply-patch+yaml',
    );
  }

  async apply(kind: string, namespace: string, name: string, fields: object): Promise<Answer> {
    const answer = await this.tryApply(kind, namespace, name, fields);
    ok(answer.status < 300, answer.text);
    return answer;
  }

  async remove(kind: string, namespace: string, name: string): Promise<void> {
    const answer = await this.client.delete(this.path(kind, namespace, name));
    ok(answer.status < 300, answer.text);
  }

  /** A Service with a slice of this machine. */
  async service(
    namespace: string,
    name: string,
    ports: Readonly<Record<string, number>>,
    labels: Readonly<Record<string, string>> = { app: name },
  ): Promise<void> {
    const named = Object.entries(ports);
    await this.apply('Service', namespace, name, {
      metadata: { labels },
      spec: { ports: named.map(([port, target], i) => ({ name: port, port: 80 + i, targetPort: target })) },
    });
    await this.slice(namespace, `${name}-1`, name, ports);
  }

  async slice(
    namespace: string,
    name: string,
    service: string,
    ports: Readonly<Record<string, number>>,
    endpoints: readonly object[] = [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
  ): Promise<void> {
    await this.apply('EndpointSlice', namespace, name, {
      metadata: { labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints,
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })),
    });
  }

  async targets(): Promise<readonly ListedTarget[]> {
    const { json } = await ask(this.client, '/targets', { state: 'active' }, this.root);
    // So the API lays targets out; what tests compare is what is there.
    return listAt(json, 'data', 'activeTargets') as readonly ListedTarget[];
  }

  async targetsOf(pool: string): Promise<readonly ListedTarget[]> {
    return (await this.targets()).filter(({ scrapePool }) => scrapePool === pool);
  }

  async pools(): Promise<readonly unknown[]> {
    return listAt((await ask(this.client, '/scrape_pools', {}, this.root)).json, 'data', 'scrapePools');
  }

  /** Waits until a pool has so many targets that were scraped. */
  async scraped(pool: string, count: number): Promise<readonly ListedTarget[]> {
    return await until(`${count} targets of ${pool} to be scraped`, async () => {
      const targets = await this.targetsOf(pool);
      const isDone = targets.length === count && targets.every(({ health }) => health !== 'unknown');
      return isDone ? targets : undefined;
    });
  }

  /** Waits until the condition Ready of a ServiceMonitor has a reason. @returns `status: message` */
  async ready(namespace: string, name: string, reason: string): Promise<string> {
    return await until(`ServiceMonitor ${name} to be ${reason}`, async () => {
      const { json } = await this.client.get(this.path('ServiceMonitor', namespace, name));
      const conditions = at(json, 'status', 'conditions');
      if (!Array.isArray(conditions)) return undefined;
      const condition: unknown = conditions.find((one) => at(one, 'type') === 'Ready');
      if (at(condition, 'reason') !== reason) return undefined;
      return `${textAt(condition, 'status')}: ${textAt(condition, 'message')}`;
    });
  }

  close(): void {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

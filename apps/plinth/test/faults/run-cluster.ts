import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '@plinth/kernel/testing';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { RunServer } from './run-server.ts';
import { path } from './run-storm.ts';

const leases = '/apis/coordination.k8s.io/v1/namespaces/plinth-system/leases';

/** Who requests runs at the same time. */
const clients = 4;

/** Several servers with the tests' runs on one PostgreSQL database, with the outside and the keys in common. */
export class RunCluster {
  readonly servers: RunServer[] = [];
  /** Names of the runs of which the request was answered. */
  readonly acknowledged = new Set<string>();
  /** Answers to requests that were refused, by their status; 0 for a connection that broke. */
  readonly refused = new Map<number, number>();
  readonly postgres: PostgresServer;
  readonly #directory = mkdtempSync(join(tmpdir(), 'plinth-cluster-'));
  #wrong: string | undefined;

  private constructor(postgres: PostgresServer) {
    this.postgres = postgres;
  }

  /** Starts a database and servers on it; undefined `cluster` and a reason where there is no PostgreSQL. */
  static async start(count: number): Promise<{ cluster: RunCluster } | { skip: string }> {
    const postgres = await startPostgres();
    if ('skip' in postgres) return postgres;
    const cluster = new RunCluster(postgres);
    try {
      const env = {
        PLINTH_DATABASE: await postgres.database(),
        PLINTH_KEYS: join(cluster.#directory, 'data-0'),
      };
      for (let i = 0; i < count; i++) {
        const place = { directory: cluster.#directory, data: `data-${i}`, env };
        // The first one makes the keys, which the others need.
        cluster.servers.push(await RunServer.start(place));
      }
      return { cluster };
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** A client of a server that runs. @param not a server that is passed over */
  client(not?: RunServer): HttpsClient {
    const running = this.servers.filter((server) => server.isAnswering && server !== not);
    const server = running[Math.floor(Math.random() * running.length)];
    if (!server) throw new Error('no server runs');
    return server.admin;
  }

  /**
   * Requests runs at all servers until it is told to end.
   *
   * @param everyMs between two requests of each of four clients, on the average
   * @returns what ends it
   */
  storm(everyMs: number): () => Promise<void> {
    const state = { isOver: false, round: performance.now().toFixed(0) };
    const run = async (client: number): Promise<void> => {
      for (let i = 0; !state.isOver; i++) {
        await this.#request(`r-${state.round}-${client}-${i}`);
        await pause(Math.random() * 2 * everyMs);
      }
    };
    const running = Array.from({ length: clients }, (_, client) => run(client));
    return async () => {
      state.isOver = true;
      await Promise.all(running);
      if (this.#wrong !== undefined) throw new Error(this.#wrong);
    };
  }

  async #request(name: string): Promise<void> {
    const object = {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Run',
      metadata: { name },
      spec: { definition: 'faults.work' },
    };
    let status = 0;
    try {
      const answer = await this.client().send('POST', path, { body: object });
      ({ status } = answer);
      if (status === 201) {
        this.acknowledged.add(name);
        return;
      }
      const isClear =
        status === 503 && answer.headers['retry-after'] !== undefined && at(answer.json, 'kind') === 'Status';
      if (!isClear) this.#wrong ??= `${status}: ${answer.text}`;
    } catch {
      // The server was killed, or the request: it has no answer, and the run may be there or not.
    }
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }

  /** Lets time pass, of a random length up to the bound: an instant for a fault, not a wait for anything. */
  async passing(boundMs: number): Promise<void> {
    await pause(Math.random() * boundMs);
  }

  /** Stops a server where it stands for so many milliseconds after `during` is through, and lets it go on. */
  async stopFor(server: RunServer, durationMs: number, during: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    server.signal('SIGSTOP');
    try {
      await during();
      await pause(Math.max(0, durationMs - (performance.now() - startedAt)));
    } finally {
      server.signal('SIGCONT');
    }
  }

  /** How many units each process owns, by the id of the process. */
  async owners(client: HttpsClient): Promise<Map<string, number>> {
    const { json } = await client.get(leases);
    const owners = new Map<string, number>();
    for (const item of listAt(json, 'items')) {
      if (textAt(item, 'metadata', 'name').startsWith('member.')) continue;
      const holder = textAt(item, 'spec', 'holderIdentity');
      if (holder !== '') owners.set(holder, (owners.get(holder) ?? 0) + 1);
    }
    return owners;
  }

  /** The id of a server among the processes. */
  async idOf(server: RunServer, client: HttpsClient): Promise<string | undefined> {
    const { json } = await client.get(leases);
    const item = listAt(json, 'items').find(
      (one) => at(one, 'metadata', 'annotations', 'plinth.dev/url') === server.admin.url,
    );
    return item === undefined ? undefined : textAt(item, 'spec', 'holderIdentity');
  }

  /** The sum of a metric over its labels at a server. */
  async metric(server: RunServer, name: string): Promise<number> {
    const { text } = await server.admin.get('/metrics');
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await this.postgres.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

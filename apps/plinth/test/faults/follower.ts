import type { IncomingMessage } from 'node:http';
import { listAt, textAt } from '../harness/https-client.ts';
import type { Cluster } from './cluster.ts';
import { Digest, tokenOf } from './ledger.ts';

/** What a follower does besides following. */
export interface FollowerOptions {
  readonly path: string;
  /** Revision of the list that it starts from. */
  readonly fromRevision: number;
  /** A whole number in [0, bound). */
  readonly below: (bound: number) => number;
  /** Events between two restarts of the watch, on the average; 0: it restarts only when the server does. */
  readonly restartEvery: number;
}

/**
 * Watches over HTTPS, and resumes from the last revision that it saw whenever the watch ends: by its own decision, or
 * because the server died. It checks the order as it reads.
 */
export class Follower {
  readonly digest = new Digest();
  /** What it saw, while there is little enough to name what is wrong. */
  readonly tokens = new Set<string>();
  readonly wrong: string[] = [];
  restarts = 0;
  /** The last revision seen. */
  revision: number;
  readonly #cluster: Pick<Cluster, 'whenRunning'>;
  readonly #options: FollowerOptions;
  #ended = false;
  #response: IncomingMessage | undefined;
  readonly #done: Promise<void>;

  constructor(cluster: Pick<Cluster, 'whenRunning'>, options: FollowerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.revision = options.fromRevision;
    this.#done = this.#run();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#response?.destroy();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#watch();
      } catch {
        // The connection broke: the server died, or this follower left. It goes on from where it was.
      }
      this.restarts++;
    }
  }

  async #watch(): Promise<void> {
    const { path, below, restartEvery } = this.#options;
    const client = await this.#cluster.whenRunning();
    if (this.#ended) return;
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.revision}`;
    const response = await client.open('GET', `${path}?${query}`);
    this.#response = response;
    if (this.#ended) response.destroy();
    if (response.statusCode !== 200) this.#refused(`the watch was answered ${response.statusCode}`);
    let until = restartEvery === 0 ? Number.POSITIVE_INFINITY : 1 + below(2 * restartEvery);
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of response) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#take(line);
        if (--until <= 0) return response.destroy() && undefined;
      }
    }
  }

  #take(line: string): void {
    const type = /^\{"type":"([A-Z]+)"/.exec(line)?.[1];
    const revision = Number(/"resourceVersion":"(\d+)"/.exec(line)?.[1]);
    if (type === 'BOOKMARK') {
      if (revision < this.revision) this.wrong.push(`bookmark ${revision} after ${this.revision}`);
      this.revision = Math.max(this.revision, revision);
      return;
    }
    if (type === undefined || type === 'ERROR') {
      this.#refused(line);
      return;
    }
    if (!(revision > this.revision)) this.wrong.push(`revision ${revision} after ${this.revision}`);
    this.revision = revision;
    const name = /"name":"([^"]+)"/.exec(line)?.[1] ?? '';
    // Counters are written by several at once and are not in the ledger.
    if (!name.startsWith('o-')) return;
    const token = tokenOf(name, Number(/"number":"(\d+)"/.exec(line)?.[1]), type === 'DELETED');
    this.digest.add(token);
    if (this.digest.count >= 100_000) return;
    if (this.tokens.has(token)) this.wrong.push(`${token} came twice`);
    this.tokens.add(token);
  }

  #refused(what: string): void {
    this.wrong.push(what.slice(0, 500));
    this.#ended = true;
  }
}

/** Lists a resource: its objects and the revision to watch from. */
export async function listOf(
  cluster: Cluster,
  path: string,
): Promise<{ items: unknown[]; revision: number }> {
  const { json } = await cluster.admin.get(path);
  return { items: listAt(json, 'items'), revision: Number(textAt(json, 'metadata', 'resourceVersion')) };
}

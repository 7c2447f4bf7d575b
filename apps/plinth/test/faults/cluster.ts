import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpsClient } from '../harness/https-client.ts';
import { type Exit, ServerProcess } from './server-process.ts';

/** One data directory and the servers that run on it one after the other. */
export class Cluster {
  readonly dataDirectory: string;
  readonly readyMs: number[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #directory: string | undefined;
  #server: ServerProcess | undefined;
  #waiting: (() => void)[] = [];

  private constructor(dataDirectory: string, env: NodeJS.ProcessEnv, directory: string | undefined) {
    this.dataDirectory = dataDirectory;
    this.#env = env;
    this.#directory = directory;
  }

  /**
   * Starts a first server.
   *
   * @param options.directory an empty directory of the caller; by default one is made, and removed by `close`
   */
  static async start(options: { directory?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Cluster> {
    const own = options.directory === undefined ? mkdtempSync(join(tmpdir(), 'plinth-faults-')) : undefined;
    const directory = own ?? options.directory ?? '';
    const cluster = new Cluster(join(directory, 'data'), options.env ?? {}, own);
    await cluster.restart();
    return cluster;
  }

  /** The server that runs now. */
  get server(): ServerProcess {
    if (!this.#server) throw new Error('no server runs');
    return this.#server;
  }

  get admin(): HttpsClient {
    return this.server.admin;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** Resolves with a client of the server that runs, or of the next one. */
  async whenRunning(): Promise<HttpsClient> {
    while (!this.#server) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#server.admin;
  }

  /** Ends the server that runs. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    const { server } = this;
    this.#server = undefined;
    return await server.end(signal);
  }

  /** Starts a server on what the one before left. */
  async restart(): Promise<ServerProcess> {
    this.#server = await ServerProcess.start(this.dataDirectory, this.#env);
    this.readyMs.push(this.#server.readyMs);
    for (const resume of this.#waiting.splice(0)) resume();
    return this.#server;
  }

  async close(): Promise<void> {
    if (this.#server) await this.end('SIGTERM');
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isObject } from '@plinth/kernel';

const launcher = fileURLToPath(new URL('../../apps/plinth/bin/plinth.js', import.meta.url));

/** An HTTP answer; `data` is that of the Prometheus API, undefined where there is none. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** What a program has printed, and how it ended. */
export interface Printed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in a process of its own, and a token that may read and write metrics. */
export class PlinthProgram {
  readonly url: string;
  /** A temporary directory that goes with the program. */
  readonly directory: string;
  readonly caFile: string;
  readonly #process: ChildProcess;
  readonly #agent: Agent;
  #token = '';

  private constructor(process: ChildProcess, url: string, directory: string) {
    this.url = url;
    this.directory = directory;
    this.#process = process;
    this.caFile = join(directory, 'data', 'pki', 'ca.crt');
    const kubeconfig = readFileSync(join(directory, 'data', 'kubeconfig'), 'utf8');
    const field = (name: string): Buffer =>
      Buffer.from(new RegExp(`${name}: (\\S+)`).exec(kubeconfig)?.[1] ?? '', 'base64');
    this.#agent = new Agent({
      keepAlive: true,
      ca: field('certificate-authority-data'),
      cert: field('client-certificate-data'),
      key: field('client-key-data'),
    });
  }

  static async start(): Promise<PlinthProgram> {
    const directory = mkdtempSync(join(tmpdir(), 'plinth-api-'));
    const workspace = join(directory, 'workspace');
    mkdirSync(workspace);
    const args = [launcher, 'up', workspace, '--data', join(directory, 'data'), '--port', '0'];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
    });
    const program = new PlinthProgram(child, await readyUrl(child), directory);
    await program.#takeToken();
    return program;
  }

  get token(): string {
    return this.#token;
  }

  /** Sends a request as the administrator. */
  send(
    method: string,
    path: string,
    body: Uint8Array | string = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method, path, agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** What the Prometheus API answers as data. */
  async data(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const query = new URLSearchParams(parameters).toString();
    const { status, text } = await this.send('GET', `/prometheus/api/v1${path}?${query}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return dataOf(text);
  }

  /** Runs `promtool query`, with the token as the password in the address. */
  promtool(kind: string, flags: readonly string[], ...rest: readonly string[]): Promise<Printed> {
    const url = new URL(this.url);
    url.username = 'promtool';
    url.password = this.#token;
    url.pathname = '/prometheus';
    const settings = { env: { ...process.env, SSL_CERT_FILE: this.caFile }, timeout: 20_000 };
    return new Promise((resolve) => {
      execFile(
        'promtool',
        ['query', kind, ...flags, url.toString(), ...rest],
        settings,
        (error, stdout, stderr) => resolve({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => void this.#process.once('exit', () => resolve()));
    this.#process.kill();
    await ended;
    this.#agent.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #takeToken(): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const metadata = { name: 'metrics' };
    await this.#create(`${rbac}/clusterroles`, {
      metadata,
      rules: [{ apiGroups: ['telemetry.plinth.dev'], resources: ['metrics'], verbs: ['get', 'create'] }],
    });
    await this.#create(`${rbac}/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'metrics' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'default' }],
    });
    const made = await this.#create('/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const token = /"token":"([^"]+)"/.exec(made)?.[1];
    if (token === undefined) throw new Error(`no token: ${made}`);
    this.#token = token;
  }

  async #create(path: string, object: object): Promise<string> {
    const { status, text } = await this.send('POST', path, JSON.stringify(object), {
      'Content-Type': 'application/json',
    });
    if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
    return text;
  }
}

/** The data of an answer of the Prometheus API. */
export function dataOf(text: string): unknown {
  const answer: unknown = JSON.parse(text);
  if (!isObject(answer) || answer['status'] !== 'success') throw new Error(text);
  return answer['data'];
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const ready = /Plinth is ready: (https:\/\/\S+)/.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.once('exit', () => reject(new Error(`the program ended: ${output}`)));
  });
}

/** Asks again and again until there is an answer. @throws Error after half a minute */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited half a minute for ${what}`);
    await pause(50);
  }
}

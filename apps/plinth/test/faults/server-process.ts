import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpsClient } from '../harness/https-client.ts';

const launcher = fileURLToPath(new URL('../../bin/plinth.js', import.meta.url));
/** How long a start may take before it counts as hanging: ample for 100,000 objects on a loaded machine. */
const startMsMax = 30_000;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds from the signal to the end. */
  readonly tookMs: number;
}

/** The program in a process of its own, with a workspace that declares nothing. */
export class ServerProcess {
  readonly url: string;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  /** Requests as the administrator of the kubeconfig. */
  readonly admin: HttpsClient;
  readonly #child: ChildProcess;
  readonly #exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #errors: () => string;

  private constructor(
    started: { url: string; readyMs: number; errors: () => string },
    child: ChildProcess,
    exited: ServerProcess['exited'],
    dataDirectory: string,
  ) {
    this.url = started.url;
    this.readyMs = started.readyMs;
    this.#errors = started.errors;
    this.#child = child;
    this.#exited = exited;
    this.admin = new HttpsClient(this.url, readCredentials(join(dataDirectory, 'kubeconfig')));
  }

  /**
   * Starts a control plane on a data directory.
   *
   * @param env variables besides those of this process
   * @returns when it says that it is ready
   * @throws Error with what it printed when it ends instead
   */
  static async start(dataDirectory: string, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const startedAt = performance.now();
    const workspace = join(dirname(dataDirectory), 'workspace');
    mkdirSync(workspace, { recursive: true });
    const args = [launcher, 'up', workspace, '--data', dataDirectory, '--port', '0'];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The server must not report to the test runner that this process reports to.
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, ...env },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-100_000)));
    const exited = new Promise<Awaited<ServerProcess['exited']>>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    );
    const hanging = setTimeout(() => child.kill('SIGKILL'), startMsMax);
    const url = await readyUrl(child, exited);
    clearTimeout(hanging);
    if (url === undefined) throw new Error(`the server did not start: ${errors}`);
    const started = { url, readyMs: performance.now() - startedAt, errors: () => errors };
    return new ServerProcess(started, child, exited, dataDirectory);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the process is gone. */
  get exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#exited;
  }

  /** What it wrote to its standard error: its own faults. */
  get errors(): string {
    return this.#errors();
  }

  /** Resident memory in MiB. */
  rssMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    const sentAt = performance.now();
    this.#child.kill(signal);
    const exit = await this.#exited;
    this.admin.close();
    return { ...exit, tookMs: performance.now() - sentAt };
  }
}

function readyUrl(child: ChildProcess, exited: Promise<unknown>): Promise<string | undefined> {
  return new Promise((resolve) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const ready = /Plinth is ready: (https:\/\/\S+)/.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    void exited.then(() => resolve(undefined));
  });
}

/** Takes the certificates out of a kubeconfig that a server has written. */
export function readCredentials(path: string): { ca: string; cert: string; key: string } {
  const text = readFileSync(path, 'utf8');
  const field = (name: string): string => {
    const encoded = new RegExp(`${name}: (\\S+)`).exec(text)?.[1];
    if (encoded === undefined) throw new Error(`${path} has no ${name}`);
    return Buffer.from(encoded, 'base64').toString('utf8');
  };
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpsClient } from '../harness/https-client.ts';
import { readCredentials } from './server-process.ts';

const program = fileURLToPath(new URL('./run-server-child.ts', import.meta.url));
/** How long a start may take before it counts as hanging: ample for 10,000 runs on a loaded machine. */
const startMsMax = 60_000;

/** An effect as the outside has it. */
export interface Effect {
  readonly run: string;
  readonly step: string;
  readonly key: string;
  /** The process that had it. */
  readonly pid: number;
}

/** Where a server is to run, when not in a directory of its own. */
export interface RunServerPlace {
  /** Holds `outside`, for what the steps do. */
  readonly directory: string;
  /** Name of the data directory in it. */
  readonly data: string;
  readonly env: NodeJS.ProcessEnv;
}

/** One data directory, the servers with the tests' runs that are started on it one after the other, and the outside. */
export class RunServer {
  readonly #directory: string;
  readonly #place: RunServerPlace | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #admin: HttpsClient | undefined;
  #errors = '';
  #isStopped = false;
  /** Milliseconds from the start of each process to its ready line. */
  readonly readyMs: number[] = [];

  private constructor(place: RunServerPlace | undefined) {
    this.#place = place;
    this.#directory = place?.directory ?? mkdtempSync(join(tmpdir(), 'plinth-runs-'));
  }

  static async start(place?: RunServerPlace): Promise<RunServer> {
    const server = new RunServer(place);
    await server.restart();
    return server;
  }

  get admin(): HttpsClient {
    if (!this.#admin) throw new Error('no server runs');
    return this.#admin;
  }

  /** Whether it runs and answers: it is neither killed nor stopped. */
  get isAnswering(): boolean {
    return this.#admin !== undefined && !this.#isStopped;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Stops the process where it stands, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#isStopped = signal === 'SIGSTOP';
    this.#child?.kill(signal);
  }

  /** What all processes wrote to their standard error: their own faults. */
  get errors(): string {
    return this.#errors;
  }

  /** Resident memory of the process in MiB. */
  get rssMiB(): number {
    const status = readFileSync(`/proc/${this.#child?.pid ?? 0}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }

  /** Every effect, repeated ones included, in the order in which they happened. */
  effects(): Effect[] {
    return this.#lines('effects').map((line): Effect => {
      const value: unknown = JSON.parse(line);
      if (!isEffect(value)) throw new Error(`not an effect: ${line}`);
      return value;
    });
  }

  /** Process ids of all programs that were ever started. */
  pids(): number[] {
    return this.#lines('pids').map(Number);
  }

  /** Starts a process on what the one before left. @throws Error with what it printed when it does not get ready */
  async restart(): Promise<void> {
    const startedAt = performance.now();
    const data = join(this.#directory, this.#place?.data ?? 'data');
    const outside = join(this.#directory, 'outside');
    mkdirSync(outside, { recursive: true });
    const child = spawn(process.execPath, [program, data, outside], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The server must not report to the test runner that this process reports to.
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_NO_WARNINGS: '1',
        NODE_TEST_CONTEXT: undefined,
        ...this.#place?.env,
      },
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-100_000);
    });
    const hanging = setTimeout(() => child.kill('SIGKILL'), startMsMax);
    const url = await new Promise<string | undefined>((resolve) => {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const ready = /Plinth is ready: (https:\/\/\S+)/.exec(output)?.[1];
        if (ready !== undefined) resolve(ready);
      });
      void this.#exited.then(() => resolve(undefined));
    });
    clearTimeout(hanging);
    if (url === undefined) throw new Error(`the server did not start: ${this.#errors}`);
    this.readyMs.push(performance.now() - startedAt);
    this.#admin = new HttpsClient(url, readCredentials(join(data, 'kubeconfig')));
  }

  /** Kills the process; resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    this.#child?.kill(signal);
    await this.#exited;
    admin?.close();
  }

  async close(): Promise<void> {
    await this.end('SIGTERM');
    if (!this.#place) rmSync(this.#directory, { recursive: true, force: true });
  }

  #lines(file: string): string[] {
    try {
      const text = readFileSync(join(this.#directory, 'outside', file), 'utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }
}

function isEffect(value: unknown): value is Effect {
  return (
    typeof value === 'object' &&
    value !== null &&
    'run' in value &&
    'step' in value &&
    'key' in value &&
    'pid' in value
  );
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/plinth.js', import.meta.url));
/** Ample for a machine that is busy with other tests. */
const waitMsMax = 30_000;

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started. */
export interface Start {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Another user of the machine; only root may choose one. */
  readonly uid?: number;
}

const made: string[] = [];
const started = new Set<ChildProcess>();
after(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A directory of its own for a test; removed in the end. */
export function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-cli-'));
  made.push(directory);
  return directory;
}

/** Compiled code is shared by the tests and their runs, so that only the first start is slow. */
const cache = fileURLToPath(new URL('../../../../node_modules/.cache', import.meta.url));

function spawned(args: readonly string[], { env, cwd, input, uid }: Start): ChildProcess {
  const clean = {
    ...process.env,
    XDG_CACHE_HOME: cache,
    KUBECONFIG: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
  };
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...clean, NODE_TEST_CONTEXT: undefined, npm_command: undefined, ...env },
    cwd: cwd ?? place(),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  // A program that does not read its input may be gone before it gets it.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input ?? '');
  return child;
}

/** A running program. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #changed: () => void = () => undefined;

  constructor(args: readonly string[], start: Start = {}) {
    this.child = spawned(args, start);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        this.#changed();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until the output has a text, at most 30 s. */
  async output(pattern: RegExp): Promise<RegExpExecArray> {
    const found = await new Promise<RegExpExecArray | undefined>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(this.stdout);
        if (match) finish(match);
        else if (this.child.exitCode !== null || this.child.signalCode !== null) finish(undefined);
      };
      const timer = setTimeout(() => finish(undefined), waitMsMax);
      const finish = (match: RegExpExecArray | undefined): void => {
        clearTimeout(timer);
        this.#changed = () => undefined;
        resolve(match);
      };
      this.#changed = look;
      look();
    });
    if (found) return found;
    throw new Error(`no ${pattern} in the output:\n${this.stdout}\n${this.stderr}`);
  }

  /** Sends a signal and waits for the end, at most 30 s. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended & { tookMs: number }> {
    const startedAt = performance.now();
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), waitMsMax);
    const ended = await this.ended;
    clearTimeout(timer);
    return { ...ended, tookMs: performance.now() - startedAt };
  }
}

/** Runs a command to its end. */
export async function plinth(args: readonly string[], start: Start = {}): Promise<Ended> {
  const running = new Running(args, start);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), waitMsMax);
  const ended = await running.ended;
  clearTimeout(timer);
  return ended;
}

/** A control plane that is ready, on a free port. */
export async function up(args: readonly string[], start: Start = {}): Promise<Running & { url: string }> {
  const running = new Running(['up', '--port', '0', ...args], start);
  const [, url = ''] = await running.output(/^Plinth is ready: (https:\/\/\S+)$/m);
  return Object.assign(running, { url });
}

/** Reads what a command answered with `--json`. */
export function answerOf(ended: Ended): Record<string, unknown> {
  const value: unknown = JSON.parse(ended.stdout);
  if (typeof value !== 'object' || value === null) throw new Error(`no JSON object: ${ended.stdout}`);
  return Object.fromEntries(Object.entries(value));
}

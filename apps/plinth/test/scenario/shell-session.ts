import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/until.ts';
import { normalise } from './normalise.ts';
import type { Outcome } from './transcript.ts';

/** How long a single command may take, in milliseconds; kubectl waits of the scenarios are far shorter. */
const commandMsMax = 30_000;

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  stdout: string;
}

/** Runs the commands of one transcript in a directory of its own, with the kubeconfig of one server. */
export class ShellSession {
  readonly #directory: string;
  readonly #environment: Record<string, string>;
  readonly #background = new Map<string, Running>();

  /**
   * @param directory an empty directory; commands run in its folder `session`
   * @param files a folder that is copied to where the commands run
   * @param environment variables that the commands have besides
   */
  constructor(
    directory: string,
    kubeconfigPath: string,
    files: string,
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#directory = join(directory, 'session');
    mkdirSync(join(this.#directory, 'home'), { recursive: true });
    cpSync(files, this.#directory, { recursive: true });
    copyFileSync(kubeconfigPath, join(this.#directory, 'kubeconfig'));
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.#directory, 'home'),
      KUBECONFIG: join(this.#directory, 'kubeconfig'),
      TMPDIR: this.#directory,
      TZ: 'UTC',
      LC_ALL: 'C',
      ...environment,
    };
  }

  /** Runs a command to its end. */
  run(command: string): Promise<Outcome> {
    return this.#spawn(command).ended;
  }

  /** Starts a command that goes on in the background. */
  start(name: string, command: string): void {
    this.#background.set(name, this.#spawn(`exec ${command}`));
  }

  /** Waits until a background command has printed a text. */
  async shows(name: string, text: string): Promise<void> {
    const running = this.#named(name);
    await until(`${name} to show ${text}; it has shown:\n${running.stdout}`, () =>
      running.stdout.includes(text) ? true : undefined,
    );
  }

  /** Waits until a background command ends by itself. */
  ended(name: string): Promise<Outcome> {
    const running = this.#named(name);
    this.#background.delete(name);
    return running.ended;
  }

  /** Ends a background command; its exit code is that of a signal and says nothing. */
  async stop(name: string): Promise<Outcome> {
    const running = this.#named(name);
    running.child.kill('SIGTERM');
    this.#background.delete(name);
    return { ...(await running.ended), exitCode: 0 };
  }

  async close(): Promise<void> {
    for (const name of this.#background.keys()) await this.stop(name);
  }

  #named(name: string): Running {
    const running = this.#background.get(name);
    if (!running) throw new Error(`no command of the name ${name} is running`);
    return running;
  }

  #spawn(command: string): Running {
    const child = spawn('/bin/bash', ['-c', command], {
      cwd: this.#directory,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: commandMsMax,
    });
    let stderr = '';
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        const clean = (text: string): string => normalise(text, this.#directory);
        resolve({ stdout: clean(running.stdout), stderr: clean(stderr), exitCode: code ?? -1 });
      });
    });
    const running: Running = { child, ended, stdout: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      running.stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    return running;
  }
}

import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Far longer than any run takes; a run that hangs is killed. */
const runTimeoutMs = 30_000;

const { status } = spawnSync('terraform', ['-version'], { timeout: runTimeoutMs, stdio: 'ignore' });
/** For the options of a test: why it cannot run here, or false. */
export const skipReason = status === 0 ? false : 'terraform is not on PATH';

export interface TerraformRun {
  readonly exitCode: number;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** A folder with a configuration and an unmodified terraform that starts a program as its provider. */
export class TerraformSession {
  readonly folder: string;
  readonly #providerName: string;
  readonly #script: string;
  readonly #programEnv: Readonly<Record<string, string>>;

  /** @param program - its URL. @param programEnv - what its process finds in its environment. */
  constructor(
    context: TestContext,
    program: string,
    providerName = 'stub',
    programEnv: Readonly<Record<string, string>> = {},
  ) {
    this.folder = mkdtempSync(join(tmpdir(), 'tfplugin-'));
    context.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.#providerName = providerName;
    this.#programEnv = programEnv;
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', fileURLToPath(program)];
    const quoted = command.map((word) => `'${word}'`).join(' ');
    this.#script = `#!/bin/sh\nexec ${quoted}\n`;
    this.#install('plugins', `terraform-provider-${providerName}`);
    this.#installation(
      `dev_overrides { "test.invalid/example/${providerName}" = "${join(this.folder, 'plugins')}" }`,
      // Empty: nothing is looked for in the network.
      `filesystem_mirror { path = "${join(this.folder, 'mirror')}" }`,
    );
  }

  #install(folder: string, name: string): void {
    mkdirSync(join(this.folder, folder), { recursive: true });
    writeFileSync(join(this.folder, folder, name), this.#script, { mode: 0o755 });
  }

  #installation(...methods: readonly string[]): void {
    this.write('terraformrc', `provider_installation {\n${methods.join('\n')}\n}\n`);
  }

  /** Takes the provider from a mirror, as version 1.0.0, instead of where it is developed: `init` is needed then. */
  mirror(): void {
    const name = this.#providerName;
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const folder = `mirror/test.invalid/example/${name}/1.0.0/${process.platform}_${architecture}`;
    this.#install(folder, `terraform-provider-${name}_v1.0.0`);
    this.#installation(`filesystem_mirror { path = "${join(this.folder, 'mirror')}" }`);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Replaces the configuration. */
  configure(body: string): void {
    const name = this.#providerName;
    this.write(
      'main.tf',
      `terraform {
  required_providers {
    ${name} = { source = "test.invalid/example/${name}" }
  }
}
${body}`,
    );
  }

  get #env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      TMPDIR: tmpdir(),
      TF_CLI_CONFIG_FILE: join(this.folder, 'terraformrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'tfplugin-compile-cache'),
      ...this.#programEnv,
    };
  }

  run(command: string, ...args: readonly string[]): Promise<TerraformRun> {
    return new Promise((resolve) => {
      const options = {
        cwd: this.folder,
        env: this.#env,
        timeout: runTimeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 64 << 20,
      } as const;
      execFile(
        'terraform',
        [...command.split(' '), '-no-color', ...args],
        options,
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ exitCode, text: stdout + stderr });
        },
      );
    });
  }

  /** What the state holds of each instance of a resource: `stub_network.a`. */
  instances(address: string): Record<string, unknown>[] {
    const { resources } = JSON.parse(readText(join(this.folder, 'terraform.tfstate')));
    const found = resources.find(
      (one: { type: string; name: string }) => `${one.type}.${one.name}` === address,
    );
    return found.instances.map(({ attributes }: { attributes: Record<string, unknown> }) => attributes);
  }

  /** The same of its only one. */
  values(address: string): Record<string, unknown> {
    const [only, ...others] = this.instances(address);
    if (only === undefined || others.length > 0) throw new Error(`${address} has not one instance`);
    return only;
  }

  /** Starts a run and sends it a signal as soon as there is a file of this name. @returns what it printed until it ended. */
  async signalledOnce(
    name: string,
    signal: 'SIGINT' | 'SIGKILL',
    ...args: readonly string[]
  ): Promise<string> {
    const run = spawn('terraform', args, { cwd: this.folder, env: this.#env, timeout: runTimeoutMs });
    let printed = '';
    for (const stream of [run.stdout, run.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const ended = new Promise((resolve) => run.once('exit', resolve));
    await until(() => readText(join(this.folder, name)) !== '');
    run.kill(signal);
    await ended;
    return printed;
  }

  /** Waits until the process whose id is in the file has ended. */
  async untilGone(name: string): Promise<void> {
    const pid = Number(readText(join(this.folder, name)));
    await until(() => !isAlive(pid));
  }
}

async function until(isReached: () => boolean): Promise<void> {
  const pauseMs = 20;
  for (let waitedMs = 0; waitedMs < runTimeoutMs; waitedMs += pauseMs) {
    if (isReached()) return;
    await setTimeout(pauseMs);
  }
  throw new Error('waited in vain');
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

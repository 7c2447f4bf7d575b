import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeMirror } from '../providers/src/mirror.ts';
import { serveProviders } from './provider-server.ts';
import { typesIn } from './types-in.ts';

/** The folder of the blueprints. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Far longer than any run takes; a run that hangs is killed. */
const runTimeoutMs = 60_000;

/** What runs the modules. */
export type Program = 'terraform' | 'tofu';

/** For the options of a test: why it cannot run here, or false. */
export function skipReason(program: Program): string | false {
  const { status } = spawnSync(program, ['-version'], { timeout: runTimeoutMs, stdio: 'ignore' });
  return status === 0 ? false : `${program} is not on PATH`;
}

/** What a run of Terraform came to. */
export interface TerraformRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** A copy of the modules in a folder of its own, with an unmodified program that takes providers from the stubs alone. */
export class Blueprints {
  readonly folder: string;
  readonly #config: string;
  readonly #context: TestContext;
  readonly #program: Program;
  #reattach: Promise<string> | undefined;

  constructor(context: TestContext, program: Program = 'terraform') {
    const folder = mkdtempSync(join(tmpdir(), 'blueprints-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    this.#context = context;
    this.#program = program;
    this.folder = join(folder, 'modules');
    cpSync(root, this.folder, {
      recursive: true,
      filter: (path) => !isOfTheRepositoryAlone(relative(root, path)),
    });
    this.#config = writeMirror(join(folder, 'mirror'));
  }

  /** Runs the program in the folder of a module. It starts the providers that `init` has installed. */
  run(module: string, ...args: readonly string[]): Promise<TerraformRun> {
    return this.#run(module, { STUB_TYPES: this.types(module).join(',') }, args);
  }

  /** Runs the program with providers that run already, instead of those that `init` has installed. */
  async runQuickly(module: string, ...args: readonly string[]): Promise<TerraformRun> {
    this.#reattach ??= serveProviders(this.#context, join(this.folder, '..'), this.types(module));
    return this.#run(module, { TF_REATTACH_PROVIDERS: await this.#reattach }, args);
  }

  /** The types of resources and data sources of a module and all that it uses. */
  types(module: string): string[] {
    return typesIn(join(this.folder, module));
  }

  #run(module: string, settings: NodeJS.ProcessEnv, args: readonly string[]): Promise<TerraformRun> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      TMPDIR: tmpdir(),
      TF_CLI_CONFIG_FILE: this.#config,
      TF_IN_AUTOMATION: '1',
      TF_CLI_ARGS: '-no-color',
      ...settings,
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'tfplugin-compile-cache'),
    };
    const cwd = join(this.folder, module);
    const bounds = { timeout: runTimeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const;
    return new Promise((resolve) => {
      execFile(this.#program, args, { cwd, env, ...bounds }, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exitCode, stdout, text: stdout + stderr });
      });
    });
  }
}

function isOfTheRepositoryAlone(path: string): boolean {
  return /^(providers|readme|test|node_modules)(\/|$)|(^|\/)\.terraform/.test(path);
}

import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { SourceFile } from '@plinth/kernel';

/** The file that keeps the state with Plinth, whatever backend the configuration names; overrides go before all else. */
const overrideName = 'plinth_backend_override.tf';
const override = 'terraform {\n  backend "http" {}\n}\n';
const plan = 'plinth.tfplan';

/**
 * Where the program of one run works: the files of its source, what `init` adds, and a home of its own. What is in it may be
 * secret, so nobody else may read it, and it goes when the run has ended or waits for people.
 */
export class WorkingDirectory {
  /** The directory that goes as a whole. */
  readonly root: string;
  /** Where the program is started. */
  readonly start: string;
  readonly home: string;
  /** The file with the plan. */
  readonly planFile: string;
  /** A file with input variables, outside of the source. */
  readonly variablesFile: string;
  readonly #source: string;
  readonly #ready: string;

  /** @param below the directory in the source where the program is started */
  constructor(root: string, below: string) {
    this.root = root;
    this.#source = join(root, 'source');
    this.start = join(this.#source, below);
    this.home = join(root, 'home');
    this.planFile = join(root, plan);
    this.variablesFile = join(root, 'variables.tfvars.json');
    this.#ready = join(root, 'ready');
  }

  /** Whether it is there as a whole, with what `init` adds. */
  async isReady(): Promise<boolean> {
    return await isThere(this.#ready);
  }

  async markReady(): Promise<void> {
    await writeFile(this.#ready, '');
  }

  /** Writes a source into it, in the place of whatever was there. */
  async fill(files: readonly SourceFile[]): Promise<void> {
    await this.remove();
    await mkdir(this.home, { recursive: true, mode: 0o700 });
    await chmod(this.root, 0o700);
    const made = new Set<string>();
    for (const { path, bytes, isExecutable } of files) {
      const target = join(this.#source, path);
      const directory = dirname(target);
      if (!made.has(directory)) await mkdir(directory, { recursive: true, mode: 0o700 });
      made.add(directory);
      await writeFile(target, bytes, { mode: isExecutable ? 0o700 : 0o600 });
    }
    await writeFile(join(this.start, overrideName), override, { mode: 0o600 });
  }

  /** Keeps the values of input variables for the program. */
  async putVariables(values: Readonly<Record<string, unknown>>): Promise<void> {
    await writeFile(this.variablesFile, JSON.stringify(values), { mode: 0o600 });
  }

  /** Keeps the plan without secrets for a program that looks at it. @returns the directory that it is in, by itself */
  async putShownPlan(json: Uint8Array): Promise<string> {
    const directory = join(this.root, 'shown');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(join(directory, 'plan.json'), json, { mode: 0o600 });
    return directory;
  }

  /** What an apply needs besides the source: the plan, and which providers it was made with. */
  async planFiles(): Promise<SourceFile[]> {
    const files = [{ path: plan, bytes: await readFile(this.planFile) }];
    const lock = await this.#lockFile();
    return lock ? [...files, { path: lockName, bytes: lock }] : files;
  }

  async putPlanFiles(files: readonly SourceFile[]): Promise<void> {
    for (const { path, bytes } of files) {
      const target = path === plan ? this.planFile : join(this.start, lockName);
      await writeFile(target, bytes, { mode: 0o600 });
    }
  }

  /** The state that the program could not hand over; undefined when there is none. */
  async leftState(): Promise<Buffer | undefined> {
    return await readIfThere(join(this.start, 'errored.tfstate'));
  }

  /** Whether a directory, as the program names it from where it is started, lies in the source. */
  holds(directory: string): boolean {
    const inside = relative(this.#source, resolve(this.start, directory));
    return inside !== '..' && !inside.startsWith('../');
  }

  /** What `init` says of the modules; undefined when there are none. */
  async modules(): Promise<Buffer | undefined> {
    return await readIfThere(join(this.start, '.terraform/modules/modules.json'));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  async #lockFile(): Promise<Buffer | undefined> {
    return await readIfThere(join(this.start, lockName));
  }
}

const lockName = '.terraform.lock.hcl';

/** Names of the working directories that are there. */
export async function workingDirectoriesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

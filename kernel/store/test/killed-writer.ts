import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Store } from '../port.ts';
import { openPlace } from './open-place.ts';
import type { Places } from './places.ts';

/** What a writer said before it was killed: for each pair the last acknowledged number, and the newest revision. */
export interface Acknowledged {
  readonly numbers: Map<string, number>;
  revision: number;
  /** Acknowledgements in all. */
  count: number;
}

/** A writer that runs as a process of its own. */
export class RunningWriter {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Lines it has printed, the first of which says that it is ready. */
  lines = 0;
  #output = '';
  #errors = '';
  #told: (() => void)[] = [];
  readonly #exited: Promise<void>;

  /** @param options `environment` has variables for it, such as those of the shim; `prefix` is for its writers' names */
  constructor(
    place: string,
    options: { environment?: NodeJS.ProcessEnv; objects?: number; prefix?: string } = {},
  ) {
    const script = fileURLToPath(new URL('./writer-child.ts', import.meta.url));
    const args = [script, place, String(options.objects ?? 0), options.prefix ?? ''];
    this.child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...options.environment },
    });
    this.#exited = new Promise((resolve) => this.child.once('close', () => resolve()));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.lines += text.split('\n').length - 1;
      for (const resolve of this.#told.splice(0)) resolve();
    });
  }

  /** Waits until it has printed so many lines, or has ended. */
  async says(lines: number): Promise<void> {
    while (this.lines < lines && this.child.exitCode === null) {
      await Promise.race([this.#exited, new Promise<void>((resolve) => this.#told.push(resolve))]);
    }
  }

  /** Kills it with SIGKILL, at a random instant. @throws Error when it has ended by itself */
  async kill(): Promise<Acknowledged> {
    // The instant of death is random to the microsecond; this is not a wait for anything.
    await delay(Math.random() * 5);
    const early = this.child.exitCode;
    this.child.kill('SIGKILL');
    await this.#exited;
    if (early !== null) throw new Error(`the writer ended by itself with ${early}: ${this.#errors}`);
    return parse(this.#output);
  }
}

/**
 * Runs a writer on a place, and kills it with SIGKILL a random moment after it has acknowledged `acks` pairs.
 */
export async function runAndKill(
  place: string,
  acks: number,
  options: { environment?: NodeJS.ProcessEnv; objects?: number; prefix?: string } = {},
): Promise<Acknowledged> {
  const writer = new RunningWriter(place, options);
  await writer.says(acks + 1);
  return await writer.kill();
}

function parse(output: string): Acknowledged {
  const said: Acknowledged = { numbers: new Map(), revision: 0, count: 0 };
  // What is behind the last newline was cut off by the kill.
  for (const line of output.slice(0, output.lastIndexOf('\n')).split('\n')) {
    const [writer, number, revision] = line.split(' ');
    if (writer === undefined || number === undefined || revision === undefined) continue;
    said.numbers.set(writer, Number(number));
    said.revision = Math.max(said.revision, Number(revision) + 1);
    said.count++;
  }
  return said;
}

/** Opens what the writer left and compares: what was acknowledged and is lost, what is half there. */
export async function findLosses(
  place: string,
  said: Acknowledged,
): Promise<{ losses: string[]; openMs: number }> {
  const start = performance.now();
  const store = await openPlace(place);
  const openMs = performance.now() - start;
  const losses: string[] = [];
  try {
    const health = store.health();
    if (!health.writable) losses.push(`not writable: ${health.cause}`);
    if (store.revision < said.revision) losses.push(`revision ${store.revision} instead of ${said.revision}`);
    const numberOf = (key: string): number => {
      const value: unknown = JSON.parse(store.get(key)?.value ?? '{}');
      return typeof value === 'object' && value !== null && 'number' in value ? Number(value.number) : 0;
    };
    for (const [writer, number] of said.numbers) {
      const left = numberOf(`t/core/pairs/n/${writer}-left`);
      const right = numberOf(`t/core/pairs/n/${writer}-right`);
      if (left !== right) losses.push(`pair ${writer} is half there: ${left} and ${right}`);
      if (left < number) losses.push(`pair ${writer} was acknowledged at ${number} and is at ${left}`);
    }
    losses.push(...(await findLostEntries(store, numberOf)));
  } finally {
    await store.close();
  }
  return { losses, openMs };
}

/** Compares the log with the pairs: each number of each pair has its entry, in order, and there is no other. */
async function findLostEntries(store: Store, numberOf: (key: string) => number): Promise<string[]> {
  const losses: string[] = [];
  const last = new Map<string, number>();
  for (let from = 0; from < store.logs.end('pairs'); ) {
    const entries = await store.logs.read('pairs', from, 10_000);
    if (entries.length === 0) return [`the log ends at ${from} instead of ${store.logs.end('pairs')}`];
    for (const { sequence, value } of entries) {
      const [writer = '', number] = value.split(' ');
      const expected = (last.get(writer) ?? 0) + 1;
      if (Number(number) !== expected)
        losses.push(`entry ${sequence} is ${value}, expected number ${expected}`);
      last.set(writer, Number(number));
    }
    from += entries.length;
  }
  for (const [writer, number] of last) {
    const pair = numberOf(`t/core/pairs/n/${writer}-left`);
    if (pair !== number) losses.push(`pair ${writer} is at ${pair}, its last entry at ${number}`);
  }
  return losses;
}

/** Compiles the shim; a reason when that is not possible here. */
export function buildShim(places: Places): { shim: string } | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'LD_PRELOAD is needed, which is there on Linux only' };
  const shim = join(places.make(), 'fsync-shim.so');
  const source = fileURLToPath(new URL('./fsync-shim.c', import.meta.url));
  const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', shim, source, '-ldl', '-pthread'], {
    encoding: 'utf8',
  });
  if (built.error !== undefined) return { reason: `no C compiler (cc): ${built.error.message}` };
  if (built.status !== 0) throw new Error(`fsync-shim.c does not compile: ${built.stderr}`);
  return { shim };
}

/** A directory under the shim and the one that holds what was synced of it. */
export function shadowed(
  place: string,
  shim: string,
): { root: string; shadow: string; environment: NodeJS.ProcessEnv } {
  const root = join(place, 'data');
  const shadow = join(place, 'shadow');
  for (const directory of [root, shadow]) mkdirSync(directory, { mode: 0o700 });
  return {
    root,
    shadow,
    environment: { LD_PRELOAD: shim, PLINTH_SHIM_ROOT: root, PLINTH_SHIM_SHADOW: shadow },
  };
}
